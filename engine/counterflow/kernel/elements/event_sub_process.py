"""Event sub-process: begun by an event of the scope it stands in, never by a flow; then a scope like any
other.

What its event brought is mapped by the start event's output mapping; without one it goes to the nearest scope
around that knows the name, else to the process (Zeebe's rule for start events of event sub-processes). BPMN
2.0.2, 13.5.4.
"""

from __future__ import annotations

from collections.abc import Collection

from counterflow.kernel import lifecycle, variables
from counterflow.kernel.elements.room import Room
from counterflow.kernel.records import BrokenInvariant
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """Hand on what the event brought, and put a token on the start event.

    In a zeebe: model the input mappings neither see nor hide what the event brought: it comes to the start
    event, and goes from there to the nearest scope that has its name, which may be one that a mapping has
    made. In a camunda: model they see it and hide it.
    """
    start = _start(step, node)
    is_seen, is_new = node.inputs_see_event, element.state == lifecycle.ACTIVATING
    carried = _taken_out(step, element) if is_new and not is_seen else {}
    if is_new and not (lifecycle.map_inputs(step, element, node) and lifecycle.activate(step, element, node)):
        variables.carry(step, element.key, carried)
        return
    if is_seen or not is_new:
        carried = _taken_out(step, element, {mapping.target[0] for mapping in node.inputs})
    if start.outputs:
        lifecycle.enter(step, start, element.key, carried)
        return
    try:
        variables.propagate(step, element.key, carried)
    except variables.DocumentTooLarge as failure:
        variables.carry(step, element.key, carried)
        lifecycle.tell_too_large(step, element, failure)
        return
    lifecycle.enter(step, start, element.key)


def _start(step: Step, node: Node) -> Node:
    if node.start_event is None:
        raise BrokenInvariant(f"event sub-process '{node.id}' has no start event")
    return step.process().nodes[node.start_event]


def _taken_out(step: Step, element: ElementInstance, own: Collection[str] = ()) -> dict[str, bytes]:
    """What the event brought, which the event sub-process only carries. What a handler sees of the past is
    its own.
    """
    present = () if element.undo_key else step.current().variables.get(element.key, {})
    return variables.hand_on(step, element.key, [name for name in sorted(present) if name not in own])


ROOM = Room(beginning=beginning)
