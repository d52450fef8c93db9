"""A process begins at no more than one none start event, an embedded sub-process at exactly one.

BPMN 2.0.2, 10.5.2: an embedded sub-process is entered at its none start event; with two, or none, there is no
telling where. A process may begin at a timer or a message as well, or only there, be it at a start event, a
receive task or after an event-based gateway; it is then not begun by a command. Start events that wait for
anything else, or wait in a sub-process, belong into event sub-processes.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "start-event"

_STARTED_BY_TOKEN = frozenset({Behaviour.PROCESS, Behaviour.SUB_PROCESS})


def check(outline: Outline) -> Iterator[Finding]:
    """Scopes without a start event, start events too many, and those that wait in the wrong place."""
    for element in outline.elements:
        if element.behaviour in _STARTED_BY_TOKEN:
            yield from _check_scope(element)


def _check_scope(scope: Element) -> Iterator[Finding]:
    if not scope.start_events and not scope.process_starts:
        yield scope.error(
            RULE, f"expected one none start event in {scope}, found no start event.", "Draw the start event."
        )
    for event in scope.start_events:
        if event.behaviour is not None and event.definitions and not (event.is_process_start and event.waits):
            message = f"{event} with {event.event} is directly in {scope}, where nothing can trigger it."
            yield event.error(
                RULE, message, "Put it into an event sub-process, and draw a none start event here."
            )
    none_starts = [event for event in scope.start_events if not event.definitions]
    for event in none_starts[1:]:
        message = f"expected one none start event in {scope}, found '{none_starts[0].id}' and '{event.id}'."
        yield event.error(RULE, message, "Keep one; lead its outgoing flows to where the others led.")
