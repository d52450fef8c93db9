"""What several definitions in one event may be, so that what comes of them is told by the drawing.

BPMN 2.0.2, 10.5.5 and table 10.93. What undoes, cancels or stands for a flow has its own way on, and is drawn
alone. What all have to come is waited for, so that nothing is among it that has to be caught at once (errors
and escalations); and of what begins an instance together, the first does, so that the others are messages,
which say by their key whose they are. One definition at most ends the scope that it is thrown in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterflow.bpmn.elements import (
    CANCEL,
    COMPENSATION,
    ERROR,
    LINK,
    MESSAGE,
    PARALLEL_MULTIPLE,
    TERMINATE,
)
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "multiple-event"

_DRAWN_ALONE: Final = (CANCEL, LINK)
ENDS_SCOPE: Final = frozenset({ERROR, TERMINATE})


def check(outline: Outline) -> Iterator[Finding]:
    """One refusal per definition that cannot be where it is."""
    for element in outline.elements:
        if element.parts:
            yield from _check_together(element)
        if element.part_of is not None and element.behaviour is not None:
            yield from _check_part(element.part_of, element)


def _check_part(event: Element, part: Element) -> Iterator[Finding]:
    what = part.event_kind.name if part.event_kind is not None else part.event
    if part.event in _DRAWN_ALONE or part.catches(COMPENSATION):
        message = f"{event} has several event definitions, and one of them is a {what}, which stands alone."
        yield part.error(RULE, message, f"Draw the {what} event by itself.")
    elif event.event != PARALLEL_MULTIPLE:
        return
    elif part.event_kind is not None and not part.waits:
        message = f"expected all that {event} waits for to be waited for, found an {what}, which is caught."
        yield part.error(RULE, message, f"Draw an {what} event of its own.")
    elif part.has_to_come and not part.catches(MESSAGE):
        message = f"expected all that begins an instance at {event} together to be messages, found a {what}."
        yield part.error(RULE, message, f"Begin with the messages, and wait for the {what} after.")


def _check_together(event: Element) -> Iterator[Finding]:
    ending = [part for part in event.parts if part.event in ENDS_SCOPE and part.throws(part.event)]
    if len(ending) > 1:
        names = " and ".join(f"{part.event_kind.name}" for part in ending if part.event_kind is not None)
        message = f"expected one of the definitions of {event} to end its scope, found {names}."
        yield event.error(RULE, message, "Keep one of them.")
