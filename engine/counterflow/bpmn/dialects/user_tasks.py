"""What all dialects read alike of user tasks; constants of dates and priorities are judged here."""

from __future__ import annotations

from typing import Final

from lxml import etree

from counterflow.bpmn.expressions import TextOrExpression, quoted
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model import timer_texts

RULE: Final = "user-task"
PRIORITY: Final = 50
"""Of a task that names none, in Camunda 7 and 8."""


def date(
    element: Element,
    name: str,
    text: str,
    read: TextOrExpression,
    notes: Notes,
    at: etree._Element | None = None,
    *,
    may_be_duration: bool = False,
) -> str | Expression:
    """Until when, or from when on: ISO 8601 or an expression; a finding, and empty, for anything else."""
    value = read(text, name, element, notes, at) if text else ""
    if not isinstance(value, str):
        return value or ""
    is_duration = may_be_duration and timer_texts.interval(value) is not None
    if value and not is_duration and timer_texts.moment(value) is None:
        message = f"expected {name} of {element} to be a date and time in ISO 8601, found {quoted(value)}."
        remedy = 'Write e.g. "2030-01-31T09:00:00Z", or an expression that gives one.'
        notes.error(element, RULE, message, remedy, at)
        return ""
    return value


def priority(
    element: Element,
    text: str,
    read: TextOrExpression,
    notes: Notes,
    bounds: tuple[int, int],
    at: etree._Element | None = None,
) -> int | Expression:
    """How urgent it is: a whole number within the bounds, or an expression."""
    value = read(text, "priority", element, notes, at) if text else PRIORITY
    if isinstance(value, Expression):
        return value
    least, most = bounds
    number = value if isinstance(value, int) else _whole(value or "")
    if number is None or not least <= number <= most:
        message = (
            f"expected the priority of {element} to be a whole number from {least} to {most}, found "
            f"{quoted(text)}."
        )
        notes.error(element, RULE, message, "Write such a number, or an expression that gives one.", at)
        return PRIORITY
    return number


def names(text: str) -> tuple[str, ...]:
    """Names between commas, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and digits.isascii() and len(digits) <= 10 else None
