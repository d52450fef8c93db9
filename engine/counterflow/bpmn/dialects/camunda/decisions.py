"""Business rule tasks of Camunda 7 that are done in the engine: `camunda:decisionRef` and what belongs to it.

Without a `camunda:mapDecisionResult` the result variable receives all rows, as a list; without a result
variable the rows are there for output parameters, as `decisionResult`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.bindings import attributes_of, bound_version, judge_word
from counterflow.bpmn.dialects.camunda.jobs import WORK_ATTRIBUTES, field_texts, work
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import TextOrExpression
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import TRUE
from counterflow.documents.notes import Notes
from counterflow.model.data import VariableMapping
from counterflow.model.graph import Binding, CalledDecision, ResultMapping

RULE = "called-decision"
ROWS: Final = "decisionResult"

DECISION_ATTRIBUTES: Final = frozenset({
    "decisionRef", "decisionRefTenantId", "mapDecisionResult", *attributes_of("decisionRef"),
})  # fmt: skip
_MAPPINGS: Final = tuple(
    mapping for mapping in ResultMapping if mapping not in {ResultMapping.OUTPUT, ResultMapping.ENTRIES}
)
_DMN: Final = "dmn"
_KEY_FIELD: Final = "decisionTableReferenceKey"


def refers_to_decision(element: Element, extensions: Sequence[etree._Element]) -> bool:
    """Whether a task is done by a decision, by Camunda's attribute or by a field of `type="dmn"`."""
    return bool(_attribute(element, "decisionRef")) or (
        work(element, "type") == _DMN and _KEY_FIELD in field_texts(extensions)
    )


def called_decision(
    element: Element,
    extensions: Sequence[etree._Element],
    outputs: Sequence[VariableMapping],
    read: TextOrExpression,
    notes: Notes,
) -> CalledDecision | None:
    """The decision that a task refers to; None where there is none, or (a finding) none that can be read."""
    reference = _attribute(element, "decisionRef")
    if not reference:
        return _by_fields(element, field_texts(extensions), read, notes)
    bound = bound_version(element, "decisionRef", RULE, read, notes)
    if not _is_sound(element, notes) or bound is None:
        return None
    keeps_rows = any(ROWS in mapping.source.names for mapping in outputs)
    variable = _attribute(element, "resultVariable") or None
    if variable is None and not keeps_rows:
        message = f"nothing is done with the result of decision '{reference}' of {element}."
        remedy = f"Set camunda:resultVariable, or read `{ROWS}` in an output parameter."
        notes.warning(element, RULE, message, remedy)
    decision = read(reference, "decision", element, notes)
    if decision is None:
        return None
    mapping = ResultMapping(_attribute(element, "mapDecisionResult") or ResultMapping.RESULT_LIST)
    return CalledDecision(decision, variable, bound.binding, bound.which, mapping, keeps_rows)


def _by_fields(
    element: Element, fields: Mapping[str, str], read: TextOrExpression, notes: Notes
) -> CalledDecision | None:
    """Flowable's decision task: each output of the one rule becomes a variable of its name."""
    if work(element, "type") != _DMN or _KEY_FIELD not in fields:
        return None
    for name in sorted(fields.keys() - {_KEY_FIELD, "sameDeployment", "decisionTaskThrowErrorOnNoHits"}):
        notes.warning(element, RULE, f"field '{name}' of {element} is not carried out.", "Remove it.")
    decision = read(fields[_KEY_FIELD], "decision", element, notes)
    if decision is None:
        return None
    binding = Binding.DEPLOYMENT if fields.get("sameDeployment") == TRUE else Binding.LATEST
    return CalledDecision(decision, None, binding, result_mapping=ResultMapping.ENTRIES)


def _is_sound(element: Element, notes: Notes) -> bool:
    """Whether the attributes say something that is executed; else a finding says what."""
    before = len(notes)
    if element.tag != "businessRuleTask":
        message = (
            f"{element} refers to decision '{_attribute(element, 'decisionRef')}', which only a business "
            "rule task evaluates."
        )
        notes.error(element, RULE, message, "Make it a business rule task, or remove camunda:decisionRef.")
    if attributes := [f"camunda:{name}" for name in WORK_ATTRIBUTES if work(element, name)]:
        message = f"{element} is both a decision and a job ({', '.join(attributes)})."
        notes.error(element, RULE, message, "Remove camunda:decisionRef, or what makes it a job.")
    judge_word(element, "mapDecisionResult", _MAPPINGS, RULE, notes)
    if len(notes) == before and _attribute(element, "decisionRefTenantId"):
        message = f"{element} has camunda:decisionRefTenantId, which is not carried out."
        notes.warning(element, "extension", message, "Remove it: there are no tenants here.")
    return not notes.has_errors(before)


def _attribute(element: Element, name: str) -> str:
    return (element.xml.get(f"{{{CAMUNDA}}}{name}") or "").strip()
