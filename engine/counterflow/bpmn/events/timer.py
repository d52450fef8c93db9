"""Timers: waited for in every catch, and a start of processes (BPMN 2.0.2, 10.5.5 and table 10.101)."""

from __future__ import annotations

from counterflow.bpmn.elements import TIMER
from counterflow.bpmn.events.reader import EventReader, Reading
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import timer_cycle, timer_length
from counterflow.bpmn.times import timer_definition
from counterflow.feel import Expression
from counterflow.model.graph import Behaviour, Dialect, TimerDefinition
from counterflow.model.schedules import gives_time


def _read(reading: Reading, element: Element) -> TimerDefinition | None:
    if element.definition is None:
        return None
    return timer_definition(
        element,
        element.definition,
        reading.dialect.text_or_expression,
        reading.notes,
        reads_cron=reading.outline.dialect is Dialect.ZEEBE,
    )


def _start_objection(event: Element, expression: Expression) -> tuple[str, str] | None:
    timer = event.details.event
    if not isinstance(timer, TimerDefinition) or gives_time(timer.kind, expression.evaluate({}).value):
        return None
    message = f"expected `{expression.text}` of {event} to give a {timer.kind}, found none."
    return message, "Write it in ISO 8601."


KIND = EventReader(
    name="timer",
    definition=TIMER,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "intermediateCatchEvent": Behaviour.CATCH_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
    },
    remedy="Timers are waited for: use an intermediate catch event.",
    is_waited_for=True,
    read=_read,
    rules=(timer_cycle.check, timer_length.check),
    start_objection=_start_objection,
)
