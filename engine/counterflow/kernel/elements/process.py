"""The process: the outermost scope. Begins at its none start event, at the event that began it, or where it
was told to.

Ends when its last token has ended. BPMN 2.0.2, 13.3.
"""

from __future__ import annotations

from counterflow.kernel import lifecycle, variables
from counterflow.kernel.elements import sub_process
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Behaviour, Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Put a token where the instance begins."""
    header = step.current().header
    if header is None or header.start_at is None:
        sub_process.begin_at_start(step, element, node)
        return
    start = step.process().nodes[header.start_at.split("\n")[0]]
    if start.behaviour is Behaviour.START_EVENT:
        _begin_at_event(step, element, start)
    else:
        sub_process.begin_inside(step, element, node, header.start_at.split("\n"))


def _begin_at_event(step: Step, element: ElementInstance, start: Node) -> None:
    """What the event brought is the instance's, or what its output mappings make of it."""
    brought = step.current().variables.get(element.key, {})
    lifecycle.enter(
        step,
        start,
        element.key,
        variables.hand_on(step, element.key, sorted(brought)) if start.outputs else None,
    )


ROOM = Room(activated=activated)
