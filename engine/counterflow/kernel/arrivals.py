"""What happens when something comes that an element has waited for: where its event stands decides what it
does.

    its own             the element is done, and goes on
    on the border       an interrupting one sweeps the activity away; a token goes on from the boundary event
    an inner start      an interrupting one takes over the scope; the event sub-process begins
    after a gateway     the gateway is done, the event that came is passed at once, the others are forgotten

BPMN 2.0.2, 13.5.1 to 13.5.4 and 13.4.4.
"""

from __future__ import annotations

from counterflow.kernel import lifecycle, messages, timers, variables
from counterflow.kernel.rows import ElementInstance, MessageSubscription, Timer
from counterflow.kernel.step import Step
from counterflow.model.graph import Behaviour, Node


def timer_due(step: Step, timer: Timer) -> None:
    """A timer's moment has come."""
    timers.trigger(step, timer)
    come(step, step.element(timer.element_instance_key), timer.catch_id, {})


def message_came(step: Step, subscription: MessageSubscription, values: dict[str, bytes]) -> None:
    """A message has reached a subscription of the current instance."""
    come(step, step.element(subscription.element_instance_key), subscription.catch_id, values)


def correlate_buffered(step: Step, element: ElementInstance, node: Node) -> None:
    """The oldest of the messages that were there before the element waited for them reaches it now; the next
    one in its turn.
    """
    instance = step.current()
    process_id = step.process().id
    subscriptions = [
        instance.subscriptions[key]
        for key in sorted(instance.waits_of.get(element.key, ()))
        if key in instance.subscriptions
    ]
    for subscription in subscriptions:
        message = messages.next_buffered(
            step.state, process_id, subscription.message_name, subscription.correlation_key
        )
        if message is not None:
            step.emit(messages.MessageCorrelated(message.key, process_id, subscription.key))
            message_came(step, subscription, messages.values_of(message))
            step.expect_buffered(element.key)
            return


def come(step: Step, element: ElementInstance, catch_id: str, values: dict[str, bytes]) -> None:
    """What an element waited for has come, with these variables."""
    catch = step.process().nodes[catch_id]
    node = step.node(element)
    if catch_id == node.id:
        pass_event(step, element, node, values)
    elif catch.attached_to == node.id:
        _on_border(step, element, catch, values)
    elif node.behaviour is Behaviour.EVENT_BASED_GATEWAY:
        _after_gateway(step, element, node, catch, values)
    else:
        _inside(step, element, catch, values)


def pass_event(step: Step, element: ElementInstance, node: Node, values: dict[str, bytes]) -> None:
    """The event itself has happened: its variables go out as its mappings say, and the token goes on."""
    if node.outputs:
        variables.carry(step, element.key, values)
    elif not lifecycle.hand_out(step, element, node, values):
        return
    lifecycle.finish(step, step.element(element.key), node)


def pass_triggered(step: Step, element: ElementInstance, node: Node, carried: dict[str, bytes]) -> None:
    """The event had happened before its element was entered, which carries what it brought."""
    if not node.outputs:
        own = {mapping.target[0] for mapping in node.inputs}
        handed = variables.hand_on(step, element.key, [name for name in carried if name not in own])
        if not lifecycle.propagate(step, element, node, handed):
            return
    lifecycle.finish(step, step.element(element.key), node)


def _on_border(step: Step, element: ElementInstance, catch: Node, values: dict[str, bytes]) -> None:
    if catch.interrupting:
        lifecycle.terminate(step, element)
    lifecycle.enter(step, catch, element.scope_key, values)


def _after_gateway(
    step: Step, element: ElementInstance, node: Node, catch: Node, values: dict[str, bytes]
) -> None:
    lifecycle.finish(step, element, node, ())
    flow = next(flow for flow in node.outgoing if flow.target == catch.id)
    step.emit(lifecycle.FlowTaken(element.scope_key, flow.id))
    lifecycle.enter(step, catch, element.scope_key, values, triggered=True)


def _inside(step: Step, scope: ElementInstance, catch: Node, values: dict[str, bytes]) -> None:
    if catch.interrupting:
        lifecycle.interrupt(step, scope)
    lifecycle.enter(step, step.process().nodes[catch.parent], scope.key, values)
