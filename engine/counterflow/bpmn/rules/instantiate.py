"""What begins instances stands where they begin, and is over when it has begun one.

BPMN 2.0.2, 10.3.3 and 10.6.6: a receive task, or an event-based gateway, may begin instances where no flow
leads to it. Elsewhere it waits as any other does (warning). A task that begins an instance has received its
message: it is done once, and nothing on its border comes, unless that undoes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "instantiate"


def check(outline: Outline) -> Iterator[Finding]:
    """Elements that are told to begin instances where they cannot, and what hangs on tasks that do."""
    for element in outline.elements:
        if not element.is_told_to_instantiate:
            continue
        if not element.instantiates:
            why = (
                "it is not directly in a process"
                if not element.is_in_process
                else f"sequenceFlow '{element.incoming[0].id}' leads to it"
            )
            message = f"{element} begins no instances, since {why}; it waits as any other does."
            yield element.warning(RULE, message, "Remove instantiate.")
        elif element.tag == "receiveTask":
            yield from _check_task(element)


def _check_task(task: Element) -> Iterator[Finding]:
    if task.loop is not None:
        message = f"expected {task}, which begins instances, to be done once, found a loop."
        yield task.error(RULE, message, "Remove it, or repeat what comes after.")
    for event in task.boundary_events:
        if not event.catches(COMPENSATION):
            message = f"{event} never comes: {task} has its message when the instance begins."
            yield event.error(RULE, message, "Remove it, or put it on the activity after.")
