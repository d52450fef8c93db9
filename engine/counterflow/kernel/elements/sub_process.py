"""Embedded sub-process: a scope of its own that begins at its start event and is done when its last token has ended.

BPMN 2.0.2, 13.3.4.
"""

from __future__ import annotations

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.records import BrokenInvariant
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Put a token on the start event inside."""
    if node.start_event is None:
        raise BrokenInvariant(f"scope '{node.id}' has no start event")
    lifecycle.enter(step, step.process().nodes[node.start_event], element.key)


ROOM = Room(activated=activated)
