"""A link has a name, and in its scope one catch, which nothing else leads to (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import LINK
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "link-name"


def name_of(event: Element) -> str:
    """The name by which a throw finds its catch; empty where it has none."""
    return (event.definition.get("name") or "").strip() if event.definition is not None else ""


def check(outline: Outline) -> Iterator[Finding]:
    """Links without a name, throws without a catch, catches that compete, and flows on the wrong side."""
    for element in outline.elements:
        if element.catches(LINK) or element.throws(LINK):
            yield from _check_ends(element)
        if element.kind.is_scope:
            yield from _check_rivals(element)


def _check_ends(event: Element) -> Iterator[Finding]:
    name = name_of(event)
    if not name:
        message = f"expected a name on the linkEventDefinition of {event}, found none."
        yield event.error(RULE, message, "Give the throw and its catch the same name.")
    elif event.throws(LINK) and not any(flow.is_link for flow in event.outgoing):
        message = f"expected a link catch event '{name}' in the scope of {event}, found none."
        yield event.error(RULE, message, "Draw it in the same scope, with that name.")
    wrong_side = event.outgoing if event.throws(LINK) else event.incoming
    for flow in wrong_side:
        if not flow.is_link:
            message = f"sequenceFlow '{flow.id}' is on the wrong side of {event}, where the link leads."
            yield flow.error(RULE, message, "Remove it, or the link.")


def _check_rivals(scope: Element) -> Iterator[Finding]:
    first: dict[str, Element] = {}
    for event in scope.children:
        name = name_of(event) if event.catches(LINK) else ""
        earlier = first.setdefault(name, event) if name else event
        if earlier is not event:
            message = f"{event} and '{earlier.id}' both catch the link '{name}' in {scope}."
            yield event.error(RULE, message, "Keep one of them, or give the links different names.")
