"""A timer that says the same whenever it is asked has something to wait for, and its moment comes.

What lies beyond the calendar would be an incident of every instance. What leaves no time to wait is due at
once (BPMN 2.0.2, 10.5.5 leaves it open), which may be meant: that is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.times import example
from counterflow.documents.findings import Finding
from counterflow.feel import Expression
from counterflow.model import quartz, schedules, timer_texts
from counterflow.model.events import TimerDefinition, TimerKind
from counterflow.model.schedules import gives_time

RULE = "timer-length"

_LATE_MS = 253_402_214_400_000
"""The last day of the year 9999, behind which nothing is waited for. What the calendar does not hold from
there is not waited for from today either.
"""


def check(outline: Outline) -> Iterator[Finding]:
    """Texts, and expressions that read neither variables nor the clock."""
    for element in outline.elements:
        timer = element.details.event
        if isinstance(timer, TimerDefinition):
            value = _fixed(timer.expression)
            if gives_time(timer.kind, value):
                yield from _check(element, timer.kind, value)


def _check(event: Element, kind: TimerKind, value: object) -> Iterator[Finding]:
    what = f"the {kind} of {event} is {quoted(str(value))}"
    names_its_years = kind is TimerKind.QUARTZ_CYCLE and quartz.read(str(value)) is not None
    if schedules.first_moment(kind, value, _LATE_MS) is None and not names_its_years:
        remedy = f"Write what comes before the year 280000, e.g. {example(kind)}."
        yield event.error(RULE, f"{what}, which no calendar holds.", remedy, event.definition)
    elif _leaves_no_time(kind, value):
        message = f"{what}, which leaves no time to wait: it is due at once."
        yield event.warning(
            RULE, message, f"Write a time that is more than nothing, e.g. {example(kind)}.", event.definition
        )


def _fixed(expression: Expression) -> object:
    """What an expression gives at any time and in any instance; None where that depends."""
    if expression.names:
        return None
    early, late = (expression.evaluate({}, now_ms=now_ms).value for now_ms in (0, _LATE_MS))
    return early if early == late else None


def _leaves_no_time(kind: TimerKind, value: object) -> bool:
    if kind in {TimerKind.DURATION, TimerKind.DATE_OR_DURATION} and timer_texts.moment_of(value) is None:
        first = schedules.first_moment(kind, value, 0)
        return first is not None and first.due_ms <= 0
    is_cycle = kind in {TimerKind.CYCLE, TimerKind.QUARTZ_CYCLE}
    cycle = timer_texts.cycle(value) if is_cycle and isinstance(value, str) else None
    apart = timer_texts.length(cycle.interval) if cycle is not None else None
    return apart is not None and timer_texts.leaves_no_time(apart)
