"""Event sub-process: begun by an event of the scope it stands in, never by a flow; then a scope like any other.

What its event brought is mapped by the start event's output mapping; without one it goes to the nearest scope around
that knows the name, else to the process (Zeebe's rule for start events of event sub-processes). BPMN 2.0.2, 13.5.4.
"""

from __future__ import annotations

from counterflow.kernel import lifecycle, variables
from counterflow.kernel.elements.room import Room
from counterflow.kernel.records import BrokenInvariant
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Dialect, ErrorDefinition, Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Hand on what the event brought, and put a token on the start event."""
    if node.start_event is None:
        raise BrokenInvariant(f"event sub-process '{node.id}' has no start event")
    start = step.process().nodes[node.start_event]
    present = () if element.undo_key else step.current().variables.get(element.key, {})
    carried = variables.hand_on(step, element.key, [name for name in sorted(present) if name not in _own_names(step, node, start)])
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


def _own_names(step: Step, node: Node, start: Node) -> set[str | None]:
    """What stays in the event sub-process: its input mappings and, in a camunda: model, the error's code and message."""
    own: set[str | None] = {mapping.target[0] for mapping in node.inputs}
    definition = start.event
    if isinstance(definition, ErrorDefinition) and step.process().dialect is Dialect.CAMUNDA and not start.outputs:
        own |= {definition.code_variable, definition.message_variable}
    return own


ROOM = Room(activated=activated)
