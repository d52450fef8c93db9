"""`camunda:failedJobRetryTimeCycle`: how often, and how far apart, a job is tried (`R3/PT1S`).

ISO 8601-1, 5.6.

The server keeps to it whatever the worker says. Lists of intervals are refused: their steps differ, ours are
even.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.model.graph import RetryCycle

RULE = "retry-cycle"

_CYCLE = re.compile(r"R(\d{1,9})/(.+)", re.IGNORECASE)
_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,3})?)S)?)?",
    re.IGNORECASE,
)
_UNITS_MS = {
    "weeks": 604_800_000,
    "days": 86_400_000,
    "hours": 3_600_000,
    "minutes": 60_000,
    "seconds": 1_000,
}


def retry_cycle(element: Element, extensions: Sequence[etree._Element], notes: Notes) -> RetryCycle | None:
    """The cycle that the model asks for; None where it asks for none, or for one that is refused."""
    for xml in extensions:
        if local_name(xml) == "failedJobRetryTimeCycle" and (text := text_of(xml)):
            cycle = _parsed(text)
            if cycle is None:
                message = (
                    f"expected failedJobRetryTimeCycle of {element} as R<tries>/<duration>, found '{text}'."
                )
                notes.error(element, RULE, message, _remedy(text), xml)
            return cycle
    return None


def _parsed(text: str) -> RetryCycle | None:
    match = _CYCLE.fullmatch(text)
    interval_ms = duration_ms(match.group(2)) if match is not None else None
    if match is None or interval_ms is None or int(match.group(1)) < 1:
        return None
    return RetryCycle(int(match.group(1)), interval_ms)


def duration_ms(text: str) -> int | None:
    """Milliseconds of a duration in weeks to seconds; None where it is none.

    Months and years have no fixed length.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    return round(sum(float(amount) * _UNITS_MS[unit] for unit, amount in match.groupdict().items() if amount))


def _remedy(text: str) -> str:
    intervals = [interval for interval in text.split(",") if duration_ms(interval.strip()) is not None]
    if intervals:
        return f"Write tries and one interval, e.g. R{len(intervals) + 1}/{intervals[0].strip()}."
    return "Write e.g. R3/PT10M: three tries, ten minutes apart."
