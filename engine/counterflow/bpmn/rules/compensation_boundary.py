"""A compensation boundary event leads by one association to the activity that undoes, and by no flow.

BPMN 2.0.2, 10.7.2: the handler is a compensation activity, connected by an association; the event is never
entered in the normal flow, so a sequence flow out of it would never be taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "compensation-boundary"

_REMEDY = 'Draw one association to an activity marked isForCompensation="true" in the same scope.'


def check(outline: Outline) -> Iterator[Finding]:
    """The association, the handler's mark and scope, the flows, and rivals on one activity."""
    associated = _associated(outline)
    for element in outline.elements:
        if element.tag == "boundaryEvent" and element.catches(COMPENSATION):
            yield from _check_handlers(element, associated[element.id])
            for flow in element.outgoing:
                message = (
                    f"sequenceFlow '{flow.id}' leaves {element}, which leads to its handler by an "
                    "association."
                )
                yield flow.error(RULE, message, "Replace the flow by an association.")
        yield from _check_rivals(element)


def _associated(outline: Outline) -> defaultdict[str, list[Element]]:
    """By id, the elements at the other ends of its associations; texts and the like are none."""
    others: defaultdict[str, list[Element]] = defaultdict(list)
    for association in outline.associations:
        for one, other in (association.ends, association.ends[::-1]):
            if other in outline.by_id:
                others[one].append(outline.by_id[other])
    return others


def _check_handlers(event: Element, handlers: list[Element]) -> Iterator[Finding]:
    if len(handlers) != 1:
        handlers_named = ", ".join(f"'{handler.id}'" for handler in handlers) or "none"
        yield event.error(
            RULE, f"expected one association from {event} to an activity, found {handlers_named}.", _REMEDY
        )
        return
    handler = handlers[0]
    if not handler.is_activity:
        yield event.error(
            RULE, f"expected the association of {event} to lead to an activity, found {handler}.", _REMEDY
        )
    elif not handler.is_for_compensation:
        message = (
            f'expected {handler}, which undoes for {event}, to be marked isForCompensation="true", found no '
            "mark."
        )
        yield handler.error(RULE, message, 'Set isForCompensation="true" on it.')
    elif handler.parent is not event.parent:
        message = f"expected {handler} in {event.parent}, where {event} is, found it in {handler.parent}."
        yield handler.error(RULE, message, "Move it into that scope.")


def _check_rivals(activity: Element) -> Iterator[Finding]:
    events = [event for event in activity.boundary_events if event.catches(COMPENSATION)]
    for rival in events[1:]:
        message = (
            f"expected one compensation boundary event on {activity}, found '{events[0].id}' and "
            f"'{rival.id}'."
        )
        yield rival.error(
            RULE, message, "Keep one; let a sub-process be the handler where several things are to be done."
        )
