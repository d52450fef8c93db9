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
}
_CRON_REMEDY = (
    "Cron has six fields (second, minute, hour, day of the month, month, day of the week) and has to come at "
    "some time; write e.g. 0 0 9-17 * * MON-FRI, @daily, or R/2030-01-01T00:00:00Z/P1D."
)
_NO_CRON_REMEDY = (
    "Camunda 7 counts the days of the week in cron from Sunday as 1, Counterflow as Zeebe does from Sunday "
    "as 0, so that cron is not read in a camunda: model; write e.g. R/2030-01-01T09:00:00@Europe/Paris/P1D."
)
_CRON = re.compile(r"@\w+|\S+(?:\s+\S+){4,6}")


def remedy(kind: TimerKind, text: str, *, reads_cron: bool) -> str:
    """What to write instead of a text that is no time of that kind; `reads_cron`: whether cron is a cycle."""
    if kind is TimerKind.CYCLE and _CRON.fullmatch(text):
        return _CRON_REMEDY if reads_cron else _NO_CRON_REMEDY
    instead = f"Write e.g. {_EXAMPLES[kind]}, or an expression."
    return (
        f"{instead} In a cycle years and months stand apart from days and times."
        if text.startswith("R")
        else instead
    )


def example(kind: TimerKind) -> str:
    """A time of that kind, as a person may write it."""
    return _EXAMPLES[kind].partition(",")[0]
