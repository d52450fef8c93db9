"""Text to dates, times and durations (XML Schema Part 2, with zones by name as in DMN 1.5, 10.3.2.3.5).

Every reader returns None for a text that is not of its form, or that names no day of the calendar.
"""

import re
from re import Match

from counterflow.feel import temporal
from counterflow.feel.temporal import SECOND_NS, Date, DateTime, DaysDuration, MonthsDuration, Time, Zone

Temporal = Date | Time | DateTime | DaysDuration | MonthsDuration

OFFSET_BOUND = 14 * 3600
"""No clock is further than this from UTC, in seconds (XML Schema Part 2, 3.2.7.3)."""

_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,18}))?"
_ZONE = (
    r"(?P<zone>Z|z|(?P<sign>[+-])(?P<zh>\d\d):(?P<zm>\d\d)(?::(?P<zs>\d\d))?|@(?P<name>[A-Za-z][\w+\-/]*))?"
)
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_TIME_TEXT = re.compile(_TIME + _ZONE, re.ASCII)
_DATE_TIME_TEXT = re.compile(_DATE + "T" + _TIME + _ZONE, re.ASCII)
_MONTHS = re.compile(r"(-?)P(?=\d)(?:(\d{1,18})Y)?(?:(\d{1,18})M)?", re.ASCII)
_DAYS = re.compile(
    r"(-?)P(?=[\dT])(?:(\d{1,18})D)?(?:T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{0,18}))?S)?)?",
    re.ASCII,
)


def date(text: str) -> Date | None:
    """The date of a text such as 2030-12-31; None for all others."""
    match = _DATE_TEXT.fullmatch(text)
    return None if match is None else _date(match)


def time(text: str) -> Time | None:
    """The time of day of a text such as 09:30:00, 09:30:00.5Z or 09:30:00@Europe/Paris; None for others."""
    match = _TIME_TEXT.fullmatch(text)
    return None if match is None else _time(match)


def date_time(text: str) -> DateTime | None:
    """The date and time of a text such as 2030-12-31T09:30:00Z; None for all others.

    A date alone is its midnight.
    """
    match = _DATE_TIME_TEXT.fullmatch(text)
    if match is None:
        day = date(text)
        return None if day is None else DateTime(day, Time(0, 0, 0))
    day = _date(match)
    if day is not None and _is_end_of_day(match):
        following = temporal.Date.of_days(day.days + 1)
        return None if following is None else DateTime(following, Time(0, 0, 0, 0, _zone(match)))
    moment = _time(match)
    return None if day is None or moment is None else DateTime(day, moment)


def months_duration(text: str) -> MonthsDuration | None:
    """The years and months duration of a text such as P1Y6M; None for all others."""
    match = _MONTHS.fullmatch(text)
    if match is None:
        return None
    sign, years, months = match.groups(default="0")
    total = int(years) * 12 + int(months)
    return temporal.months_duration(-total if sign == "-" else total)


def days_duration(text: str) -> DaysDuration | None:
    """The days and time duration of a text such as P1DT2H; None for all others."""
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups(default="0")
    total = ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    nanoseconds = total * SECOND_NS + _nanoseconds(fraction)
    return temporal.days_duration(-nanoseconds if sign == "-" else nanoseconds)


def duration(text: str) -> DaysDuration | MonthsDuration | None:
    """The duration, of either kind, that a text spells; None for all others."""
    return months_duration(text) or days_duration(text)


def read(text: str) -> Temporal | None:
    """The value that @"..." means, by the first form that fits; None for all other texts."""
    for reader in (date, time, _full_date_time, duration):
        value = reader(text)
        if value is not None:
            return value
    return None


def zone(text: str) -> Zone | None:
    """The zone of a text such as `Z`, `+02:00` or `@Europe/Paris`; None for all others."""
    match = re.fullmatch(_ZONE, text, re.ASCII)
    return None if match is None else _zone(match)


def _full_date_time(text: str) -> DateTime | None:
    return date_time(text) if "T" in text else None


def _is_end_of_day(match: Match[str]) -> bool:
    """24:00:00 is the first moment of the day after."""
    return (match["hour"], match["minute"], match["second"]) == ("24", "00", "00") and not (
        match["fraction"] or "0"
    ).strip("0")


def _date(match: Match[str]) -> Date | None:
    return Date.of(int(match["year"]), int(match["month"]), int(match["day"]))


def _time(match: Match[str]) -> Time | None:
    where = _zone(match)
    if match["zone"] is not None and where is None:
        return None
    return Time.of(
        int(match["hour"]),
        int(match["minute"]),
        int(match["second"]),
        _nanoseconds(match["fraction"] or ""),
        where,
    )


def _zone(match: Match[str]) -> Zone | None:
    if match["zone"] is None:
        return None
    if match["name"]:
        return Zone(name=match["name"]) if temporal.named_zone(match["name"]) else None
    if match["sign"] is None:
        return temporal.UTC
    hours, minutes, seconds = int(match["zh"]), int(match["zm"]), int(match["zs"] or 0)
    offset = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or offset > OFFSET_BOUND:
        return None
    return Zone(-offset if match["sign"] == "-" else offset)


def _nanoseconds(fraction: str) -> int:
    return int(fraction[:9].ljust(9, "0") or 0)
