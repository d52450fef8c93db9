"""Call activities of Camunda 7: `calledElement`, `camunda:in` and `camunda:out`. The last two say which
variables are handed over.

Nothing goes in or out that the model does not name: `variables="all"` names everything, a pair of source and
target one variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.bindings import BoundVersion, attributes_of, bound_version
from counterflow.bpmn.dialects.camunda.expressions import value_expression, variable_expression
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import TextOrExpression
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import TRUE
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.juel.calls import BUSINESS_KEY
from counterflow.model.data import GoesIn, VariableMapping
from counterflow.model.graph import Binding, CalledProcess

RULE = "called-process"

_TOLD: Final[Mapping[str, str]] = {
    "variableMappingClass": "Hand the variables over with camunda:in and camunda:out.",
    "variableMappingDelegateExpression": "Hand the variables over with camunda:in and camunda:out.",
    "calledElementTenantId": "Remove it: there are no tenants here.",
}
"""What is not carried out, and what to write instead."""
CASE_ATTRIBUTES: Final = ("caseRef", "caseBinding", "caseVersion", "caseTenantId")
"""What names a case: it is a job, and its worker is told all of them."""
CALL_ATTRIBUTES: Final = frozenset({
    *_TOLD, *CASE_ATTRIBUTES, "inheritVariables", "sameDeployment", *attributes_of("calledElement"),
})  # fmt: skip
"""Attributes of a call activity that are read here."""


def called_process(
    element: Element,
    extensions: list[etree._Element],
    handed_out: tuple[VariableMapping, ...],
    read: TextOrExpression,
    notes: Notes,
) -> CalledProcess | None:
    """The process called; None where the model names none (rule `called-process`)."""
    _judge(element, notes)
    text = element.attribute("calledElement")
    process_id = read(text, "called element", element, notes) if text else None
    bound = bound_version(element, "calledElement", RULE, read, notes)
    if process_id is None or bound is None:
        return None
    if element.xml.get(f"{{{CAMUNDA}}}sameDeployment") == TRUE:
        bound = BoundVersion(Binding.DEPLOYMENT, None)
    everything = {local_name(xml) for xml in extensions if xml.get("variables") == "all"}
    inherits = element.xml.get(f"{{{CAMUNDA}}}inheritVariables") == TRUE
    goes_in = GoesIn.EVERYTHING if inherits or "in" in everything else GoesIn.WHAT_IS_NAMED
    return CalledProcess(
        process_id,
        goes_in,
        "out" in everything,
        is_past_on_return=True,
        binding=bound.binding,
        which=bound.which,
        handed_out_on_throw=handed_out,
    )


def hands_everything_out(extensions: list[etree._Element]) -> bool:
    """Whether a `camunda:out` names all variables."""
    return any(local_name(xml) == "out" and xml.get("variables") == "all" for xml in extensions)


def call_mappings(
    element: Element, extensions: list[etree._Element], notes: Notes
) -> tuple[tuple[VariableMapping, ...], tuple[VariableMapping, ...]]:
    """What is handed in before, and out after the call, one variable at a time."""
    inputs, outputs = (
        tuple(
            mapping
            for xml in extensions
            if local_name(xml) == tag
            and xml.get("variables") != "all"
            and (mapping := _mapping(element, xml, notes)) is not None
        )
        for tag in ("in", "out")
    )
    return inputs, outputs


def _mapping(element: Element, xml: etree._Element, notes: Notes) -> VariableMapping | None:
    what = f"camunda:{local_name(xml)}"
    if key := xml.get("businessKey"):
        value = value_expression(key, f"business key of {what}", element, notes, xml)
        return None if value is None else VariableMapping(value, (BUSINESS_KEY,))
    source, expression, target = (
        (xml.get(name) or "").strip() for name in ("source", "sourceExpression", "target")
    )
    if not target or not (source or expression):
        written = f"source '{source}' and target '{target}'"
        message = (
            f'expected {what} of {element} to say variables="all", or source and target, found {written}.'
        )
        notes.error(element, "mapping", message, f'Write e.g. <{what} source="order" target="order" />.', xml)
        return None
    if xml.get("local") == TRUE:
        message = (
            f"{what} of {element} asks for local variables only; the variable is looked for in the scopes "
            "around as well."
        )
        notes.warning(element, "extension", message, "Remove local.", xml)
    read, text = (variable_expression, source) if source else (value_expression, expression)
    value = read(text, f"{what} to '{target}'", element, notes, xml)
    return None if value is None else VariableMapping(value, (target,))


def _judge(element: Element, notes: Notes) -> None:
    if element.xml.get(f"{{{CAMUNDA}}}caseRef"):
        message = f"{element} names a process and, by camunda:caseRef, a case: the process is called."
        notes.warning(element, "extension", message, "Remove one of them.")
    for name, remedy in _TOLD.items():
        if element.xml.get(f"{{{CAMUNDA}}}{name}"):
            message = f"{element} has camunda:{name}, which is not carried out."
            notes.warning(element, "extension", message, remedy)
