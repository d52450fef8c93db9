"""Nothing flows into a start event or out of an end event (BPMN 2.0.2, 10.5.2 and 10.5.3)."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding

RULE = "flow-ends"


def check(outline: Outline) -> Iterator[Finding]:
    """One finding per flow on the wrong side of an event."""
    for element in outline.elements:
        if element.tag == "startEvent":
            for flow in element.incoming:
                yield flow.error(
                    RULE,
                    f"sequenceFlow '{flow.id}' leads into {element}.",
                    "Lead it to the element after the start event.",
                )
        if element.tag == "endEvent":
            for flow in element.outgoing:
                yield flow.error(
                    RULE,
                    f"sequenceFlow '{flow.id}' leaves {element}.",
                    "Make it an intermediate throw event, or remove the flow.",
                )
