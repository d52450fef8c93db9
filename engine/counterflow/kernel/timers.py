"""The life of a timer: a moment that an element waits for.

    scheduled → triggered (and, with repetitions left, scheduled again)
              → canceled  (what waited is gone, or went on another way)

Moments come from ISO 8601 text (`2030-01-01T09:00:00+01:00`, `PT15M`, `P1M`, `R3/PT10S`, `R/2030-01-01T00:00:00Z/P1D`), from
FEEL values of the same kinds, or from cron (`0 0 9-17 * * MON-FRI`). A cycle keeps its beat, and what was missed meanwhile
collapses into one. Months, and whole days in a zone by name, are those of the calendar and its clocks, counted from where the
cycle began: 31 January, 28 February, 31 March; nine o'clock in Paris all year. BPMN 2.0.2, 10.5.5 (timer); ISO 8601-1, 5.6
(recurring intervals).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from counterflow import feel
from counterflow.feel import iso
from counterflow.feel.temporal import DAY_NS, Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.kernel import variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event
from counterflow.kernel.rows import ElementInstance, Timer
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model import cron
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
    if found is None or found.due_ms > LATEST_MS:
        examples = {TimerKind.DATE: "2030-01-01T09:00:00Z", TimerKind.DURATION: "PT15M", TimerKind.CYCLE: "R3/PT10S"}
        raise NotATime(
            f"Expected the timer's {definition.kind} '={definition.expression.text}' to give one such as {examples[definition.kind]}, "
            f"but {_shown(evaluation)}"
        )
    return found


def _shown(evaluation: feel.Evaluation) -> str:
    is_spelled = isinstance(evaluation.value, str | Time | Date | DateTime | DaysDuration | MonthsDuration)
    return f"it is '{evaluation.value}'" if is_spelled else variables.found_in(evaluation)


def next_moment(last: Schedule, now_ms: int) -> Schedule | None:
    """The next moment of a cycle after one that was due. Those missed until now are left out but counted. None after the last."""
    due_ms, repetitions, interval = last
    if interval is None or repetitions == 0:
        return None
    pattern = cron.read(interval)
    if pattern is not None:
        following, steps = pattern.after(max(due_ms, now_ms)), 1
    else:
        following, steps = _next_beat(interval, due_ms, max(due_ms, now_ms))
    if following is None or following > LATEST_MS or 0 < repetitions < steps:
        return None
    return Schedule(following, repetitions - steps if repetitions > 0 else ENDLESS, interval)


def _next_beat(interval: str, due_ms: int, now_ms: int) -> tuple[int | None, int]:
    """The first beat after now, and how many after the one that was due. Found without counting one by one."""
    begin_text, _, length_text = interval.rpartition("/")
    length = iso.length(length_text)
    begin = iso.date_time(begin_text) if begin_text else DateTime.of_epoch_ms(due_ms)
    if begin is None or length is None:
        return None, 0
    if not begin_text and isinstance(length, DaysDuration):
        length_ms = max(length.nanoseconds // NANOSECONDS_PER_MS, 1)
        steps = (now_ms - due_ms) // length_ms + 1
        return due_ms + steps * length_ms, steps
    before = _last_beat(begin, length, due_ms)
    last = _last_beat(begin, length, now_ms)
    return _beat(begin, length, last + 1), last + 1 - before


def _last_beat(begin: DateTime, length: DaysDuration | MonthsDuration, moment_ms: int) -> int:
    """The number of the last beat that is not after a moment; the beginning has the number 0."""
    moment = DateTime.of_epoch_ms(moment_ms)
    if isinstance(length, MonthsDuration):
        months = (moment.date.year - begin.date.year) * 12 + moment.date.month - begin.date.month
        number = months // length.months + 2
    else:
        number = (moment.date.days - begin.date.days) * DAY_NS // length.nanoseconds + 2
    while number > 0 and ((beat := _beat(begin, length, number)) is None or beat > moment_ms):
        number -= 1
    return number


def _beat(begin: DateTime, length: DaysDuration | MonthsDuration, number: int) -> int | None:
    """A beat by the clocks of where the cycle began, as epoch milliseconds."""
    if isinstance(length, MonthsDuration):
        moment = begin.plus_months(number * length.months)
    else:
        date = Date.of_days(begin.date.days + number * length.nanoseconds // DAY_NS)
        moment = None if date is None else DateTime(date, begin.time)
    return None if moment is None else moment.instant // NANOSECONDS_PER_MS


def _date(value: object, now_ms: int) -> Schedule | None:
    """What lies in the past, however far, is due at once."""
    moment = iso.date_time(value) if isinstance(value, str) else value
    if isinstance(moment, Date):
        moment = iso.date_time(str(moment))
    return Schedule(max(moment.instant // NANOSECONDS_PER_MS, -LATEST_MS)) if isinstance(moment, DateTime) else None


def _duration(value: object, now_ms: int) -> Schedule | None:
    due_ms = _later(now_ms, str(value)) if isinstance(value, str | DaysDuration | MonthsDuration) else None
    return None if due_ms is None else Schedule(max(due_ms, now_ms))


def _cycle(value: object, now_ms: int) -> Schedule | None:
    if not isinstance(value, str):
        return None
    pattern = cron.read(value)
    if pattern is not None:
        first = pattern.after(now_ms)
        return None if first is None else Schedule(first, ENDLESS, value.strip())
    matched = _CYCLE.fullmatch(value)
    if matched is None:
        return None
    count, start, interval = matched.groups()
    times = int(count) if count else ENDLESS
    first = _later(now_ms, interval)
    if times == 0 or first is None or first <= now_ms or iso.length(interval) is None:
        return None
    repetitions = times - 1 if times > 0 else ENDLESS
    if start is None:
        return Schedule(first, repetitions, _anchored(str(DateTime.of_epoch_ms(now_ms)), interval))
    begin = _date(start, now_ms)
    return None if begin is None else Schedule(begin.due_ms, repetitions, _anchored(start, interval))


def _anchored(begin_text: str, interval: str) -> str:
    """The interval, with where the cycle began if its beats are those of the calendar."""
    length, begin = iso.length(interval), iso.date_time(begin_text)
    is_of_days = isinstance(length, DaysDuration) and length.nanoseconds % DAY_NS == 0
    is_in_zone = begin is not None and begin.time.zone is not None and bool(begin.time.zone.name)
    return f"{begin_text}/{interval}" if isinstance(length, MonthsDuration) or (is_of_days and is_in_zone) else interval


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
