"""Errors as a model names them: an `error` of the file, and its code, by which it is caught.

A catch compares codes, so its own is written out (BPMN 2.0.2, 10.5.6 and table 10.84). What is thrown may be
computed when it is thrown: the code of an end event's error may be FEEL behind `=`. Camunda 7 takes a code as
it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

_EXPRESSIONS = ("=", "${", "#{")


def error_code(outline: Outline, event: Element) -> str:
    """The code of the error that an event names, as it is written and compared; empty where it names none or
    the error has none.
    """
    code = _written(outline, event)
    return code if code.strip() else ""


def is_expression(code: str) -> bool:
    """Whether a code is written to be computed, in either dialect."""
    return code.strip().startswith(_EXPRESSIONS)


def may_compute(outline: Outline, event: Element, code: str) -> bool:
    """Whether a code is an expression that is evaluated when the event throws."""
    return event.tag == "endEvent" and outline.dialect is not Dialect.CAMUNDA and code.strip().startswith("=")


def space_around(event: Element, code: str, rule: str) -> Iterator[Finding]:
    """A remark on white space around a code, which is part of it (BPMN 2.0.2 gives a code no form)."""
    if code != code.strip() and not is_expression(code):
        message = (
            f"the error code {quoted(code)} of {event} has white space around it, and is another one than "
            f"{quoted(code.strip())}."
        )
        yield event.warning(rule, message, "Remove the white space, unless every thrower writes it too.")


def _written(outline: Outline, event: Element) -> str:
    error = outline.named_by(event)
    return error.get("errorCode", "") if error is not None else ""
