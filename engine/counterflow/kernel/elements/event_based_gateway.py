"""Event-based gateway: waits for the first of the events behind it, and goes on there. BPMN 2.0.2, 13.4.4."""

from __future__ import annotations

from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Wait: `arrivals.py` goes on when one of the events has come."""


ROOM = Room(activated=activated)
