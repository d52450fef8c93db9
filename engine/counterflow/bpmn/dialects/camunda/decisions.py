"""Business rule tasks of Camunda 7 that are done in the engine: `camunda:decisionRef` and what belongs to it.

Without a `camunda:mapDecisionResult` the result variable receives all rows, as a list; without a result
variable the rows are there for output parameters, as `decisionResult`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.jobs import WORK_ATTRIBUTES, field_texts, work
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import TextOrExpression, quoted
from counterflow.bpmn.numbers import MOST, whole_number
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import TRUE
from counterflow.documents.notes import Notes
from counterflow.model.data import VariableMapping
from counterflow.model.graph import Binding, CalledDecision, ResultMapping

RULE = "called-decision"
ROWS: Final = "decisionResult"

DECISION_ATTRIBUTES: Final = frozenset({
    "decisionRef", "decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "decisionRefTenantId",
    "mapDecisionResult",
})  # fmt: skip
_WHICH: Final = {Binding.VERSION: "decisionRefVersion", Binding.VERSION_TAG: "decisionRefVersionTag"}
"""The attribute that says which version, where the binding asks for one."""
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
    """The decision that a task refers to; None where it refers to none, or, with a finding, where it cannot
    be read.
    """
    reference = _attribute(element, "decisionRef")
    if not reference:
        return _by_fields(element, field_texts(extensions), read, notes)
    if not _is_sound(element, notes):
        return None
    binding = Binding(_attribute(element, "decisionRefBinding") or Binding.LATEST)
    keeps_rows = any(ROWS in mapping.source.names for mapping in outputs)
    variable = _attribute(element, "resultVariable") or None
    if variable is None and not keeps_rows:
        message = f"nothing is done with the result of decision '{reference}' of {element}."
        remedy = f"Set camunda:resultVariable, or read `{ROWS}` in an output parameter."
        notes.warning(element, RULE, message, remedy)
    decision = read(reference, "decision", element, notes)
    which = (
        read(_attribute(element, _WHICH[binding]), "version of the decision", element, notes)
        if binding in _WHICH
        else None
    )
    if decision is None or (which is None and binding in _WHICH):
        return None
    mapping = ResultMapping(_attribute(element, "mapDecisionResult") or ResultMapping.RESULT_LIST)
    return CalledDecision(decision, variable, binding, which, mapping, keeps_rows)


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
    if found := [f"camunda:{name}" for name in WORK_ATTRIBUTES if work(element, name)]:
        message = f"{element} is both a decision and a job ({', '.join(found)})."
        notes.error(element, RULE, message, "Remove camunda:decisionRef, or what makes it a job.")
    if _attribute(element, "decisionRefTenantId"):
        message = f"{element} refers to a decision of another tenant, and there are no tenants here."
        notes.error(element, RULE, message, "Remove camunda:decisionRefTenantId.")
    _judge_word(element, "decisionRefBinding", tuple(Binding), notes)
    _judge_word(element, "mapDecisionResult", _MAPPINGS, notes)
    _judge_which(element, notes)
    return len(notes) == before


def _judge_word(element: Element, name: str, words: Sequence[str], notes: Notes) -> None:
    found = _attribute(element, name)
    if found and found not in words:
        message = f"expected camunda:{name} of {element} to be one of {', '.join(words)}, found '{found}'."
        notes.error(element, RULE, message, "Write one of them.")


def _judge_which(element: Element, notes: Notes) -> None:
    binding = _attribute(element, "decisionRefBinding")
    for wanted, name in _WHICH.items():
        found = _attribute(element, name)
        if binding == wanted and not found:
            message = (
                f"expected camunda:{name} on {element}, whose decisionRefBinding is '{wanted.value}', found "
                "none."
            )
            notes.error(element, RULE, message, f"Set camunda:{name}, or remove decisionRefBinding.")
        elif binding != wanted and found:
            message = (
                f"camunda:{name} of {element} is ignored, since its decisionRefBinding is "
                f"'{binding or Binding.LATEST.value}'."
            )
            notes.error(element, RULE, message, f'Write decisionRefBinding="{wanted.value}", or remove it.')
    number = _attribute(element, _WHICH[Binding.VERSION])
    if binding == Binding.VERSION and number and "{" not in number and whole_number(number) is None:
        message = (
            f"expected camunda:decisionRefVersion of {element} to be a whole number up to {MOST} or an "
            f"expression, found {quoted(number)}."
        )
        notes.error(element, RULE, message, 'Write e.g. camunda:decisionRefVersion="2".')


def _attribute(element: Element, name: str) -> str:
    return (element.xml.get(f"{{{CAMUNDA}}}{name}") or "").strip()
