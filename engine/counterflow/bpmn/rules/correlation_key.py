"""Our own `correlationKey` stands where it is heard: in a camunda: model, on what an instance waits for.

A key in another place would change nothing, in silence. The start events of a process need none: whoever
publishes the message says its key. That a key is there, and is an expression, is looked at where the message
is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.extensions import CORRELATION_KEY, written
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "correlation-key"


def check(outline: Outline) -> Iterator[Finding]:
    """Correlation keys on elements that wait for no message, and in a zeebe: model.

    That has a place of its own for them.
    """
    for element in outline.elements:
        if written(element, CORRELATION_KEY) is None:
            continue
        if not element.catches(MESSAGE) or _needs_none(element):
            message = f"{CORRELATION_KEY} is not heard on {element}."
            yield element.error(RULE, message, _remedy(element))
        elif outline.dialect is Dialect.ZEEBE:
            message = f"{CORRELATION_KEY} is not heard on {element} in a zeebe: model."
            yield element.error(
                RULE,
                message,
                'Add <zeebe:subscription correlationKey="= …" /> to the extension elements of the message.',
            )


def _needs_none(element: Element) -> bool:
    """Of those that all have to come, each but the first is waited for in an instance."""
    return element.is_process_start and not element.has_to_come


def _remedy(element: Element) -> str:
    if element.is_process_start:
        return "Remove it; whoever publishes the message says its key."
    return "Put it on a message event that is caught, or on a receive task."
