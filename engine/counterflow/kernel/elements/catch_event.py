"""Catch event and receive task: wait for a timer or a message, then go on. BPMN 2.0.2, 13.5.1 and 13.3.3
(receive task).

The wait was opened before the element was activated (`waits.py`); after an event-based gateway it is over
already.
"""

from __future__ import annotations

from counterflow.kernel import arrivals, lifecycle, variables
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """What came before the element was entered hides what its input mappings make, as if it had come after
    them.
    """
    present = step.current().variables.get(element.key, {}) if element.triggered and node.inputs else {}
    brought = variables.hand_on(step, element.key, sorted(present))
    is_mapped = lifecycle.map_inputs(step, element, node)
    variables.carry(step, element.key, brought)
    if is_mapped and lifecycle.activate(step, element, node):
        activated(step, step.element(element.key), node)


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Go on if the event has happened; else wait."""
    if element.triggered:
        carried = dict(sorted(step.current().variables.get(element.key, {}).items()))
        arrivals.pass_triggered(step, element, node, carried)


ROOM = Room(beginning=beginning)
