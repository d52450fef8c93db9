"""The life of a message, and of those who wait for one.

    published → correlated to a subscription or a start event, once per process id, at most once per instance
              → buffered until its time to live has passed → expired

    subscription: opened → closed (its element is left, or is no longer interested)

Messages of one name and correlation key reach a process in the order of their publication. A message start
begins an instance only while none that a message with the same key has begun is running (`StartLock`); an
empty key sets no limit. After Zeebe's message correlation; BPMN 2.0.2, 10.5.5 and 8.4.2 (correlation).
"""

from __future__ import annotations

from decimal import Decimal

from counterflow.feel import Expression
from counterflow.kernel import variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event
from counterflow.kernel.rows import (
    ElementInstance,
    Message,
    MessageCorrelation,
    MessageSubscription,
    StartLock,
)
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import MessageDefinition, Node


class MessagePublished(Event, frozen=True, array_like=True, tag=100, gc=False):
    """A message has come from outside. It is kept until `expires_at_ms`."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    expires_at_ms: int
    variables: bytes


class MessageCorrelated(Event, frozen=True, array_like=True, tag=101, gc=False):
    """The message has reached this process, and will not again; `receiver_key` is the subscription or the
    started instance.
    """

    message_key: int
    bpmn_process_id: str
    receiver_key: int


class MessageExpired(Event, frozen=True, array_like=True, tag=102, gc=False):
    """The message is no more."""

    message_key: int


class SubscriptionOpened(Event, frozen=True, array_like=True, tag=103, gc=False):
    """An element instance waits for a message, on behalf of the event `catch_id`."""

    key: int
    element_instance_key: int
    catch_id: str
    message_name: str
    correlation_key: str


class SubscriptionClosed(Event, frozen=True, array_like=True, tag=104, gc=False):
    """Nothing waits for this message any more."""

    key: int


class StartLocked(Event, frozen=True, array_like=True, tag=105, gc=False):
    """A message with this key has begun an instance: no other does until it ends."""

    bpmn_process_id: str
    correlation_key: str
    process_instance_key: int


class StartUnlocked(Event, frozen=True, array_like=True, tag=106, gc=False):
    """The instance that a message with this key has begun is over."""

    bpmn_process_id: str
    correlation_key: str


class NotAKey(Exception):
    """The expression of a message's name or correlation key gives none. Becomes an incident
    EXTRACT_VALUE_ERROR.
    """


def subscribe(step: Step, element: ElementInstance, catch: Node, definition: MessageDefinition) -> None:
    """Wait for a message. The correlation key of a boundary event is read in the scope around its activity.
    Raises `NotAKey`.
    """
    name = definition.name
    if not isinstance(name, str):
        name = _name(step, element.key, name, catch)
    if definition.correlation_key is None:
        raise BrokenInvariant(f"message event '{catch.id}' has no correlation key")
    scope_key = element.scope_key if catch.attached_to is not None else element.key
    key = _key(step, scope_key, definition.correlation_key, catch)
    step.emit(SubscriptionOpened(step.new_key(), element.key, catch.id, name, key))


def next_buffered(state: State, process_id: str, name: str, correlation_key: str) -> Message | None:
    """The oldest message of this name and key that is still there and has not reached this process."""
    buffered = state.buffered.get((name, correlation_key))
    if buffered is None:
        return None
    for key in buffered.unreached_by(
        process_id, lambda key: (key, process_id) in state.shared[MessageCorrelation]
    ):
        message: Message = state.shared[Message][key]
        if message.expires_at_ms > state.now_ms:
            return message
    return None


def values_of(message: Message) -> dict[str, bytes]:
    """A message's variables."""
    return variables.from_object(message.variables)


def _name(step: Step, scope_key: int, expression: Expression, catch: Node) -> str:
    evaluation = variables.evaluate(step, scope_key, expression)
    if isinstance(evaluation.value, str) and evaluation.value:
        return evaluation.value
    found = variables.found_in(evaluation)
    raise NotAKey(
        f"Expected the message name '={expression.text}' of '{catch.id}' to be a non-empty string, but "
        f"{found}"
    )


def _key(step: Step, scope_key: int, expression: Expression, catch: Node) -> str:
    evaluation = variables.evaluate(step, scope_key, expression)
    value = evaluation.value
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    found = variables.found_in(evaluation)
    raise NotAKey(
        f"Expected the correlation key '={expression.text}' of '{catch.id}' to be a string or a number, but "
        f"{found}"
    )


# -- applying ------------------------------------------------------------------------------------------------


def _apply_published(state: State, instance: InstanceState | None, event: MessagePublished) -> None:
    state.put(
        Message(
            event.key,
            event.name,
            event.correlation_key,
            event.message_id,
            event.expires_at_ms,
            event.variables,
        )
    )


def _apply_correlated(state: State, instance: InstanceState | None, event: MessageCorrelated) -> None:
    state.put(MessageCorrelation(event.message_key, event.bpmn_process_id))


def _apply_expired(state: State, instance: InstanceState | None, event: MessageExpired) -> None:
    for process_id in list(state.reached.get(event.message_key, ())):
        state.delete(state.shared[MessageCorrelation][event.message_key, process_id])
    state.delete(state.shared[Message][event.message_key])


def _apply_opened(state: State, instance: InstanceState | None, event: SubscriptionOpened) -> None:
    if instance is None or instance.header is None:
        raise BrokenInvariant("a subscription outside a process instance")
    state.put(
        MessageSubscription(
            event.key,
            instance.key,
            event.element_instance_key,
            event.catch_id,
            instance.header.bpmn_process_id,
            event.message_name,
            event.correlation_key,
        )
    )


def _apply_closed(state: State, instance: InstanceState | None, event: SubscriptionClosed) -> None:
    if instance is not None:
        state.delete(instance.subscriptions[event.key])


def _apply_locked(state: State, instance: InstanceState | None, event: StartLocked) -> None:
    state.put(StartLock(event.bpmn_process_id, event.correlation_key, event.process_instance_key))


def _apply_unlocked(state: State, instance: InstanceState | None, event: StartUnlocked) -> None:
    state.delete(state.shared[StartLock][event.bpmn_process_id, event.correlation_key])


APPLIERS = {
    MessagePublished: _apply_published,
    MessageCorrelated: _apply_correlated,
    MessageExpired: _apply_expired,
    SubscriptionOpened: _apply_opened,
    SubscriptionClosed: _apply_closed,
    StartLocked: _apply_locked,
    StartUnlocked: _apply_unlocked,
}
