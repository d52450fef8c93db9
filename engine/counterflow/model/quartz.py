"""Cron as Quartz writes it, and Camunda 7 in the cycles of its timers.

Six fields as in `cron`, and a seventh for the year. Days of the week are counted from Sunday, which is 1, to
Saturday, which is 7 (`L` alone). Of the day of the month and that of the week one is left open with `?`, or
`*`. A range may go beyond the end of its field and on from the beginning (`22-2`, `FRI-MON`), and a step may
stand alone (`/15`). Times are UTC. The rules are those of Quartz's documentation of its CronExpression.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from counterflow.model import cron
from counterflow.model.cron import MONTHS, Cron, DayMatcher, day_of_month, matchers, nth_weekday

PREFIX: Final = "quartz "
"""How the pattern begins where it is kept with a timer, so that nobody takes it for one of `cron`."""
YEARS: Final = (1970, 2099)
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_ITEM = re.compile(
    r"(?P<from>\*|\d{1,4}|[A-Z]{3})?(?:-(?P<to>\d{1,4}|[A-Z]{3}))?(?:/(?P<step>\d{1,4}))?", re.ASCII
)
_NTH = re.compile(r"(\d|[A-Z]{3})(?:#([1-5])|(L))", re.ASCII)
_OPEN: Final = frozenset({"*", "?"})


@lru_cache(maxsize=1024)
def read(text: str) -> Cron | None:
    """The pattern that a text is; None for one that is none, or that never comes."""
    macro = cron.MACROS.get(text.strip().lower(), "").replace("* * 0", "? * 1")
    fields = (macro or text).upper().split()
    if len(fields) not in {6, 7} or (fields[3] not in _OPEN and fields[5] not in _OPEN):
        return None
    seconds, minutes, hours = (
        sorted(_numbers(field, 0, most)) for field, most in zip(fields[:3], (59, 59, 23), strict=True)
    )
    months, years = _numbers(fields[4], 1, 12, MONTHS), _numbers(fields[6] if fields[6:] else "*", *YEARS)
    days, weekdays = matchers(fields[3], day_of_month), matchers(fields[5], _day_of_week)
    if not (seconds and minutes and hours and months and years and days and weekdays):
        return None
    in_years = None if fields[6:] in ([], ["*"], ["?"]) else frozenset(years)
    times = (tuple(seconds), tuple(minutes), tuple(hours))
    pattern = Cron(*times, days, frozenset(months), weekdays, in_years)
    return pattern if pattern.after(0) is not None else None


def _numbers(field: str, least: int, most: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers that a field lists; empty if it is not of its form."""
    numbers: set[int] = set()
    for item in ("*" if field == "?" else field).split(","):
        number = _item(item, least, most, names)
        if not number:
            return set()
        numbers |= number
    return numbers


def _item(item: str, least: int, most: int, names: tuple[str, ...]) -> set[int]:
    match = _ITEM.fullmatch(item)
    if match is None or not item:
        return set()
    is_all = match["from"] in {None, "*"}
    begin = least if is_all else _number(match["from"], names, least)
    end = begin if match["to"] is None else _number(match["to"], names, least)
    if match["to"] is None and (is_all or match["step"]):
        end = most
    step = int(match["step"]) if match["step"] else 1
    if begin is None or end is None or step == 0 or (is_all and match["to"] is not None):
        return set()
    if not (least <= begin <= most and least <= end <= most):
        return set()
    size = most - least + 1
    return {least + (number - least) % size for number in range(begin, end + size * (end < begin) + 1, step)}


def _number(text: str, names: tuple[str, ...], least: int) -> int | None:
    if text.isdecimal():
        return int(text)
    return names.index(text) + least if text in names else None


def _day_of_week(item: str) -> DayMatcher | None:
    if match := _NTH.fullmatch(item):
        day = _number(match[1], _WEEKDAYS, 1)
        return nth_weekday(_iso(day), int(match[2] or 0)) if day is not None and 1 <= day <= 7 else None
    days = {7} if item == "L" else _numbers(item, 1, 7, _WEEKDAYS)
    iso_days = {_iso(day) for day in days}
    return (lambda date: date.weekday in iso_days) if days else None


def _iso(day: int) -> int:
    """Monday is 1, Sunday 7."""
    return day - 1 or 7
