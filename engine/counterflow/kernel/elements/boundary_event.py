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
from counterflow.model.graph import Dialect, ErrorDefinition, Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Hand out what the event brought, where the dialect says so, and go on."""
    brought = step.current().variables.get(element.key)
    if (
        brought
        and _hands_out(step, node)
        and not lifecycle.propagate(step, element, node, dict(sorted(brought.items())))
    ):
        return
    lifecycle.finish(step, element, node)


def _hands_out(step: Step, node: Node) -> bool:
    """Whether what it was given goes to the scope around it without a mapping: all but errors, in a zeebe:
    model.
    """
    return not node.outputs and not (
        isinstance(node.event, ErrorDefinition) and step.process().dialect is Dialect.ZEEBE
    )


ROOM = Room(activated=activated)
