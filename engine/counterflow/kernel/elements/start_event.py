"""Start event: where a token of a scope begins. By the time it is reached its event has happened. BPMN 2.0.2,
13.5.1.

What begins the event sub-processes of the scope is waited for from here on: what the start event's output
mappings have made can be read by keys and timers (as in Zeebe).
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel import lifecycle, waits
from counterflow.kernel.elements import sequence_flow
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Flow, Node


def leaving(step: Step, element: ElementInstance, node: Node) -> Sequence[Flow] | None:
    """Open the event sub-processes beside it."""
    around = step.process().nodes[node.parent]
    if around.event_sub_processes and not waits.open_inner(
        step, step.element(element.scope_key), around, element
    ):
        return None
    return sequence_flow.outgoing(step, element, node)


ROOM = Room(activated=lifecycle.finish, leaving=leaving)
