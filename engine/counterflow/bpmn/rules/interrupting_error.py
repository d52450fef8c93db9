"""An error always interrupts what it is thrown from.

BPMN 2.0.2, 10.5.6: "an Error Event ... is always interrupting".

An error boundary event or error start event that says otherwise would promise that the activity goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import ERROR
from counterflow.bpmn.outline import Outline
from counterflow.bpmn.xml import TRUE
from counterflow.documents.findings import Finding

RULE = "interrupting-error"


def check(outline: Outline) -> Iterator[Finding]:
    """Non-interrupting catches of errors are refused."""
    for element in outline.elements:
        if element.catches(ERROR):
            attribute = element.kind.interrupting
            if element.attribute(attribute) not in {TRUE, ""}:
                message = (
                    f"expected {element} to interrupt, as errors always do, found "
                    f"{attribute}={element.attribute(attribute)!r}."
                )
                yield element.error(RULE, message, f"Remove {attribute}.")
