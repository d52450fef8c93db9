"""Times as the authors of a model may write them: examples, and what to write instead of what is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from counterflow.model.events import TimerKind

_EXAMPLES: Final[Mapping[TimerKind, str]] = {
    TimerKind.DATE: "2030-01-01T09:00:00Z or 2030-01-01T09:00:00+01:00",
    TimerKind.DURATION: "PT15M, PT1H30M, P7D or P1M",
    TimerKind.DATE_OR_DURATION: "2030-01-01T09:00:00Z or PT15M",
    TimerKind.CYCLE: "R3/PT10S, R/P1D, R/2030-01-01T00:00:00Z/P1D or cron such as 0 0 9 * * MON-FRI",
    TimerKind.QUARTZ_CYCLE: "R3/PT10S, R/P1D, R/2030-01-01T00:00:00Z/P1D or cron such as 0 0 9 ? * MON-FRI",
}
_CRON_REMEDY = (
    "Cron has six fields (second, minute, hour, day of the month, month, day of the week) and has to come at "
    "some time; write e.g. 0 0 9-17 * * MON-FRI, @daily, or R/2030-01-01T00:00:00Z/P1D."
)
_QUARTZ_REMEDY = (
    "Quartz's cron, which Camunda 7 reads, has six or seven fields (second, minute, hour, day of the month, "
    "month, day of the week from 1 for Sunday, year), leaves one of the two days open with '?', and has to "
    "come at some time; write e.g. 0 0 9-17 ? * MON-FRI, or R/2030-01-01T00:00:00Z/P1D."
)
_CRON_REMEDIES: Final[Mapping[TimerKind, str]] = {
    TimerKind.CYCLE: _CRON_REMEDY,
    TimerKind.QUARTZ_CYCLE: _QUARTZ_REMEDY,
}
_CRON = re.compile(r"@\w+|\S+(?:\s+\S+){4,6}")


def remedy(kind: TimerKind, text: str) -> str:
    """What to write instead of a text that is no time of that kind."""
    if kind in _CRON_REMEDIES and _CRON.fullmatch(text):
        return _CRON_REMEDIES[kind]
    instead = f"Write e.g. {_EXAMPLES[kind]}, or an expression."
    return (
        f"{instead} In a cycle years and months stand apart from days and times."
        if text.startswith("R")
        else instead
    )


def example(kind: TimerKind) -> str:
    """A time of that kind, as a person may write it."""
    return _EXAMPLES[kind].partition(",")[0]
