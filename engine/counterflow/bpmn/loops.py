"""Multi-instance activities, as far as both dialects write them alike.

BPMN 2.0.2, 13.3.7 and table 10.29.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from lxml import etree

from counterflow.bpmn.names import is_name
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import BPMN, TRUE, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name, namespace

RULE = "multi-instance"

_SAYS_NOTHING = frozenset({"documentation", "extensionElements"})


def is_sequential(loop: etree._Element) -> bool:
    """One after another, rather than all at once."""
    return loop.get("isSequential") == TRUE


def part(loop: etree._Element, tag: str) -> etree._Element | None:
    """A child of the mark, if it says anything."""
    child = loop.find(f"{{{BPMN}}}{tag}")
    return child if child is not None and (text_of(child) or child.attrib) else None


def part_text(loop: etree._Element, tag: str) -> str:
    """The text of a child, empty where there is none."""
    child = part(loop, tag)
    return text_of(child) if child is not None else ""


def one_name(text: str, what: str, element: Element, loop: etree._Element, notes: Notes) -> str | None:
    """The name of a variable, if one is given; a finding where it is none."""
    if not text or is_name(text):
        return text or None
    message = f"expected the {what} of {element} to be the name of a variable, found '{text}'."
    notes.error(element, RULE, message, "Write letters, digits and '_'.", loop)
    return None


def judge_parts(
    element: Element, loop: etree._Element, known: AbstractSet[str], notes: Notes, remedy: str
) -> None:
    """Refuse events that instances would throw, and tell of data that nobody reads.

    It is said what to write in this dialect instead.
    """
    if loop.get("behavior") not in {None, "", "All"}:
        message = (
            f"{element} has behavior='{loop.get('behavior')}', but its instances throw no events when they "
            "end."
        )
        notes.error(
            element,
            RULE,
            message,
            "Remove behavior; throw the event inside a multi-instance sub-process.",
            loop,
        )
    for child in loop:
        tag = local_name(child)
        if namespace(child) == BPMN and tag == "complexBehaviorDefinition":
            message = f"{element} has a {tag}, but its instances throw no events when they end."
            notes.error(
                element,
                RULE,
                message,
                "Remove it; throw the event inside a multi-instance sub-process.",
                child,
            )
        elif namespace(child) == BPMN and tag not in known | _SAYS_NOTHING:
            notes.warning(element, RULE, f"{tag} of {element} is ignored.", remedy, child)
