"""An element that no token can reach is a mistake of drawing, though a harmless one (warning)."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.ad_hoc import activities_of
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "unreachable"


def check(outline: Outline) -> Iterator[Finding]:
    """One warning per element that neither flow, nor event, nor compensation leads to."""
    reached: set[int] = set()
    waiting = list(outline.processes)
    while waiting:
        element = waiting.pop()
        if id(element) not in reached:
            reached.add(id(element))
            waiting += _next(element)
    for element in outline.elements:
        around = element.attached_to or element.parent
        is_first = around is None or id(around) in reached
        if (
            id(element) not in reached
            and is_first
            and element.behaviour is not None
            and element.part_of is None
            and not element.is_for_compensation
        ):
            yield element.warning(
                RULE, f"no flow, event or compensation leads to {element}.", "Connect it, or remove it."
            )
        if id(element) in reached and element.behaviour is Behaviour.PARALLEL_GATEWAY:
            yield from _check_join(element, reached)


def _check_join(join: Element, reached: set[int]) -> Iterator[Finding]:
    """BPMN 2.0.2, 13.4.1: it waits for a token on each of its flows."""
    for flow in join.incoming:
        if flow.source is not None and id(flow.source) not in reached:
            message = (
                f"{join} waits for ever: no token comes along sequenceFlow '{flow.id}', since nothing leads "
                f"to {flow.source}."
            )
            yield join.warning(RULE, message, f"Connect {flow.source}, or remove the flow.")


def _next(element: Element) -> Iterator[Element]:
    yield from (flow.target for flow in element.outgoing if flow.target is not None)
    yield from element.boundary_events
    yield from element.start_events
    yield from (child for child in element.children if child.instantiates)
    yield from element.event_sub_processes
    yield from activities_of(element)
    if element.handler is not None:
        yield element.handler
