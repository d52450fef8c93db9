"""Timers as a model writes them: one moment, duration or cycle, as ISO 8601 text or as an expression that gives one.

BPMN 2.0.2, 10.5.5 and table 10.101. What is written out is looked at here, at deployment; what an expression gives is looked
at when it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.documents.findings import Finding
from counterflow.documents.xml import local_name, namespace
from counterflow.feel import Expression
from counterflow.model import cron, schedules, timer_texts
from counterflow.model.expressions import TextOrExpression, constant, quoted
from counterflow.model.graph import TimerDefinition, TimerKind
from counterflow.model.outline import Element
from counterflow.model.xml import BPMN, text_of

RULE = "timer"

_KINDS: Final[Mapping[str, TimerKind]] = {
    "timeDate": TimerKind.DATE,
    "timeDuration": TimerKind.DURATION,
    "timeCycle": TimerKind.CYCLE,
}
_EXAMPLES: Final[Mapping[TimerKind, str]] = {
    TimerKind.DATE: "2030-01-01T09:00:00Z or 2030-01-01T09:00:00+01:00",
    TimerKind.DURATION: "PT15M, PT1H30M, P7D or P1M",
    TimerKind.CYCLE: "R3/PT10S, R/P1D, R/2030-01-01T00:00:00Z/P1D or cron such as 0 0 9 * * MON-FRI",
}
_CRON_REMEDY = (
    "Cron has six fields (second, minute, hour, day of the month, month, day of the week) and has to come at some time; "
    "write e.g. 0 0 9-17 * * MON-FRI, @daily, or R/2030-01-01T00:00:00Z/P1D."
)
_NO_CRON_REMEDY = (
    "Camunda 7 counts the days of the week in cron from Sunday as 1, Counterflow as Zeebe does from Sunday as 0, so that cron is not read "
    "in a camunda: model; write e.g. R/2030-01-01T09:00:00@Europe/Paris/P1D."
)
_LATE_MS = 253_402_214_400_000
"""The last day of the year 9999: what is not held by the calendar from there is not waited for from today either."""
_CRON = re.compile(r"@\w+|\S+(?:\s+\S+){4,6}")


def timer_definition(
    element: Element, definition: etree._Element, read: TextOrExpression, notes: list[Finding], *, reads_cron: bool
) -> TimerDefinition | None:
    """The timer of an event; None, and a finding, where there is none or one that never comes. `read` tells text from expression."""
    times = [child for child in definition if namespace(child) == BPMN and local_name(child) in _KINDS]
    if len(times) != 1 or not text_of(times[0]):
        found = " and ".join(f"{local_name(time)} `{text_of(time)}`" for time in times) or "none"
        message = f"expected {element} to give one of {', '.join(_KINDS)}, found {found}."
        notes.append(
            element.error(RULE, message, f"Write e.g. <timeDuration>{_first_example(TimerKind.DURATION)}</timeDuration>.", definition)
        )
        return None
    (time,) = times
    kind = _KINDS[local_name(time)]
    value = read(text_of(time), local_name(time), element, notes, time)
    if isinstance(value, str):
        value = _constant(value, kind, element, time, notes, reads_cron=reads_cron)
    if value is None:
        return None
    _judge(kind, value, element, time, notes)
    return TimerDefinition(kind, value)


def _constant(
    text: str, kind: TimerKind, element: Element, time: etree._Element, notes: list[Finding], *, reads_cron: bool
) -> Expression | None:
    if gives_time(kind, text) and (reads_cron or kind is not TimerKind.CYCLE or cron.read(text) is None):
        return constant(text)
    message = f"expected {local_name(time)} of {element} in ISO 8601{' or cron' if kind is TimerKind.CYCLE else ''}, found {quoted(text)}."
    notes.append(element.error(RULE, message, _remedy(kind, text, reads_cron=reads_cron), time))
    return None


def gives_time(kind: TimerKind, value: object) -> bool:
    """Whether a value, text or what FEEL makes of it, is a time of that kind, whether the calendar holds it or not."""
    match kind:
        case TimerKind.DATE:
            return timer_texts.moment_of(value) is not None
        case TimerKind.DURATION:
            return timer_texts.interval_of(value) is not None
        case TimerKind.CYCLE:
            return isinstance(value, str) and (timer_texts.cycle(value) is not None or cron.read(value) is not None)


def _judge(kind: TimerKind, expression: Expression, element: Element, time: etree._Element, notes: list[Finding]) -> None:
    """What a timer says whenever it is asked can be judged now: whether it ever comes, and whether there is anything to wait for."""
    value = _fixed(expression)
    if not gives_time(kind, value):
        return
    if schedules.first_moment(kind, value, _LATE_MS) is None:
        message = f"{local_name(time)} of {element} is {quoted(str(value))}, which no calendar holds."
        notes.append(element.error(RULE, message, f"Write what comes before the year 280000, e.g. {_first_example(kind)}.", time))
    elif _leaves_no_time(kind, value):
        message = f"{local_name(time)} of {element} is {quoted(str(value))}, which leaves no time to wait: it is due at once."
        notes.append(element.warning(RULE, message, f"Write a time that is more than nothing, e.g. {_first_example(kind)}.", time))


def _fixed(expression: Expression) -> object:
    """What an expression gives at any time and in any instance; None where that depends."""
    if expression.names:
        return None
    early, late = (expression.evaluate({}, now_ms=now_ms).value for now_ms in (0, _LATE_MS))
    return early if early == late else None


def _leaves_no_time(kind: TimerKind, value: object) -> bool:
    if kind is TimerKind.DURATION:
        first = schedules.first_moment(kind, value, 0)
        return first is not None and first.due_ms <= 0
    cycle = timer_texts.cycle(value) if kind is TimerKind.CYCLE and isinstance(value, str) else None
    apart = timer_texts.length(cycle.interval) if cycle is not None else None
    return apart is not None and timer_texts.leaves_no_time(apart)


def _remedy(kind: TimerKind, text: str, *, reads_cron: bool) -> str:
    if kind is TimerKind.CYCLE and _CRON.fullmatch(text):
        return _CRON_REMEDY if reads_cron else _NO_CRON_REMEDY
    remedy = f"Write e.g. {_EXAMPLES[kind]}, or an expression."
    return f"{remedy} In a cycle years and months stand apart from days and times." if text.startswith("R") else remedy


def _first_example(kind: TimerKind) -> str:
    return _EXAMPLES[kind].partition(",")[0]
