"""How often a job may be tried is a number that fits where it goes: int32 on the wire.

A job with more tries could be given to nobody. None is allowed: such a job is given out, and its first
failure is an incident.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.dialects.zeebe.reader import retries_text
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.numbers import MOST, whole_number
from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "retries"


def check(outline: Outline) -> Iterator[Finding]:
    """Retries that are written out. What an expression gives is looked at when the job is created."""
    if outline.dialect is not Dialect.ZEEBE:
        return
    for element in outline.elements:
        text = retries_text(element)
        if text and not text.startswith("=") and whole_number(text) is None:
            message = (
                f"expected retries of {element} to be a whole number from 0 to {MOST} or a FEEL expression, "
                f"found {quoted(text)}."
            )
            yield element.error(
                RULE,
                message,
                'Write a number, e.g. retries="3", or an expression, e.g. retries="= attempts".',
            )
