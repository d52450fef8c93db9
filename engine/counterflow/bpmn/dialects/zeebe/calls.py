"""Call activities of the `zeebe:` dialect: `zeebe:calledElement`. The version called is the latest; other
bindings are refused.
"""

from __future__ import annotations

from lxml import etree

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
    binding = (xml.get("bindingType") or "latest").strip()
    if binding != "latest":
        message = (
            f"expected {element} to call the latest version of a process, found bindingType '{binding}'."
        )
        notes.error(
            element, RULE, message, "Remove bindingType, or deploy that version under an id of its own.", xml
        )
    process_id = read(text, "called process", element, notes, xml)
    handed_in, handed_out = (_is_set(xml, f"propagateAll{whose}Variables") for whose in ("Parent", "Child"))
    goes_in = GoesIn.EVERYTHING if handed_in else GoesIn.ITS_OWN
    return None if process_id is None else CalledProcess(process_id, goes_in, handed_out)


def _is_set(xml: etree._Element, name: str) -> bool:
    return xml.get(name) != "false"
