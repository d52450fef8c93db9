"""When a timer is due, first and again: what a model or a variable says, as moments in epoch milliseconds.

Moments come from texts (`timer_texts`), from FEEL values of the same kinds, or from cron (`0 0 9-17 * *
MON-FRI`). A cycle keeps its beat, and what was missed meanwhile collapses into one. One that
goes on for long comes ten times a second at most, and counts what it leaves out. Months, and whole days in a
zone by name, are those of the calendar and its clocks, counted from where the cycle began: 31 January, 28
February, 31 March; nine o'clock in Paris all year. What leaves no time to wait (`PT0S`, `-PT5M`) is due at
once. BPMN 2.0.2, 10.5.5 (timer); ISO 8601-1, 5.6 (recurring intervals).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from counterflow.feel.temporal import DAY_NS, Date, DateTime, DaysDuration, MonthsDuration
from counterflow.model import cron, quartz, timer_texts
from counterflow.model.events import TimerKind
from counterflow.model.timer_texts import ENDLESS, MOST_AT_ONCE, NANOSECONDS_PER_MS, Cycle

LATEST_MS: Final = 2**53
"""Moments beyond this (the year 287396) are refused rather than waited for."""
LEAST_WAIT_MS: Final = 100
"""What is due sooner leaves no time to wait. A cycle that goes on for long comes no faster than that."""


class Schedule(NamedTuple):
    """When a timer is due, and how often and how far apart after that."""

    due_ms: int
    repetitions: int = 0
    interval: str | None = None


def first_moment(kind: TimerKind, value: object, now_ms: int) -> Schedule | None:
    """The first moment of a timer that waits for a value, a text or one of FEEL's.

    None where that is no time of its kind, or one beyond `LATEST_MS`.
    """
    match kind:
        case TimerKind.DATE:
            schedule = _date(value)
        case TimerKind.DURATION:
            schedule = _duration(value, now_ms)
        case TimerKind.DATE_OR_DURATION:
            schedule = _date(value) or _duration(value, now_ms)
        case TimerKind.CYCLE:
            schedule = _cycle(value, now_ms)
        case TimerKind.QUARTZ_CYCLE:
            schedule = _quartz(value, now_ms) or _ending(value, now_ms) or _iso_cycle(value, now_ms)
    return None if schedule is None or schedule.due_ms > LATEST_MS else schedule


def gives_time(kind: TimerKind, value: object) -> bool:
    """Whether a value, text or what FEEL makes of it, is a time of that kind. It is whether the calendar
    holds it or not.
    """
    match kind:
        case TimerKind.DATE:
            return timer_texts.moment_of(value) is not None
        case TimerKind.DURATION:
            return timer_texts.interval_of(value) is not None
        case TimerKind.DATE_OR_DURATION:
            return timer_texts.moment_of(value) is not None or timer_texts.interval_of(value) is not None
        case TimerKind.QUARTZ_CYCLE:
            return isinstance(value, str) and (
                any(read(value) for read in (timer_texts.cycle, timer_texts.ending_cycle, quartz.read))
            )
        case TimerKind.CYCLE:
            return isinstance(value, str) and (
                timer_texts.cycle(value) is not None or cron.read(value) is not None
            )


def next_moment(last: Schedule, now_ms: int) -> Schedule | None:
    """The next moment of a cycle after one that was due. Those missed until now are left out but counted.
    None after the last.
    """
    due_ms, repetitions, interval = last
    if interval is None or repetitions == 0:
        return None
    pattern = _pattern(interval)
    if pattern is not None:
        following, steps = pattern.after(max(due_ms, now_ms)), 1
    else:
        is_long = not 0 <= repetitions <= MOST_AT_ONCE
        following, steps = _next_beat(interval, due_ms, max(due_ms, now_ms), LEAST_WAIT_MS if is_long else 0)
    if following is None or following > LATEST_MS or 0 < repetitions < steps:
        return None
    return Schedule(following, repetitions - steps if repetitions > 0 else ENDLESS, interval)


def _next_beat(interval: str, due_ms: int, now_ms: int, least_ms: int) -> tuple[int | None, int]:
    """The first beat after now that is so far from the one that was due, and how many after it. Found without
    counting one by one.
    """
    begin_text, _, length_text = interval.rpartition("/")
    length = timer_texts.length(length_text)
    begin = (
        timer_texts.moment(begin_text) if begin_text else timer_texts.moment_of(DateTime.of_epoch_ms(due_ms))
    )
    if begin is None or length is None:
        return None, 0
    if timer_texts.leaves_no_time(length):
        return now_ms, 1
    if not begin_text and isinstance(length, DaysDuration):
        length_ms = length.nanoseconds // NANOSECONDS_PER_MS
        steps = max(now_ms - due_ms, least_ms - length_ms) // length_ms + 1
        return due_ms + steps * length_ms, steps
    before = _last_beat(begin.reading, length, due_ms)
    last = _last_beat(begin.reading, length, now_ms)
    return _beat(begin.reading, length, last + 1), last + 1 - before


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


def _date(value: object) -> Schedule | None:
    """What lies in the past, however far, is due at once."""
    moment = timer_texts.moment_of(value)
    return None if moment is None else Schedule(max(moment.due_ms, -LATEST_MS))


def _duration(value: object, now_ms: int) -> Schedule | None:
    interval = timer_texts.interval_of(value)
    due_ms = None if interval is None else interval.after(now_ms)
    return None if due_ms is None else Schedule(max(due_ms, now_ms))


def _pattern(interval: str) -> cron.Cron | None:
    if interval.startswith(quartz.PREFIX):
        return quartz.read(interval.removeprefix(quartz.PREFIX))
    return cron.read(interval)


def _quartz(value: object, now_ms: int) -> Schedule | None:
    pattern = quartz.read(value) if isinstance(value, str) else None
    first = pattern.after(now_ms) if pattern is not None else None
    return None if first is None else Schedule(first, ENDLESS, f"{quartz.PREFIX}{str(value).strip()}")


def _ending(value: object, now_ms: int) -> Schedule | None:
    """A cycle that is counted back from its end; what of it has passed does not come, but the end itself."""
    cycle = timer_texts.ending_cycle(value) if isinstance(value, str) else None
    if cycle is None:
        return None
    end, length = timer_texts.moment(cycle.start or ""), timer_texts.length(cycle.interval)
    if end is None or not isinstance(length, DaysDuration):
        return None
    length_ms = length.nanoseconds // NANOSECONDS_PER_MS
    before = max(end.due_ms - now_ms - 1, 0) // length_ms
    before = before if cycle.times == ENDLESS else min(before, cycle.times - 1)
    return Schedule(end.due_ms - before * length_ms, before, cycle.interval)


def _cycle(value: object, now_ms: int) -> Schedule | None:
    pattern = cron.read(value) if isinstance(value, str) else None
    if pattern is None:
        return _iso_cycle(value, now_ms)
    first = pattern.after(now_ms)
    return None if first is None else Schedule(first, ENDLESS, str(value).strip())


def _iso_cycle(value: object, now_ms: int) -> Schedule | None:
    cycle = timer_texts.cycle(value) if isinstance(value, str) else None
    if cycle is None:
        return None
    later = _duration(cycle.interval, now_ms)
    begins = _date(cycle.start) if cycle.start is not None else later
    if begins is None or later is None or later.due_ms > LATEST_MS:
        return None
    return Schedule(begins.due_ms, cycle.times - 1 if cycle.times > 0 else ENDLESS, _anchored(cycle, now_ms))


def _anchored(cycle: Cycle, now_ms: int) -> str:
    """The interval, with where the cycle began if its beats are those of the calendar."""
    length = timer_texts.length(cycle.interval)
    if isinstance(length, MonthsDuration):
        return f"{cycle.start or DateTime.of_epoch_ms(now_ms)}/{cycle.interval}"
    begin = timer_texts.moment(cycle.start) if cycle.start is not None else None
    zone = begin.reading.time.zone if begin is not None else None
    is_of_days = length is not None and length.nanoseconds % DAY_NS == 0
    return (
        f"{cycle.start}/{cycle.interval}" if is_of_days and zone is not None and zone.name else cycle.interval
    )
