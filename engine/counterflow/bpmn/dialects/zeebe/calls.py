"""Call activities of the `zeebe:` dialect: `zeebe:calledElement`."""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.zeebe.bindings import binding_of
from counterflow.bpmn.expressions import TextOrExpression
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.model.data import GoesIn
from counterflow.model.graph import CalledProcess

RULE = "called-process"


def called_process(
    element: Element, xml: etree._Element | None, read: TextOrExpression, notes: Notes
) -> CalledProcess | None:
    """The process called; None where the model names none (rule `called-process`)."""
    text = (xml.get("processId") or "").strip() if xml is not None else ""
    if xml is None or not text:
        return None
    bound = binding_of(element, xml, RULE, read, notes)
    process_id = read(text, "called process", element, notes, xml)
    handed_in, handed_out = (_is_set(xml, f"propagateAll{whose}Variables") for whose in ("Parent", "Child"))
    goes_in = GoesIn.EVERYTHING if handed_in else GoesIn.ITS_OWN
    if process_id is None or bound is None:
        return None
    return CalledProcess(process_id, goes_in, handed_out, binding=bound.binding, which=bound.which)


def _is_set(xml: etree._Element, name: str) -> bool:
    return xml.get(name) != "false"
