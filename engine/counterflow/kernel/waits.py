"""What an element waits for while it is active: timers and messages, wherever their events stand.

An element waits on behalf of catching events (`Node.waits_for`): itself, the events on its border, the starts of event
sub-processes inside it, or the events after an event-based gateway. All waits of an element open before it is activated and
close when it is left. What happens when one comes is in `arrivals.py`.
"""

from __future__ import annotations

from counterflow.kernel import incidents, messages, timers
from counterflow.kernel.rows import ElementInstance, Timer
from counterflow.kernel.step import Step
from counterflow.model.graph import MessageDefinition, Node, TimerDefinition


def open_all(step: Step, element: ElementInstance, node: Node) -> bool:
    """Begin to wait. False, and an incident, where an expression gives no moment, name or key."""
    nodes = step.process().nodes
    try:
        for catch_id in node.waits_for:
            if not _is_for(element, nodes[catch_id], node):
                continue
            definition = nodes[catch_id].event
            if isinstance(definition, TimerDefinition):
                timers.schedule(step, element, catch_id, definition)
            elif isinstance(definition, MessageDefinition):
                messages.subscribe(step, element, nodes[catch_id], definition)
    except (timers.NotATime, messages.NotAKey) as failure:
        close_all(step, element.key)
        where = f"what '{element.element_id}' waits for"
        message = f"{failure} ({where}); set the variables it reads and resolve the incident"
        incidents.raise_incident(step, element, "EXTRACT_VALUE_ERROR", message)
        return False
    if element.key in step.current().waits_of:
        step.expect_buffered(element.key)
    return True


def _is_for(element: ElementInstance, catch: Node, node: Node) -> bool:
    """Of a multi-instance activity the body waits for the events on the border, the instances for those of their own."""
    return element.loop_counter == 0 or (catch.attached_to == node.id) == (element.loop_counter < 0)


def close_all(step: Step, element_instance_key: int) -> None:
    """Wait no longer."""
    for key, table in sorted(step.current().waits_of.get(element_instance_key, {}).items(), key=lambda wait: wait[0]):
        _close(step, key, is_timer=table is Timer)


def close_inner(step: Step, scope: ElementInstance) -> None:
    """The scope is taken over: the event sub-processes inside it wait no longer, events on its border do."""
    nodes = step.process().nodes
    instance = step.current()
    for key, table in sorted(instance.waits_of.get(scope.key, {}).items(), key=lambda wait: wait[0]):
        row = instance.timers[key] if table is Timer else instance.subscriptions[key]
        if nodes[row.catch_id].attached_to is None:
            _close(step, key, is_timer=table is Timer)


def _close(step: Step, key: int, *, is_timer: bool) -> None:
    step.emit(timers.TimerCanceled(key) if is_timer else messages.SubscriptionClosed(key))
