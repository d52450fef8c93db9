"""A boundary event sits on an activity, and nothing flows into it (BPMN 2.0.2, 10.5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding

RULE = "boundary-event"


def check(outline: Outline) -> Iterator[Finding]:
    """What it is attached to, what leads in, and that an error path goes somewhere."""
    for element in outline.elements:
        if element.tag != "boundaryEvent":
            continue
        if element.attached_to is not None and not element.attached_to.is_activity:
            message = (
                f"expected {element} to be attached to a task or an embedded sub-process, found "
                f"{element.attached_to}."
            )
            yield element.error(RULE, message, "Attach it to the activity whose failing it should catch.")
        for flow in element.incoming:
            message = f"sequenceFlow '{flow.id}' leads into {element}, which only its event can trigger."
            yield flow.error(RULE, message, "Lead it to the element after the boundary event.")
