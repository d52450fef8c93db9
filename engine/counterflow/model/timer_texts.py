"""Texts that timers wait by: ISO 8601 as people and other tools write it, which is more than FEEL reads.

Moments may leave out their seconds (`2030-05-01T10:00Z`) and name a region behind or instead of their offset,
as Java writes it (`2030-10-02T08:09:40+02:00[Europe/Berlin]`) and as DMN does
(`2030-10-02T08:09:40@Europe/Berlin`): the offset says which moment it is, the region by whose clocks a cycle
goes on from there. Durations may mix years to seconds, have lower-case units, and signs before the whole and
each part (`PT30s`, `-PT5M`, `P1DT-6H`). White space around a text counts for nothing. ISO 8601-1:2019, 5.4 to
5.6; ISO 8601-2 for signs; DMN 1.5, 10.3.2.3.5 for `@`. Every reader returns None for what it cannot read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import Match
from typing import Final, NamedTuple

from counterflow.feel import iso, temporal
from counterflow.feel.temporal import SECOND_NS, Date, DateTime, DaysDuration, MonthsDuration, Zone
from counterflow.model.events import TimerKind

NANOSECONDS_PER_MS: Final = 1_000_000
ENDLESS: Final = -1
MOST_AT_ONCE: Final = 1_000
"""How often a cycle may come that leaves no time between. It is as often as a course may go round without a
wait.
"""

LONGEST: Final = 200
"""Characters of the longest text that is looked at. What was read of it is remembered, so that a model's own
is read once.
"""
_REMEMBERED: Final = 1_024
_FURTHEST_MS: Final = 366 * temporal.YEAR_BOUND * 86_400_000

_MOMENT = re.compile(
    r"(?P<date>[\d-]+)T(?P<minute>\d\d:\d\d)(?::(?P<second>\d\d(?:[.,]\d{1,18})?))?"
    r"(?P<offset>Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?(?:\[(?P<brackets>[^\]]+)\]|@(?P<name>.+))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET_OF_REGION = re.compile(r"(?:UTC|GMT|UT)?(?P<offset>Z|[+-]\d{1,2}(?::?\d\d(?::?\d\d)?)?)", re.ASCII)
_NUMBER = r"([+-]?\d{1,190})"
_INTERVAL = re.compile(
    rf"([+-]?)P(?=[\dT+-])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=[\d+-])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}(?:[.,](\d{{0,18}}))?S)?)?",
    re.ASCII | re.IGNORECASE,
)
_CYCLE = re.compile(
    r"R(?P<times>\d{0,9})/(?:(?P<start>.+)/)?(?P<interval>[+-]?P[^/]+)", re.ASCII | re.IGNORECASE
)


class Moment(NamedTuple):
    """A moment in epoch milliseconds, and what the clocks show that it was given by."""

    due_ms: int
    reading: DateTime


class MixedDuration(NamedTuple):
    """A duration of calendar and clock together: first the months pass, then the rest."""

    months: MonthsDuration
    days: DaysDuration

    def after(self, moment_ms: int) -> int | None:
        """So much later than a moment in epoch milliseconds; None beyond the calendar."""
        if not self.months.months:
            moment_ms += self.days.nanoseconds // NANOSECONDS_PER_MS
            return moment_ms if abs(moment_ms) <= _FURTHEST_MS else None
        moved = DateTime.of_epoch_ms(moment_ms).plus_months(self.months.months)
        later = None if moved is None else moved.plus(self.days.nanoseconds)
        return None if later is None else later.instant // NANOSECONDS_PER_MS


class Cycle(NamedTuple):
    """How often (`ENDLESS` for ever), the text of its first moment, and that of how far apart. Without a
    first moment (None) it counts from when it is asked.
    """

    times: int
    start: str | None
    interval: str


def moment(text: str) -> Moment | None:
    """A date and time; a date alone is its midnight, and what names no zone is UTC."""
    text = text.strip()
    return _moment(text) if len(text) <= LONGEST else None


def moment_of(value: object) -> Moment | None:
    """The moment that a text is, or a date or a date and time of FEEL."""
    if isinstance(value, str):
        return moment(value)
    if isinstance(value, Date):
        value = DateTime(value, temporal.Time(0, 0, 0))
    return Moment(value.instant // NANOSECONDS_PER_MS, value) if isinstance(value, DateTime) else None


def interval(text: str) -> MixedDuration | None:
    """Years, months, weeks, days and times in any mixture: `P1W`, `P1Y2M3DT4H`, `-pt5m`."""
    text = text.strip()
    return _interval(text) if len(text) <= LONGEST else None


@lru_cache(_REMEMBERED)
def _interval(text: str) -> MixedDuration | None:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        return None
    sign, *amounts, seconds, fraction = match.groups(default="0")
    years, months, weeks, days, hours, minutes = (int(amount) for amount in amounts)
    factor = -1 if sign == "-" else 1
    minutes += ((weeks * 7 + days) * 24 + hours) * 60
    nanoseconds = int(fraction[:9].ljust(9, "0") or 0)
    clock = (minutes * 60 + int(seconds)) * SECOND_NS + (
        -nanoseconds if seconds.startswith("-") else nanoseconds
    )
    whole_months, whole_days = (
        temporal.months_duration(factor * (years * 12 + months)),
        temporal.days_duration(factor * clock),
    )
    return None if whole_months is None or whole_days is None else MixedDuration(whole_months, whole_days)


def interval_of(value: object) -> MixedDuration | None:
    """The interval that a text is, or a duration of FEEL."""
    if isinstance(value, MonthsDuration):
        return MixedDuration(value, DaysDuration(0))
    if isinstance(value, DaysDuration):
        return MixedDuration(MonthsDuration(0), value)
    return interval(value) if isinstance(value, str) else None


def length(text: str) -> DaysDuration | MonthsDuration | None:
    """An interval of calendar alone or of clock alone, such as `P1W`. It is what can be counted off again and
    again.
    """
    duration = interval(text)
    if duration is None or (duration.months.months and duration.days.nanoseconds):
        return None
    return duration.months if duration.months.months else duration.days


def leaves_no_time(length: DaysDuration | MonthsDuration) -> bool:
    """Whether what is so far apart comes at once, as timers count milliseconds."""
    return (
        length.months <= 0 if isinstance(length, MonthsDuration) else length.nanoseconds < NANOSECONDS_PER_MS
    )


def cycle(text: str) -> Cycle | None:
    """`R<times>/<start>/<interval>`, times and start may be left out. One that leaves no time between must
    end.
    """
    text = text.strip()
    return _cycle(text) if len(text) <= LONGEST else None


@lru_cache(_REMEMBERED)
def _cycle(text: str) -> Cycle | None:
    match = _CYCLE.fullmatch(text)
    if match is None:
        return None
    times = int(match["times"]) if match["times"] else ENDLESS
    apart = length(match["interval"])
    if times == 0 or apart is None or (leaves_no_time(apart) and not 0 < times <= MOST_AT_ONCE):
        return None
    if match["start"] is not None and moment(match["start"]) is None:
        return None
    return Cycle(times, match["start"], match["interval"])


def ending_cycle(text: str) -> Cycle | None:
    """`R<times>/<interval>/<end>`, times may be left out: `start` is the end, which the last time is at.

    The interval is one of days and times, and leaves time between.
    """
    parts = text.strip().split("/")
    if len(text) > LONGEST or len(parts) != 3 or moment(parts[2]) is None:
        return None
    cycle = _cycle(f"{parts[0]}/{parts[1]}")
    apart = length(parts[1])
    if cycle is None or not isinstance(apart, DaysDuration) or leaves_no_time(apart):
        return None
    return cycle._replace(start=parts[2])


def why_not(kind: TimerKind, text: str) -> str:
    """Why a text written as a time of a kind is none, to be said behind it; empty where not so written."""
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    match kind:
        case TimerKind.DATE:
            return _why_no_moment(text)
        case TimerKind.DATE_OR_DURATION:
            return _BEYOND if _INTERVAL.fullmatch(text) else _why_no_moment(text)
        case TimerKind.DURATION:
            return _BEYOND if _INTERVAL.fullmatch(text) else ""
        case TimerKind.CYCLE | TimerKind.QUARTZ_CYCLE:
            return _why_no_cycle(text)


_BEYOND: Final = ", which no calendar holds"


def _why_no_moment(text: str) -> str:
    match = _MOMENT.fullmatch(text)
    region = (match["brackets"] or match["name"]) if match is not None else None
    return f", and no zone is called '{region}'" if region and _region(region) is None else ""


def _why_no_cycle(text: str) -> str:
    match = _CYCLE.fullmatch(text)
    if match is None or (match["start"] is not None and moment(match["start"]) is None):
        return _why_no_moment(match["start"]) if match is not None else ""
    if _INTERVAL.fullmatch(match["interval"]) and interval(match["interval"]) is None:
        return _BEYOND
    if match["times"] and int(match["times"]) == 0:
        return ", which never comes"
    apart = length(match["interval"])
    if apart is None or not leaves_no_time(apart):
        return _BEYOND if apart is not None else ""
    return f", which leaves no time between: it has to end after at most {MOST_AT_ONCE} times (R3/PT0S)"


@lru_cache(_REMEMBERED)
def _moment(text: str) -> Moment | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        day = iso.date(text)
        return None if day is None else moment_of(day)
    region = match["brackets"] or match["name"]
    clocks = _region(region) if region else None
    if region and clocks is None:
        return None
    return _read(match, clocks)


def _read(match: Match[str], clocks: Zone | None) -> Moment | None:
    written = f"{match['date']}T{match['minute']}:{(match['second'] or '00').replace(',', '.')}"
    if match["offset"] is None:
        return moment_of(iso.date_time(f"{written}{clocks or ''}"))
    exact = iso.date_time(written + _offset(match["offset"]))
    reading = exact.at(clocks) if exact is not None and clocks is not None else exact
    return None if exact is None or reading is None else Moment(exact.instant // NANOSECONDS_PER_MS, reading)


def _offset(text: str) -> str:
    """As FEEL writes it: `Z`, `+02:00`."""
    digits = text[1:].replace(":", "")
    if len(digits) % 2:
        digits = f"0{digits}"
    parts = [digits[:2], digits[2:4] or "00", digits[4:6]]
    return "Z" if text in "Zz" else text[0] + ":".join(part for part in parts if part)


def _region(name: str) -> Zone | None:
    """A zone of the tz database, or one of Java's that are offsets in truth: `UTC+02:00`."""
    match = _OFFSET_OF_REGION.fullmatch(name)
    return iso.zone(f"@{name}") if match is None else iso.zone(_offset(match["offset"]))
