"""Timers as a model writes them: one moment, duration or cycle, as ISO 8601 text or as an expression that
gives one.

BPMN 2.0.2, 10.5.5 and table 10.101. What is written out is looked at here, at deployment; what an expression
gives is looked at when it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.expressions import TextOrExpression, constant, quoted
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import BPMN, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name, namespace
from counterflow.feel import Expression
from counterflow.model import cron, timer_texts
from counterflow.model.graph import TimerDefinition, TimerKind
from counterflow.model.schedules import gives_time

RULE = "timer"

_KINDS: Final[Mapping[str, TimerKind]] = {
    "timeDate": TimerKind.DATE,
    "timeDuration": TimerKind.DURATION,
    "timeCycle": TimerKind.CYCLE,
}
_EXAMPLES: Final[Mapping[TimerKind, str]] = {
    TimerKind.DATE: "2030-01-01T09:00:00Z or 2030-01-01T09:00:00+01:00",
    TimerKind.DURATION: "PT15M, PT1H30M, P7D or P1M",
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


def timer_definition(
    element: Element,
    definition: etree._Element,
    read: TextOrExpression,
    notes: Notes,
    *,
    reads_cron: bool,
) -> TimerDefinition | None:
    """The timer of an event; None, and a finding, where there is none or one that never comes.

    `read` tells text from expression; `reads_cron` is False where the dialect counts days in cron otherwise.
    """
    times = [child for child in definition if namespace(child) == BPMN and local_name(child) in _KINDS]
    if len(times) != 1 or not text_of(times[0]):
        found = " and ".join(f"{local_name(time)} `{text_of(time)}`" for time in times) or "none"
        message = f"expected {element} to give one of {', '.join(_KINDS)}, found {found}."
        notes.error(
            element,
            RULE,
            message,
            f"Write e.g. <timeDuration>{example(TimerKind.DURATION)}</timeDuration>.",
            definition,
        )
        return None
    (time,) = times
    kind = _KINDS[local_name(time)]
    value = read(text_of(time), local_name(time), element, notes, time)
    if isinstance(value, str):
        value = _constant(value, kind, element, time, notes, reads_cron=reads_cron)
    return None if value is None else TimerDefinition(kind, value)


def _constant(
    text: str,
    kind: TimerKind,
    element: Element,
    time: etree._Element,
    notes: Notes,
    *,
    reads_cron: bool,
) -> Expression | None:
    if gives_time(kind, text) and (reads_cron or kind is not TimerKind.CYCLE or cron.read(text) is None):
        return constant(text)
    why = timer_texts.why_not(kind, text)
    expected = "that comes" if why else f"in ISO 8601{' or cron' if kind is TimerKind.CYCLE else ''}"
    message = f"expected {local_name(time)} of {element} {expected}, found {quoted(text)}{why}."
    notes.error(element, RULE, message, _remedy(kind, text, reads_cron=reads_cron), time)
    return None


def _remedy(kind: TimerKind, text: str, *, reads_cron: bool) -> str:
    if kind is TimerKind.CYCLE and _CRON.fullmatch(text):
        return _CRON_REMEDY if reads_cron else _NO_CRON_REMEDY
    remedy = f"Write e.g. {_EXAMPLES[kind]}, or an expression."
    return (
        f"{remedy} In a cycle years and months stand apart from days and times."
        if text.startswith("R")
        else remedy
    )


def example(kind: TimerKind) -> str:
    """A time of that kind, as a person may write it."""
    return _EXAMPLES[kind].partition(",")[0]
