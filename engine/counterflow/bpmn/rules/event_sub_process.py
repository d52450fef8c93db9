"""An event sub-process has exactly one start event, which waits for something, and no flows.

BPMN 2.0.2, 10.3.5: "An Event Sub-Process MUST NOT have any incoming or outgoing Sequence Flows" and has one
start event with a trigger.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.events.kinds import kinds_in, one_of
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "event-sub-process"


def check(outline: Outline) -> Iterator[Finding]:
    """Its start events, its flows, its marks, and one compensation event sub-process per scope."""
    for element in outline.elements:
        if element.is_event_sub_process:
            yield from _check_start(element)
            yield from _check_surroundings(element)
        yield from _check_rivals(element)


def _check_start(element: Element) -> Iterator[Finding]:
    if len(element.start_events) != 1:
        given = ", ".join(f"'{event.id}'" for event in element.start_events) or "none"
        message = f"expected exactly one start event in event sub-process '{element.id}', found {given}."
        yield element.error(RULE, message, "Draw one event sub-process per event.")
    for event in element.start_events:
        if not event.definitions:
            message = (
                f"expected {event} of event sub-process '{element.id}' to wait for an event, found a none "
                "start event."
            )
            kinds = one_of([kind.name for kind in kinds_in(event.tag)])
            yield event.error(RULE, message, f"Make it a {kinds} start event.")


def _check_surroundings(element: Element) -> Iterator[Finding]:
    for flow in (*element.incoming, *element.outgoing):
        message = (
            f"sequenceFlow '{flow.id}' touches event sub-process '{element.id}', which only its event can "
            "start."
        )
        yield flow.error(RULE, message, "Remove the flow, or make the sub-process an embedded one.")
    if element.loop is not None:
        mark = "multi-instance" if element.is_multi_instance else "a loop"
        message = f"event sub-process '{element.id}' is marked as {mark}, but its event starts it once."
        remedy = "Put a sub-process with that mark inside it."
        yield element.error(RULE, message, remedy, element.loop)
    if element.is_for_compensation:
        message = f"event sub-process '{element.id}' is marked isForCompensation."
        yield element.error(
            RULE, message, "Give it a compensation start event, or make it an embedded sub-process."
        )


def _check_rivals(scope: Element) -> Iterator[Finding]:
    undoing = [
        child
        for child in scope.event_sub_processes
        if any(event.catches(COMPENSATION) for event in child.start_events)
    ]
    for rival in undoing[1:]:
        message = (
            f"expected one compensation event sub-process in {scope}, found '{undoing[0].id}' and "
            f"'{rival.id}'."
        )
        yield rival.error(RULE, message, "Keep one; it undoes the scope as a whole.")
