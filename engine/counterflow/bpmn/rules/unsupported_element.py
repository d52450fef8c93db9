"""What is not executed is refused, never skipped. A token must not pass an element as though it were not
there.

The tables in `elements.py` and `events/` say what is executed and what to draw instead of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import ANYTHING_ELSE, PERFORMERS, Category, remedy_for
from counterflow.bpmn.events.kinds import KINDS, kinds_in, one_of
from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.xml import BPMN
from counterflow.documents.findings import Finding
from counterflow.documents.xml import local_name, namespace

RULE = "unsupported-element"
_DRAWING_ONLY = {"partitionElement", "partitionElementRef"}
"""What says something of lanes, which are read as drawing only."""


def check(outline: Outline) -> Iterator[Finding]:
    """One refusal per element, event definition, or marker that is not executed."""
    for element in outline.elements:
        if element.behaviour is None:
            yield element.error(RULE, f"{_described(element)} is not executed yet.", _remedy(element))
            continue
        for attribute in ("startQuantity", "completionQuantity"):
            if element.attribute(attribute) == "0":  # some tools write it where they mean none
                message = f"{element} has {attribute}=0, which is read as 1: each token is one."
                yield element.warning(RULE, message, "Remove the attribute.")
            elif element.attribute(attribute) not in {"", "1"}:
                message = (
                    f"{element} has {attribute}={element.attribute(attribute)}, which is not executed yet."
                )
                yield element.error(RULE, message, "Draw a parallel gateway instead.")
        for xml in element.xml:
            if local_name(xml) in PERFORMERS and namespace(xml) == BPMN:
                message = f"{local_name(xml)} of {element} is ignored."
                yield element.warning(RULE, message, "Say who does it by assignee or candidateGroups.", xml)
    for stranger in outline.strangers:
        finding = stranger.warning if stranger.tag in _DRAWING_ONLY else stranger.error
        yield finding(
            RULE, f"{stranger.tag} at '{stranger.id}' is not executed yet.", remedy_for(stranger.tag)
        )


def _described(element: Element) -> str:
    if element.kind.category is not Category.EVENT:
        return str(element)
    if not element.definitions:
        return f"{element} without event definition"
    return f"{element} with {' and '.join(local_name(definition) for definition in element.definitions)}"


def _remedy(element: Element) -> str:
    if element.kind.category is not Category.EVENT or not element.definitions:
        return _remedy_for_plain(element)
    return KINDS[element.event].remedy if element.event in KINDS else ANYTHING_ELSE


def _remedy_for_plain(element: Element) -> str:
    known = [kind.definition for kind in kinds_in(element.tag)]
    if element.tag == "boundaryEvent":
        return f"Give it one of {', '.join(sorted(known))}."
    if element.tag == "intermediateCatchEvent":
        return f"Give it {one_of([f'a {definition}' for definition in known])}."
    return remedy_for(element.tag)
