"""A message finds one catch: no name twice on an activity, in a scope, after a gateway, or among the starts
of a process.

BPMN 2.0.2, 10.5.6 leaves open which of two equal catches is taken, and a message reaches a process once; we
do not guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.feel import Expression
from counterflow.model.events import MessageDefinition
from counterflow.model.graph import Behaviour

RULE = "message-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """A receive task and its boundary events compete; so do the event sub-processes of a scope, and the
    events after a gateway.
    """
    for element in outline.elements:
        own = [element] if element.tag == "receiveTask" else []
        starts = [event for child in element.event_sub_processes for event in child.start_events]
        yield from _check_rivals([*own, *element.boundary_events], element)
        yield from _check_rivals(starts, element)
        if element.behaviour is Behaviour.PROCESS:
            yield from _check_rivals(element.start_events, element)
        if element.behaviour is Behaviour.EVENT_BASED_GATEWAY:
            yield from _check_rivals(
                [flow.target for flow in element.outgoing if flow.target is not None], element
            )


def _check_rivals(events: list[Element], place: Element) -> Iterator[Finding]:
    first: dict[str, Element] = {}
    for event in events:
        name = _name_caught(event)
        earlier = first.setdefault(name, event) if name else event
        if earlier is not event:
            message = f"{event} and '{earlier.id}' both catch the message '{name}' at {place}."
            yield event.error(RULE, message, "Keep one of them, or give their messages different names.")


def _name_caught(event: Element) -> str:
    """The name, an expression as it is written; empty where no message is caught."""
    caught = event.details.event
    if not isinstance(caught, MessageDefinition):
        return ""
    return f"={caught.name.text}" if isinstance(caught.name, Expression) else caught.name
