"""The life of a message, and of those who wait for one.

    published → correlated to a subscription or a start event, once per process id, at most once per instance
              → buffered until its time to live has passed → expired

    subscription: opened → closed (its element is left, or is no longer interested)
    start:        opened (with the latest version of a process) → closed (a later version has come)

Messages of one name and correlation key reach a process in the order of their publication. A message start
begins an instance only while none that a message with the same key has begun is running (`StartLock`); an
empty key sets no limit. After Zeebe's message correlation; BPMN 2.0.2, 10.5.5 and 8.4.2 (correlation).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.events import arrivals, starts
from counterflow.kernel.rows import Message, MessageCorrelation, MessageStart, MessageSubscription, StartLock
from counterflow.kernel.state import conversations
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    InstanceEvent,
    PartitionEvent,
)
from counterflow.kernel.work.errands import Arrival
from counterflow.kernel.work.step import Course, EventRoom, Step, Token
from counterflow.model.events import MessageDefinition
from counterflow.model.graph import Node, Process

BUSINESS_KEY: Final = "businessKey"
"""The variable of a process instance by which it is meant as well, where a model says no correlation key."""


class MessagePublished(PartitionEvent, frozen=True):
    """A message has come from outside. It is kept until `expires_at_ms`."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    expires_at_ms: int
    variables: bytes


class MessageCorrelated(InstanceEvent, frozen=True):
    """The message has reached this process, and will not again. `receiver_key` is the subscription or the
    started instance. `message_name` is empty in older logs.
    """

    message_key: int
    bpmn_process_id: str
    receiver_key: int
    message_name: str = ""


class MessageExpired(PartitionEvent, frozen=True):
    """The message is no more."""

    message_key: int


class SubscriptionOpened(InstanceEvent, frozen=True):
    """An element instance waits for a message, on behalf of the event `catch_id`."""

    key: int
    element_instance_key: int
    catch_id: str
    message_name: str
    correlation_key: str
    by_instance: bool = False


class ElementTriggered(InstanceEvent, frozen=True):
    """Somebody says that what the element instance waits for has come; `receiver_key` is the subscription."""

    element_instance_key: int
    receiver_key: int


class SubscriptionClosed(InstanceEvent, frozen=True):
    """Nothing waits for this message any more."""

    key: int


class StartLocked(InstanceEvent, frozen=True):
    """A message with this key has begun an instance: no other does until it ends."""

    bpmn_process_id: str
    correlation_key: str
    process_instance_key: int


class StartUnlocked(PartitionEvent, frozen=True):
    """The instance that a message with this key has begun is over."""

    bpmn_process_id: str
    correlation_key: str


class MessageStartOpened(PartitionEvent, frozen=True):
    """An instance of a definition begins with each message of this name."""

    key: int
    definition_key: int
    bpmn_process_id: str
    element_id: str
    message_name: str


class MessageStartClosed(PartitionEvent, frozen=True):
    """A later version of the process has taken over."""

    key: int


def receive(course: Course, subscription: MessageSubscription, message: Message) -> None:
    """A message reaches a subscription, and its element goes on."""
    process_id = subscription.bpmn_process_id
    course.emit(MessageCorrelated(message.key, process_id, subscription.key, message.name))
    token = course.token(subscription.element_instance_key)
    arrivals.event_arrived(token, subscription.catch_id, values_of(message))


def look(step: Step, arrival: Arrival) -> None:
    """An element has begun to wait: it looks for what was there before, when its turn comes.

    In an instance that was set aside between two pages nothing comes; when that is released, all in it look.
    """
    instance = step.state.instance(arrival.process_instance_key)
    if instance is not None and not instance.stands_still and arrival.key in instance.elements:
        step.at(instance).token(arrival.key).later(receive_buffered)


def receive_buffered(token: Token) -> None:
    """The oldest of the messages that were there before the element waited for them reaches it now. The next
    one comes in its turn.
    """
    instance = token.instance
    subscriptions = [
        instance.subscriptions[key]
        for key in sorted(instance.waits_of.get(token.key, ()))
        if key in instance.subscriptions
    ]
    for subscription in subscriptions:
        message = _oldest_for(token.step.state, subscription)
        if message is not None:
            receive(token, subscription, message)
            token.step.look_for_buffered(token)
            return


def trigger(course: Course, subscription: MessageSubscription, document: scopes.Document) -> None:
    """What an element itself waits for has come, without a message."""
    course.emit(ElementTriggered(subscription.element_instance_key, subscription.key))
    token = course.token(subscription.element_instance_key)
    arrivals.event_arrived(token, subscription.catch_id, document)


def _oldest_for(state: State, subscription: MessageSubscription) -> Message | None:
    """The oldest message that is there for a subscription, by whichever of its keys."""
    process_id, name = subscription.bpmn_process_id, subscription.message_name
    waiting = [
        message
        for key in subscription.keys
        if (message := conversations.next_unreached(state, process_id, name, key)) is not None
        and (key or not conversations.do_several_wait(state, name))
    ]
    return min(waiting, key=lambda message: message.key, default=None)


def starts_of(state: State, process_id: str) -> list[MessageStart]:
    """The message starts of the latest version of a process, in the order in which they were opened."""
    latest = state.deployed.latest.get(process_id)
    if latest is None or latest.key in state.shared[SuspendedDefinition]:
        return []
    opened = state.starts.get(latest.key, {})
    return [
        state.shared[MessageStart][key]
        for key, table in sorted(opened.items(), key=lambda start: start[0])
        if table is MessageStart
    ]


def values_of(message: Message) -> dict[str, bytes]:
    """A message's variables."""
    return scopes.from_object(message.variables)


def _open(token: Token, catch: Node) -> None:
    """Wait for a message. The correlation key of a boundary event is read in the scope around its activity.
    Raises `Held`.
    """
    definition = _definition(catch)
    name = evaluation.text(token, definition.name, "the message name", of=f"'{catch.id}'")
    by_instance = definition.correlation_key is None
    key = _business_key(token) if by_instance else _correlation_key(token, catch, definition)
    token.emit(SubscriptionOpened(token.step.new_key(), token.key, catch.id, name, key, by_instance))


def _business_key(token: Token) -> str:
    """What the process instance has in its variable `businessKey`; empty where that is no text or number."""
    value = token.instance.variables.get(token.instance.key, {}).get(BUSINESS_KEY, b"")
    if value[:1] == b'"':
        return msgspec.json.decode(value, type=str)
    # a number is what stands there: read as one, large ones would lose their last digits and become the same
    return value.decode() if value[:1] in b"-0123456789" else ""


def _correlation_key(token: Token, catch: Node, definition: MessageDefinition) -> str:
    expression = definition.correlation_key
    if expression is None:
        raise BrokenInvariant(f"message event '{catch.id}' has no correlation key")
    scope_key = token.scope_key if catch.attached_to is not None else token.key
    given = evaluation.evaluate(token, scope_key, expression)
    value = given.value
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise evaluation.unfit("the correlation key", expression, f"'{catch.id}'", "a string or a number", given)


def _close(course: Course, key: int) -> None:
    course.emit(SubscriptionClosed(key))


def _open_start(step: Step, definition_key: int, process: Process, node: Node) -> None:
    name = starts.name_for(step, node, _definition(node).name, "message name")
    step.emit(MessageStartOpened(step.new_key(), definition_key, process.id, node.id, name))


def _close_start(step: Step, key: int) -> None:
    step.emit(MessageStartClosed(key))


def _definition(event: Node) -> MessageDefinition:
    if not isinstance(event.event, MessageDefinition):
        raise BrokenInvariant(f"'{event.id}' is no message event")
    return event.event


# -- applying ------------------------------------------------------------------------------------------------


def _apply_published(state: State, event: MessagePublished) -> None:
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


def _apply_correlated(state: State, instance: InstanceState, event: MessageCorrelated) -> None:
    state.put(MessageCorrelation(event.message_key, event.bpmn_process_id))


def _apply_expired(state: State, event: MessageExpired) -> None:
    for process_id in sorted(conversations.reached_by(state, event.message_key)):
        state.delete(MessageCorrelation(event.message_key, process_id))
    message = state.row(Message, event.message_key)
    if message is None:
        raise BrokenInvariant(f"message {event.message_key} is not there")
    state.delete(message)


def _apply_opened(state: State, instance: InstanceState, event: SubscriptionOpened) -> None:
    if instance.header is None:
        raise BrokenInvariant(f"process instance {instance.key} has no header row")
    state.put(
        MessageSubscription(
            event.key,
            instance.key,
            event.element_instance_key,
            event.catch_id,
            instance.header.bpmn_process_id,
            event.message_name,
            event.correlation_key,
            by_instance=event.by_instance,
        )
    )


def _apply_triggered(state: State, instance: InstanceState, event: ElementTriggered) -> None:
    """What it has brought about are events of their own."""


def _apply_closed(state: State, instance: InstanceState, event: SubscriptionClosed) -> None:
    state.delete(instance.subscriptions[event.key])


def _apply_locked(state: State, instance: InstanceState, event: StartLocked) -> None:
    state.put(StartLock(event.bpmn_process_id, event.correlation_key, event.process_instance_key))


def _apply_unlocked(state: State, event: StartUnlocked) -> None:
    lock = state.row(StartLock, (event.bpmn_process_id, event.correlation_key))
    if lock is None:
        raise BrokenInvariant(f"process {event.bpmn_process_id} has no lock of this key")
    state.delete(lock)


def _apply_start_opened(state: State, event: MessageStartOpened) -> None:
    state.put(
        MessageStart(
            event.key, event.definition_key, event.bpmn_process_id, event.element_id, event.message_name
        )
    )


def _apply_start_closed(state: State, event: MessageStartClosed) -> None:
    state.delete(state.shared[MessageStart][event.key])


KIND = EventRoom(
    waits_in=MessageSubscription,
    starts_in=MessageStart,
    open=_open,
    close=_close,
    open_start=_open_start,
    close_start=_close_start,
    of_instance={
        MessageCorrelated: _apply_correlated,
        SubscriptionOpened: _apply_opened,
        ElementTriggered: _apply_triggered,
        SubscriptionClosed: _apply_closed,
        StartLocked: _apply_locked,
    },
    of_partition={
        MessagePublished: _apply_published,
        MessageExpired: _apply_expired,
        StartUnlocked: _apply_unlocked,
        MessageStartOpened: _apply_start_opened,
        MessageStartClosed: _apply_start_closed,
    },
)
CONTINUATIONS = {"receive buffered": receive_buffered}
COMING = {"look": look}
