"""Errors and escalations as a model names them: an `error` or `escalation` of the file, and its code. By its
code each is caught.

A catch compares codes, so its own is written out (BPMN 2.0.2, 10.5.6 and table 10.84). What is thrown may be
computed when it is thrown: the code that an event throws may be FEEL behind `=`. Camunda 7 takes a code as it
is written, and for a code what names no error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterflow.bpmn.elements import ERROR, ESCALATION
from counterflow.bpmn.events.reader import ModelReading
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.feel import Expression
from counterflow.model.graph import Dialect

CODED: Final = (ERROR, ESCALATION)
"""The kinds of event that are caught by a code, by the tags of their definitions."""
_EXPRESSIONS = ("=", "${", "#{")


def code_of(outline: Outline, event: Element) -> str:
    """The code of the error or escalation that an event names, as written and compared; empty where none is.
    That is where it names none, or one without a code.
    """
    code = _written(outline, event)
    return code if code.strip() else ""


def read_code(reading: ModelReading, event: Element) -> str | Expression | None:
    """The code that an event compares or throws; None, which is any, where it is not there, or blank."""
    text = code_of(reading.outline, event)
    if may_compute(reading.outline, event, text):
        return reading.dialect.text_or_expression(
            text.strip(), f"{name_of(event)} code", event, reading.notes
        )
    return text or None


def is_code_itself(outline: Outline, event: Element) -> bool:
    """Whether an `errorRef` that names no error of the file is a code, as Camunda 7 has it."""
    is_error = event.event_kind is not None and event.event_kind.definition == ERROR
    return is_error and outline.dialect is Dialect.CAMUNDA and event.reference not in outline.named["error"]


def is_thrown_by_its_id(outline: Outline, event: Element) -> bool:
    """Whether an event throws an error that has no code, for which its id stands, as Flowable has it.

    Camunda 7 refuses such a model; by its id nobody but who catches any error catches it.
    """
    error = outline.named_by(event)
    return (
        event.throws(ERROR)
        and outline.dialect is Dialect.CAMUNDA
        and error is not None
        and not error.get("errorCode", "").strip()
    )


def is_lost(outline: Outline, event: Element) -> bool:
    """Whether an event names what is not in the file, so that nothing is known of its code. That is told
    where the event stands.
    """
    is_unknown = bool(event.reference) and outline.named_by(event) is None
    return is_unknown and not is_code_itself(outline, event)


def is_expression(code: str) -> bool:
    """Whether a code is written to be computed, in either dialect."""
    return code.strip().startswith(_EXPRESSIONS)


def may_compute(outline: Outline, event: Element, code: str) -> bool:
    """Whether a code is an expression that is evaluated when the event throws."""
    return not event.kind.catches and outline.dialect is not Dialect.CAMUNDA and code.strip().startswith("=")


def space_around(event: Element, code: str, rule: str) -> Iterator[Finding]:
    """A remark on white space around a code, which is part of it (BPMN 2.0.2 gives a code no form)."""
    if code != code.strip() and not is_expression(code):
        message = (
            f"the {name_of(event)} code {quoted(code)} of {event} has white space around it, and is another "
            f"one than {quoted(code.strip())}."
        )
        yield event.warning(rule, message, "Remove the white space, unless every thrower writes it too.")


def name_of(event: Element) -> str:
    """What is caught or thrown by its code, as a person calls it: `error`."""
    return event.event_kind.name if event.event_kind is not None else ""


def _written(outline: Outline, event: Element) -> str:
    named, kind = outline.named_by(event), event.event_kind
    if named is None and is_code_itself(outline, event):
        return event.reference
    if named is not None and is_thrown_by_its_id(outline, event):
        return named.get("id", "")
    if named is None or kind is None or kind.reference is None or not kind.reference.code:
        return ""
    return named.get(kind.reference.code, "")
