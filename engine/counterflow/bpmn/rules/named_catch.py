"""What is waited for by name finds one catch.

So there is no name twice on an activity, in a scope, after a gateway, or among the starts of a process.

BPMN 2.0.2, 10.5.6 leaves open which of two equal catches is taken; we do not guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.feel import Expression
from counterflow.model.graph import Behaviour

RULE = "named-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Names that more than one of those who compete for them catches.

    A receive task and its boundary events compete; so do the event sub-processes of a scope, and the events
    after a gateway.
    """
    for element in outline.elements:
        own = [element] if element.tag == "receiveTask" or element.parts else []
        starts = [event for child in element.event_sub_processes for event in child.start_events]
        yield from _check_rivals([*own, *element.boundary_events], element)
        yield from _check_rivals(starts, element)
        if element.behaviour is Behaviour.PROCESS:
            yield from _check_rivals(element.process_starts, element)
        if element.behaviour is Behaviour.EVENT_BASED_GATEWAY and not element.instantiates:
            yield from _check_rivals(
                [flow.target for flow in element.outgoing if flow.target is not None], element
            )


def _check_rivals(events: list[Element], host: Element) -> Iterator[Finding]:
    first: dict[tuple[str, str], Element] = {}
    for event in (part for one in events for part in one.alternatives):
        caught = _caught(event)
        earlier = first.setdefault(caught, event) if caught is not None else event
        if caught is not None and earlier is not event:
            kind, name = caught
            message = f"{event} and '{earlier.id}' both catch the {kind} '{name}' at {host}."
            yield event.error(RULE, message, f"Keep one of them, or give their {kind}s different names.")


def _caught(event: Element) -> tuple[str, str] | None:
    """The kind and the name of what it catches, an expression as it is written; None without a name."""
    kind = event.event_kind
    if kind is None or not kind.is_waited_for or kind.reference is None:
        return None
    name: str | Expression | None = getattr(event.details.event, "name", None)
    if name is None:
        return None
    return kind.name, name.written if isinstance(name, Expression) else name
