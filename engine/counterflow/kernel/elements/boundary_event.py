"""Boundary event: catches what happens to the activity it sits on, and leads the token away. BPMN 2.0.2,
13.5.3.

It is entered only when its event has happened; by then an interrupting one has swept its activity away. What
the event brought is in the boundary event's own scope and leaves it by output mappings.
"""

from __future__ import annotations

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Hand out what the event brought, where the dialect says so, and go on."""
    brought = step.current().variables.get(element.key)
    if (
        brought
        and node.hands_out
        and not lifecycle.propagate(step, element, node, dict(sorted(brought.items())))
    ):
        return
    lifecycle.finish(step, element, node)


ROOM = Room(activated=activated)
