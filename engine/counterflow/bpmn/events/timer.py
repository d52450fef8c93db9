"""Timers: one moment, duration or cycle, as ISO 8601 text or as an expression that gives one.

BPMN 2.0.2, 10.5.5 and table 10.101. What is written out is looked at here, at deployment; what an expression
gives is looked at when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn import times
from counterflow.bpmn.elements import TIMER
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.expressions import constant, quoted
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import timer_cycle, timer_length
from counterflow.bpmn.xml import BPMN, text_of
from counterflow.documents.xml import local_name, namespace
from counterflow.feel import Expression
from counterflow.model import timer_texts
from counterflow.model.events import TimerDefinition, TimerKind
from counterflow.model.graph import Behaviour, Dialect
from counterflow.model.schedules import gives_time

RULE = "timer"

_KINDS: Final[Mapping[str, TimerKind]] = {
    "timeDate": TimerKind.DATE,
    "timeDuration": TimerKind.DURATION,
    "timeCycle": TimerKind.CYCLE,
}


_IN_CAMUNDA: Final[Mapping[TimerKind, TimerKind]] = {
    TimerKind.DATE: TimerKind.DATE_OR_DURATION,
    TimerKind.CYCLE: TimerKind.QUARTZ_CYCLE,
}
"""What else a time may be in Camunda 7."""


def _read(reading: ModelReading, element: Element) -> TimerDefinition | None:
    """None, and a finding, where the event gives no time, or one that never comes."""
    definition = element.definition
    written = _times(definition) if definition is not None else []
    if len(written) != 1 or not text_of(written[0]):
        given = " and ".join(f"{local_name(time)} `{text_of(time)}`" for time in written) or "none"
        message = f"expected {element} to give one of {', '.join(_KINDS)}, found {given}."
        remedy = f"Write e.g. <timeDuration>{times.example(TimerKind.DURATION)}</timeDuration>."
        reading.notes.error(element, RULE, message, remedy, definition)
        return None
    (time,) = written
    kind = _KINDS[local_name(time)]
    if reading.outline.dialect is Dialect.CAMUNDA:
        kind = _IN_CAMUNDA.get(kind, kind)
    value = reading.dialect.text_or_expression(text_of(time), local_name(time), element, reading.notes, time)
    if isinstance(value, str):
        value = _constant(reading, element, kind, value, time)
    return None if value is None else TimerDefinition(kind, value)


def _times(definition: etree._Element) -> list[etree._Element]:
    return [child for child in definition if namespace(child) == BPMN and local_name(child) in _KINDS]


def _constant(
    reading: ModelReading, element: Element, kind: TimerKind, text: str, time: etree._Element
) -> Expression | None:
    """A text as an expression; None, and a finding, where it is no time."""
    if reading.outline.is_of_activiti and kind is TimerKind.QUARTZ_CYCLE and timer_texts.ending_cycle(text):
        message = f"{element} repeats until {quoted(text.rpartition('/')[2])}, which is not executed yet."
        remedy = "Write how often from when on, e.g. R3/2030-01-01T00:00:00Z/PT1H."
        reading.notes.error(element, RULE, message, remedy, time)
        return None
    if gives_time(kind, text):
        return constant(text)
    why = timer_texts.why_not(kind, text)
    expected = "that comes" if why else f"in ISO 8601{' or cron' if local_name(time) == 'timeCycle' else ''}"
    message = f"expected {local_name(time)} of {element} {expected}, found {quoted(text)}{why}."
    reading.notes.error(element, RULE, message, times.remedy(kind, text), time)
    return None


def _start_objection(event: Element, expression: Expression) -> tuple[str, str] | None:
    timer = event.details.event
    if not isinstance(timer, TimerDefinition) or gives_time(timer.kind, expression.evaluate({}).value):
        return None
    message = f"expected `{expression.written}` of {event} to give a {timer.kind}, found none."
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
