"""Catch event and receive task: wait for a timer or a message, then go on. BPMN 2.0.2, 13.5.1 and 13.3.3 (receive task).

The wait was opened before the element was activated (`waits.py`); after an event-based gateway it is over already.
"""

from __future__ import annotations

from counterflow.kernel import arrivals
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Go on if the event has happened; else wait."""
    if element.triggered:
        carried = dict(sorted(step.current().variables.get(element.key, {}).items()))
        arrivals.pass_triggered(step, element, node, carried)


ROOM = Room(activated=activated)
