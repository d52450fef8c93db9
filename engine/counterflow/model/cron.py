"""Cron: moments by a pattern of the calendar, as Zeebe reads them in a timer's cycle.

Six fields: second, minute, hour, day of the month, month, day of the week (0 and 7 are Sunday), all of which
have to match. A field is `*` or `?`, or a list of numbers, ranges `a-b` and steps (`*/n`, `a/n` to the end,
`a-b/n`); months and days of the week may be named by three letters. Days of the month know `L` (the last),
`L-3` (the third before it), `15W` (the working day nearest to it in the month) and `LW`; days of the week
know `FRIL` (the last of the month) and `FRI#2` (the second). `@yearly`, `@annually`, `@monthly`, `@weekly`,
`@daily`, `@midnight` and `@hourly` stand for what they say. Times are UTC. The rules are those of Spring's
CronExpression (its documentation, not its code).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from counterflow.feel.temporal import Date, days_in_month

DAY_MS: Final = 86_400_000
MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MACROS: Final = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
YEARS_AHEAD: Final = 41
"""Whatever comes again at all comes within 40 years. The worst is a 29 February on a certain day of the week,
around a year like 2100.
"""
_ITEM = re.compile(
    r"(?P<from>\*|\d{1,2}|[A-Z]{3})(?:-(?P<to>\d{1,2}|[A-Z]{3}))?(?:/(?P<step>\d{1,3}))?", re.ASCII
)
_BEFORE_LAST = re.compile(r"L(?:-(\d{1,2}))?", re.ASCII)
_WORKING_DAY = re.compile(r"(\d{1,2}|L)W", re.ASCII)
_NTH_WEEKDAY = re.compile(r"(\d|[A-Z]{3})(?:#([1-5])|(L))", re.ASCII)

DayMatcher = Callable[[Date], bool]


class Cron(NamedTuple):
    """A pattern that has been read: sorted times of a day in seconds, months, and what a day has to be."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[DayMatcher, ...]
    months: frozenset[int]
    weekdays: tuple[DayMatcher, ...]
    years: frozenset[int] | None = None
    """None: every year."""

    def after(self, moment_ms: int) -> int | None:
        """The first matching moment after one, epoch milliseconds; None if there is none."""
        days, rest_ms = divmod(moment_ms, DAY_MS)
        second_of_day = self._second_of_day(rest_ms // 1000 + 1)
        date = Date.of_days(days)
        last_year = max(self.years) if self.years else date.year + YEARS_AHEAD if date is not None else 0
        while date is not None and date.year <= last_year:
            if self.years is not None and date.year not in self.years:
                date = Date.of_days(Date(date.year + 1, 1, 1).days)
            elif date.month not in self.months:
                date = Date.of_days(
                    Date(date.year, date.month, 1).days + days_in_month(date.year, date.month)
                )
            elif second_of_day is not None and self._is_on(date):
                return date.days * DAY_MS + second_of_day * 1000
            else:
                date = Date.of_days(date.days + 1)
            second_of_day = self._second_of_day(0)
        return None

    def _is_on(self, date: Date) -> bool:
        return any(matches(date) for matches in self.days) and any(matches(date) for matches in self.weekdays)

    def _second_of_day(self, earliest: int) -> int | None:
        """The first time of the day from a second on; None if the day has no more."""
        for hour in self.hours:
            if (hour + 1) * 3600 <= earliest:
                continue
            for minute in self.minutes:
                begin = hour * 3600 + minute * 60
                index = bisect_left(self.seconds, earliest - begin)
                if index < len(self.seconds):
                    return begin + self.seconds[index]
        return None


@lru_cache(maxsize=1024)
def read(text: str) -> Cron | None:
    """The pattern that a text is; None for one that is none, or that never comes."""
    fields = MACROS.get(text.strip().lower(), text).upper().split()
    if len(fields) != 6:
        return None
    numbers = [
        _numbers(field, least, most)
        for field, (least, most) in zip(fields[:3], ((0, 59), (0, 59), (0, 23)), strict=True)
    ]
    months = _numbers(fields[4], 1, 12, MONTHS, 1)
    days, weekdays = matchers(fields[3], day_of_month), matchers(fields[5], _day_of_week)
    if not all(numbers) or not months or not days or not weekdays:
        return None
    seconds, minutes, hours = (tuple(sorted(values)) for values in numbers)
    pattern = Cron(seconds, minutes, hours, days, frozenset(months), weekdays)
    return pattern if pattern.after(0) is not None else None


def _numbers(field: str, least: int, most: int, names: tuple[str, ...] = (), first: int = 0) -> set[int]:
    """The numbers that a field lists; empty if it is not of its form."""
    numbers: set[int] = set()
    for item in ("*" if field == "?" else field).split(","):
        match = _ITEM.fullmatch(item)
        if match is None or (match["from"] == "*" and match["to"] is not None):
            return set()
        begin = least if match["from"] == "*" else _number(match["from"], names, first)
        end = begin if match["to"] is None else _number(match["to"], names, first)
        if match["from"] == "*" or (match["step"] and match["to"] is None):
            end = most
        step = int(match["step"]) if match["step"] else 1
        if begin is None or end is None or step == 0 or not least <= begin <= end <= most:
            return set()
        numbers.update(range(begin, end + 1, step))
    return numbers


def _number(text: str, names: tuple[str, ...], first: int) -> int | None:
    if text.isdecimal():
        return int(text)
    return names.index(text) + first if text in names else None


def matchers(field: str, reader: Callable[[str], DayMatcher | None]) -> tuple[DayMatcher, ...]:
    """What a day may be by each item of a field; empty where one is none."""
    read = [reader(item) for item in field.split(",")]
    known = [matcher for matcher in read if matcher is not None]
    return tuple(known) if len(known) == len(read) else ()


def day_of_month(item: str) -> DayMatcher | None:
    """What a day has to be by an item of that field; None where it is none."""
    if match := _BEFORE_LAST.fullmatch(item):
        before = int(match[1] or 0)
        return lambda date: date.day == days_in_month(date.year, date.month) - before
    if match := _WORKING_DAY.fullmatch(item):
        day = 31 if match[1] == "L" else int(match[1])
        is_last = match[1] == "L"
        return (
            (lambda date: date.day == _nearest_working_day(date, day, is_last=is_last))
            if 1 <= day <= 31
            else None
        )
    days = _numbers(item, 1, 31)
    return (lambda date: date.day in days) if days else None


def _nearest_working_day(date: Date, day: int, *, is_last: bool) -> int:
    """The day of this month; 0 where the month has no such day."""
    last = days_in_month(date.year, date.month)
    if day > last and not is_last:
        return 0
    day = min(day, last)
    weekday = Date(date.year, date.month, day).weekday
    if weekday == 6:
        return day - 1 if day > 1 else day + 2
    if weekday == 7:
        return day + 1 if day < last else day - 2
    return day


def nth_weekday(weekday: int, nth: int) -> DayMatcher:
    """The nth of that day of the week in a month, Monday is 1; with 0 the last."""
    if nth:
        return lambda date: date.weekday == weekday and (date.day - 1) // 7 + 1 == nth
    return lambda date: date.weekday == weekday and date.day > days_in_month(date.year, date.month) - 7


def _day_of_week(item: str) -> DayMatcher | None:
    if match := _NTH_WEEKDAY.fullmatch(item):
        named = _number(match[1], WEEKDAYS, 0)
        if named is None or named > 7:
            return None
        return nth_weekday(named or 7, int(match[2] or 0))
    begin, dash, rest = item.partition("-")
    if dash and begin != "SUN" and rest.startswith("SUN"):
        item = f"{begin}-7{rest[3:]}"
    days = {day or 7 for day in _numbers(item, 0, 7, WEEKDAYS)}
    return (lambda date: date.weekday in days) if days else None
