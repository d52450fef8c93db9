"""What an element waits for while it is active, and what happens when it comes: timers and messages, wherever they stand.

An element waits on behalf of catching events (`Node.waits_for`): itself, the events on its border, the starts of event
sub-processes inside it, or the events after an event-based gateway. All waits of an element open before it is activated and
close when it is left. When one comes, where it stands decides what it does:

    its own             the element is done, and goes on
    on the border       an interrupting one sweeps the activity away; the token goes on from the boundary event
    an inner start      an interrupting one takes over the scope; the event sub-process begins
    after a gateway     the gateway is done, the event that came is passed at once, the others are forgotten

BPMN 2.0.2, 13.5.1–13.5.4 and 13.4.4.
"""

from __future__ import annotations

from counterflow.kernel import incidents, lifecycle, messages, timers
from counterflow.kernel.rows import ElementInstance, MessageSubscription, Timer
from counterflow.kernel.step import Step
from counterflow.model.graph import Behaviour, MessageDefinition, Node, TimerDefinition


def open_all(step: Step, element: ElementInstance, node: Node) -> bool:
    """Begin to wait. False, and an incident, where an expression gives no moment, name or key."""
    nodes = step.process().nodes
    try:
        for catch_id in node.waits_for:
            definition = nodes[catch_id].event
            if isinstance(definition, TimerDefinition):
                timers.schedule(step, element, catch_id, definition)
            elif isinstance(definition, MessageDefinition):
                messages.subscribe(step, element, nodes[catch_id], definition)
    except (timers.NotATime, messages.NotAKey) as failure:
        close_all(step, element.key)
        incidents.raise_incident(step, element, "EXTRACT_VALUE_ERROR", f"{failure}; set the variables it reads and resolve the incident")
        return False
    return True


def close_all(step: Step, element_instance_key: int, spare: int = 0) -> None:
    """Wait no longer, but for the wait with the key `spare`."""
    for key, table in sorted(step.current().waits_of.get(element_instance_key, {}).items(), key=lambda wait: wait[0]):
        if key != spare:
            step.emit(timers.TimerCanceled(key) if table is Timer else messages.SubscriptionClosed(key))


def correlate_buffered(step: Step, element: ElementInstance, node: Node) -> None:
    """Messages that were there before the element waited for them reach it now, one by one."""
    for key in sorted(step.current().waits_of.get(element.key, ())):
        subscription = step.current().subscriptions.get(key)
        if subscription is None:
            continue
        message = messages.next_buffered(step, subscription)
        if message is not None:
            messages.correlate(step, subscription, message)
            come(step, element, subscription.catch_id, messages.values_of(message))
            step.later(correlate_buffered, element.key)
            return


def timer_due(step: Step, timer: Timer) -> None:
    """A timer's moment has come."""
    timers.trigger(step, timer)
    come(step, step.element(timer.element_instance_key), timer.catch_id, {})


def message_came(step: Step, subscription: MessageSubscription, values: dict[str, bytes]) -> None:
    """A message has reached a subscription of the current instance."""
    come(step, step.element(subscription.element_instance_key), subscription.catch_id, values)


def come(step: Step, element: ElementInstance, catch_id: str, values: dict[str, bytes]) -> None:
    """What an element waited for has come, with these variables."""
    catch = step.process().nodes[catch_id]
    node = step.node(element)
    if catch_id == node.id:
        close_all(step, element.key)
        lifecycle.finish_with(step, element, node, values)
    elif catch.attached_to == node.id:
        _on_border(step, element, catch, values)
    elif node.behaviour is Behaviour.EVENT_BASED_GATEWAY:
        close_all(step, element.key)
        lifecycle.finish(step, element, node, ())
        lifecycle.enter(step, catch, element.scope_key, values, passed=True)
    else:
        _inside(step, element, catch, values)


def _on_border(step: Step, element: ElementInstance, catch: Node, values: dict[str, bytes]) -> None:
    if catch.interrupting:
        lifecycle.terminate(step, element)
    lifecycle.enter(step, catch, element.scope_key, values)


def _inside(step: Step, scope: ElementInstance, catch: Node, values: dict[str, bytes]) -> None:
    if catch.interrupting:
        close_all(step, scope.key)
        lifecycle.interrupt(step, scope)
    lifecycle.enter(step, step.process().nodes[catch.parent], scope.key, values)
