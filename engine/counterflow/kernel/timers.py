"""The life of a timer: a moment that an element waits for.

    scheduled → triggered (and, with repetitions left, scheduled again)
              → canceled  (what waited is gone, or went on another way)

Moments come from ISO 8601 text (`2030-01-01T09:00:00+01:00`, `PT15M`, `P1M`, `R3/PT10S`, `R/2030-01-01T00:00:00Z/P1D`) or from
FEEL values of the same kinds. A cycle keeps its beat: the next moment is counted from the last one that was due, and what
was missed meanwhile collapses into one. BPMN 2.0.2, 10.5.5 (timer); ISO 8601-1, 5.6 (recurring intervals).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from counterflow import feel
from counterflow.feel import iso
from counterflow.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration
from counterflow.kernel import variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event
from counterflow.kernel.rows import ElementInstance, Timer
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import TimerDefinition, TimerKind

ENDLESS = -1
NANOSECONDS_PER_MS = 1_000_000
LATEST_MS = 2**53
"""Moments beyond this (the year 287396) are refused rather than waited for."""
_CYCLE = re.compile(r"R(\d{0,9})/(?:(.+)/)?(P[^/]+)", re.ASCII)


class TimerScheduled(Event, frozen=True, array_like=True, tag=90, gc=False):
    """An element instance waits for a moment, on behalf of the event `catch_id`."""

    key: int
    element_instance_key: int
    catch_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class TimerTriggered(Event, frozen=True, array_like=True, tag=91, gc=False):
    """The moment has come."""

    key: int


class TimerCanceled(Event, frozen=True, array_like=True, tag=92, gc=False):
    """Nothing waits for this moment any more."""

    key: int


class Schedule(NamedTuple):
    """When a timer is due, and how often and how far apart after that."""

    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class NotATime(Exception):
    """A timer's expression gives no moment. Becomes an incident EXTRACT_VALUE_ERROR."""


def schedule(step: Step, element: ElementInstance, catch_id: str, definition: TimerDefinition) -> None:
    """Wait for the moment that a definition gives at this element. Raises `NotATime`."""
    found = first_moment(definition, variables.evaluate(step, element.key, definition.expression), step.now_ms)
    step.emit(TimerScheduled(step.new_key(), element.key, catch_id, *found))


def trigger(step: Step, timer: Timer) -> None:
    """The moment has come: the timer is gone, or waits for its next repetition."""
    step.emit(TimerTriggered(timer.key))
    following = next_moment(Schedule(timer.due_ms, timer.repetitions, timer.interval), step.now_ms)
    if following is not None:
        step.emit(TimerScheduled(step.new_key(), timer.element_instance_key, timer.catch_id, *following))


def first_moment(definition: TimerDefinition, evaluation: feel.Evaluation, now_ms: int) -> Schedule:
    """The first moment of a timer whose expression gave this. Raises `NotATime`."""
    value = evaluation.value
    readers = {TimerKind.DATE: _date, TimerKind.DURATION: _duration, TimerKind.CYCLE: _cycle}
    found = None if evaluation.failure is not None else readers[definition.kind](value, now_ms)
    if found is None or not 0 <= found.due_ms <= LATEST_MS:
        examples = {TimerKind.DATE: "2030-01-01T09:00:00Z", TimerKind.DURATION: "PT15M", TimerKind.CYCLE: "R3/PT10S"}
        shown = evaluation.failure if evaluation.failure is not None else "null" if value is None else repr(str(value))
        raise NotATime(
            f"Expected the timer's {definition.kind} '={definition.expression.text}' to give one such as {examples[definition.kind]}, "
            f"but it is {shown}"
        )
    return found


def next_moment(last: Schedule, now_ms: int) -> Schedule | None:
    """The next moment of a cycle after one that was due. Those missed until now are left out but counted. None after the last."""
    due_ms, repetitions, interval = last
    if interval is not None and repetitions != 0:
        missed = _whole_intervals(due_ms, interval, now_ms)
        due_ms, repetitions = due_ms + missed[1], _less(repetitions, missed[0])
    while interval is not None and repetitions != 0:
        following = _later(due_ms, interval)
        if following is None or following <= due_ms:
            return None
        due_ms, repetitions = following, _less(repetitions, 1)
        if due_ms > now_ms:
            return Schedule(due_ms, repetitions, interval)
    return None


def _whole_intervals(due_ms: int, interval: str, now_ms: int) -> tuple[int, int]:
    """How many fixed intervals lie between a moment and now, and their length together: found without counting one by one."""
    found = iso.interval(interval)
    if found is None or found.months.months or now_ms <= due_ms:
        return 0, 0
    length_ms = max(found.days.nanoseconds // NANOSECONDS_PER_MS, 1)
    count = (now_ms - due_ms) // length_ms
    return count, count * length_ms


def _less(repetitions: int, count: int) -> int:
    return max(repetitions - count, 0) if repetitions > 0 else repetitions


def _date(value: object, now_ms: int) -> Schedule | None:
    moment = iso.date_time(value) if isinstance(value, str) else value
    if isinstance(moment, Date):
        moment = iso.date_time(str(moment))
    return Schedule(moment.instant // NANOSECONDS_PER_MS) if isinstance(moment, DateTime) else None


def _duration(value: object, now_ms: int) -> Schedule | None:
    due_ms = _later(now_ms, str(value)) if isinstance(value, str | DaysDuration | MonthsDuration) else None
    return None if due_ms is None else Schedule(max(due_ms, now_ms))


def _cycle(value: object, now_ms: int) -> Schedule | None:
    matched = _CYCLE.fullmatch(value) if isinstance(value, str) else None
    if matched is None:
        return None
    count, start, interval = matched.groups()
    times = int(count) if count else ENDLESS
    first = _later(now_ms, interval)
    if times == 0 or first is None or first <= now_ms:
        return None
    repetitions = times - 1 if times > 0 else ENDLESS
    if start is None:
        return Schedule(first, repetitions, interval)
    begin = _date(start, now_ms)
    return None if begin is None else Schedule(begin.due_ms, repetitions, interval)


def _later(moment_ms: int, interval: str) -> int | None:
    found = iso.interval(interval)
    later = None if found is None else found.after(DateTime.of_epoch_ms(moment_ms))
    return None if later is None else later.instant // NANOSECONDS_PER_MS


# -- applying ---------------------------------------------------------------------------------------------------------


def _timers(instance: InstanceState | None) -> dict[int, Timer]:
    if instance is None:
        raise BrokenInvariant("a timer event outside a process instance")
    return instance.timers


def _apply_scheduled(state: State, instance: InstanceState | None, event: TimerScheduled) -> None:
    if instance is not None:
        row = Timer(event.key, instance.key, event.element_instance_key, event.catch_id, event.due_ms, event.repetitions, event.interval)
        state.put(row)


def _apply_ended(state: State, instance: InstanceState | None, event: TimerTriggered | TimerCanceled) -> None:
    state.delete(_timers(instance)[event.key])


APPLIERS = {TimerScheduled: _apply_scheduled, TimerTriggered: _apply_ended, TimerCanceled: _apply_ended}
