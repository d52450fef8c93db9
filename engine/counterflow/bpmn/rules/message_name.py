"""What waits for a message names one, and that message has a name. By its name it is found (BPMN 2.0.2,
8.4.11).

What throws a message is a job; its worker sends what it sends, so there the message may be missing. So may
that of a receive task outside `zeebe:` models, which is a wait state of Camunda 7.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "message-name"

_REMEDY = (
    'Define e.g. <message id="Message_1" name="payment received" /> in the file, and name it in messageRef.'
)


def waits_by_id(outline: Outline, element: Element) -> bool:
    """Whether it is a receive task that names no message, and so waits until somebody triggers it."""
    return element.tag == "receiveTask" and not element.reference and outline.dialect is not Dialect.ZEEBE


def check(outline: Outline) -> Iterator[Finding]:
    """A missing messageRef, and a message without name; one that names nothing is a dangling reference."""
    for element in outline.elements:
        if not element.catches(MESSAGE) or waits_by_id(outline, element):
            continue
        reference, message = element.reference, outline.named_by(element)
        if not reference:
            yield element.error(
                RULE,
                f"expected messageRef of {element} to name the message that it waits for, found none.",
                _REMEDY,
            )
        elif message is not None and not (message.get("name") or "").strip():
            complaint = f"expected a name on message '{reference}', which {element} waits for, found none."
            yield element.error(RULE, complaint, "Give the message the name under which it is published.")
