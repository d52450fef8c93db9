"""What an element waits for while it is active: timers and messages, wherever their events stand.

An element waits on behalf of catching events (`Node.waits_for`): itself, the events on its border, the starts
of event sub-processes inside it, or the events after an event-based gateway. Its waits open before it is
activated and close when it is left; those of event sub-processes open when the start event inside has mapped
its outputs, which they may read. What happens when one comes is in `arrivals.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from counterflow.kernel import incidents, messages, timers
from counterflow.kernel.rows import ElementInstance, Timer
from counterflow.kernel.step import Step
from counterflow.model.graph import Behaviour, MessageDefinition, Node, TimerDefinition


def open_all(step: Step, element: ElementInstance, node: Node) -> bool:
    """Begin to wait. False, and an incident, where an expression gives no moment, name or key.

    A scope that begins elsewhere than at its start event waits for its event sub-processes at once.
    """
    nodes = step.process().nodes
    is_whole = not node.event_sub_processes or _begins_elsewhere(step, element)
    catches = [catch for catch in map(nodes.__getitem__, node.waits_for) if _is_for(element, catch, node)]
    return _open(
        step, element, catches if is_whole else [catch for catch in catches if not _is_inner(catch)], element
    )


def open_inner(step: Step, scope: ElementInstance, node: Node, start: ElementInstance) -> bool:
    """A scope begins to wait for what begins its event sub-processes. False, and an incident at its start
    event, where it cannot.
    """
    nodes = step.process().nodes
    return _open(
        step, scope, [nodes[catch_id] for catch_id in node.waits_for if _is_inner(nodes[catch_id])], start
    )


def _open(step: Step, element: ElementInstance, catches: Sequence[Node], held: ElementInstance) -> bool:
    opened = set(step.current().waits_of.get(element.key, ()))
    try:
        for catch in catches:
            definition = catch.event
            if isinstance(definition, TimerDefinition):
                timers.schedule(step, element, catch.id, definition)
            elif isinstance(definition, MessageDefinition):
                messages.subscribe(step, element, catch, definition)
    except (timers.NotATime, messages.NotAKey) as failure:
        _close_but(step, element.key, opened)
        where = f"what '{element.element_id}' waits for"
        message = f"{failure} ({where}); set the variables it reads and resolve the incident"
        incidents.raise_incident(step, held, "EXTRACT_VALUE_ERROR", message)
        return False
    if element.key in step.current().waits_of:
        step.expect_buffered(element.key)
    return True


def _is_inner(catch: Node) -> bool:
    """Whether it is the start of an event sub-process."""
    return catch.behaviour is Behaviour.START_EVENT


def _begins_elsewhere(step: Step, element: ElementInstance) -> bool:
    header = step.current().header
    if header is None or header.start_at is None:
        return False
    if element.scope_key:
        return element.triggered
    return step.process().nodes[header.start_at.split("\n")[0]].behaviour is not Behaviour.START_EVENT


def _is_for(element: ElementInstance, catch: Node, node: Node) -> bool:
    """Of a multi-instance activity the body waits for the events on the border, the instances for those of
    their own.
    """
    return element.loop_counter == 0 or (catch.attached_to == node.id) == (element.loop_counter < 0)


def close_all(step: Step, element_instance_key: int) -> None:
    """Wait no longer."""
    _close_but(step, element_instance_key, ())


def _close_but(step: Step, element_instance_key: int, kept: Collection[int]) -> None:
    for key, table in sorted(
        step.current().waits_of.get(element_instance_key, {}).items(), key=lambda wait: wait[0]
    ):
        if key not in kept:
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
