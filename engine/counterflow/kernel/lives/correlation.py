"""How messages reach those who wait for them, and begin instances where a start event waits.

A message that is published reaches, of every process, at most one instance that waits for it, the one that
has waited longest; and it begins an instance of those processes with such a start event that it has not
reached. What is not reached now may be later, until the message expires. When an instance that a message has
begun ends, the next message with the same key may begin one.
"""

from __future__ import annotations

import msgspec

from counterflow.kernel.course import beginning
from counterflow.kernel.data import scopes
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import quarantine
from counterflow.kernel.rows import (
    ElementInstance,
    Message,
    MessageStart,
    MessageSubscription,
    StartLock,
    StartTimer,
)
from counterflow.kernel.state import conversations
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from counterflow.kernel.work.errands import Arrival
from counterflow.kernel.work.step import Step

NONE_WAITS = (
    "nothing there does; publish the message of a boundary event or an event sub-process, and complete the "
    "job of a task that has one"
)


class PublishMessage(Command, frozen=True, kw_only=True, gc=False):
    """A message from outside. Without a time to live it reaches those who wait now, or nobody. Answers its
    key.
    """

    name: str
    correlation_key: str
    message_id: str = ""
    time_to_live_ms: int = 0
    variables: dict[str, bytes]


class CorrelateMessage(Command, frozen=True, kw_only=True, gc=False):
    """A message from outside that somebody waits for now; answers a `Correlated`, and is never kept."""

    name: str
    correlation_key: str
    variables: dict[str, bytes]


class Correlated(msgspec.Struct, frozen=True):
    """A message, and the first process instance that it has reached, or `begun`."""

    message_key: int
    process_instance_key: int
    bpmn_process_id: str
    begun: bool = False


class TriggerElement(Command, frozen=True, kw_only=True, gc=False):
    """What an element itself waits for has come, without a message; answers which element instance it was. It
    is told by its key, or is the only one of a process instance that waits so. Answers which it was.
    """

    key: int
    variables: dict[str, bytes]


class TriggeredElement(msgspec.Struct, frozen=True):
    """The element instance that goes on, and what the diagram calls its element."""

    process_instance_key: int
    bpmn_process_id: str
    element_instance_key: int
    element_id: str
    element_name: str


class SetStartAside(Command, frozen=True, kw_only=True, gc=False):
    """The start timer that was due at `due_ms` begins an instance that fails at its first step. Given by the
    loop after a fault.
    """

    key: int
    due_ms: int
    reason: str


def decide_publish(step: Step, command: PublishMessage) -> int:
    """PublishMessage of the gateway."""
    message = _publish(step, command)
    _bring(step, message)
    return message.key


def decide_correlate(step: Step, command: CorrelateMessage) -> Correlated:
    """CorrelateMessage of our own service, as Camunda 8's REST has it: refused where it reaches nobody."""
    name, correlation_key = command.name, command.correlation_key
    message = _publish(
        step, PublishMessage(name=name, correlation_key=correlation_key, variables=command.variables)
    )
    in_turn = conversations.waiting_processes(step.state, name, correlation_key)
    receivers = (_receiver(step, message, process_id) for process_id in in_turn)
    first = next((receiver for receiver in receivers if receiver is not None), None)
    if first is not None:
        _bring(step, message)
        instance, subscription = first
        return Correlated(message.key, instance.key, subscription.bpmn_process_id)
    begun = _begin_all(step, message)
    if not begun:
        raise Rejection(RejectionType.NOT_FOUND, _reaches_nobody(step, message, in_turn))
    return Correlated(message.key, *begun[0], begun=True)


def _reaches_nobody(step: Step, message: Message, set_aside: list[str]) -> str:
    """What was expected of a message that reaches nobody now, what was found, and what to do."""
    situation = "nobody does"
    if set_aside:
        situation = "those who do are set aside; release them"
    elif step.state.indexed[MessageStart].get(message.name):
        situation = "what it would begin runs already, begun by a message with this key, and waits for none"
    return (
        f"Expected somebody to wait for the message '{message.name}' with correlation key "
        f"'{message.correlation_key}' now, but {situation}; "
        "publish it with a time to live if it may come first"
    )


def _publish(step: Step, command: PublishMessage) -> Message:
    """The message is there, and has reached nobody yet. Raises `Rejection`."""
    scopes.refuse_large(step, command.variables)
    _refuse_known_id(step, command)
    _refuse_ambiguous(step, command)
    key = step.new_key()
    expires_at_ms = step.now_ms + max(command.time_to_live_ms, 0)
    document = scopes.to_object(command.variables)
    step.emit(
        messages.MessagePublished(
            key, command.name, command.correlation_key, command.message_id, expires_at_ms, document
        )
    )
    message: Message = step.state.shared[Message][key]
    return message


def _bring(step: Step, message: Message) -> None:
    """The message reaches those who wait for it, the longest waiting first; then it begins instances. Each is
    reached when all that it has brought about before is at rest.
    """
    in_turn = conversations.waiting_processes(step.state, message.name, message.correlation_key)
    meant = _processes_meant(step, message, in_turn)
    if in_turn:
        _reach_one(step, message, in_turn[0])
    for process_id in in_turn[1:]:
        step.at_rest(Arrival(_reach_next, message.key, about=process_id))
    about = msgspec.json.encode(meant).decode() if meant else ""
    last = Arrival(_end_rest if meant else _begin_rest, message.key, about=about)
    if len(in_turn) > 1:
        step.at_rest(last)
    else:
        last.reach(step, last)


def _processes_meant(step: Step, message: Message, in_turn: list[str]) -> list[str]:
    """Of the processes that it is to reach, those where one is to have it who waits by instance. If one of
    these is reached, it begins nothing, as in Camunda 7.
    """
    if not step.state.indexed[MessageStart].get(message.name):
        return []
    first = ((process_id, _receiver(step, message, process_id)) for process_id in in_turn)
    return [process_id for process_id, receiver in first if receiver is not None and receiver[1].by_instance]


def decide_trigger(step: Step, command: TriggerElement) -> TriggeredElement:
    """TriggerElement of our own service: ends a wait as a message would."""
    scopes.refuse_large(step, command.variables)
    instance = step.state.owner_of(ElementInstance, command.key)
    if instance is None or is_swept(step.state, instance, command.key):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to trigger an element instance with key '{command.key}', but no such element was "
            "found",
        )
    course = step.admitted_to(instance)
    is_instance = command.key == instance.key
    waits = [
        subscription
        for subscription in instance.subscriptions.values()
        if (is_instance or subscription.element_instance_key == command.key)
        and course.nodes[subscription.catch_id].drawn_id
        == instance.elements[subscription.element_instance_key].element_id
        and not is_swept(step.state, instance, subscription.element_instance_key)
    ]
    if len(waits) != 1:
        situation = f"{len(waits)} of its elements do; take the key of one" if waits else NONE_WAITS
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected '{command.key}' to be a receive task or a catch event that waits for a message, or a "
            f"process instance with one, but {situation}",
        )
    (wait,) = waits
    node = course.token(wait.element_instance_key).node
    messages.trigger(course, wait, command.variables)
    return TriggeredElement(instance.key, wait.bpmn_process_id, wait.element_instance_key, node.id, node.name)


def expire(step: Step, key: int) -> None:
    """A message's time to live has passed."""
    step.emit(messages.MessageExpired(key))


def start_timer_due(step: Step, timer: StartTimer) -> None:
    """The moment of a start timer has come."""
    beginning.begin(step, timers.start_due(step, timer), {}, start_at=timer.element_id)


def decide_set_start_aside(step: Step, command: SetStartAside) -> bool:
    """The instance is there and quarantined, for a person to look into and release. The timer goes on with
    its next moment.
    """
    timer: StartTimer | None = step.state.shared[StartTimer].get(command.key)
    if timer is None or timer.due_ms != command.due_ms:
        return False
    root = beginning.open_new(step, timers.start_due(step, timer), {}, start_at=timer.element_id)
    root.emit(quarantine.InstanceQuarantined(command.reason))
    return True


def instance_ended(step: Step, process_instance_key: int) -> None:
    """If a message had begun this instance, the next one with its key may begin another."""
    lock = conversations.lock_of(step.state, process_instance_key)
    if lock is None:
        return
    step.emit(messages.StartUnlocked(lock.bpmn_process_id, lock.correlation_key))
    buffered = [
        (message.key, start, message)
        for start in messages.starts_of(step.state, lock.bpmn_process_id)
        if (
            message := conversations.next_unreached(
                step.state, lock.bpmn_process_id, start.message_name, lock.correlation_key
            )
        )
        is not None
    ]
    if buffered:
        _, start, message = min(buffered, key=lambda candidate: candidate[0])
        _begin(step, start, message)


def _reach_next(step: Step, arrival: Arrival) -> None:
    message = step.state.row(Message, arrival.key)
    if message is not None:  # else it is damaged, and reaches nobody
        _reach_one(step, message, arrival.about)


def _begin_rest(step: Step, arrival: Arrival) -> None:
    message = step.state.row(Message, arrival.key)
    if message is not None:
        _begin_all(step, message)


def _end_rest(step: Step, arrival: Arrival) -> None:
    """Older logs do not say for which processes it is meant: then it has reached one of them."""
    message = step.state.row(Message, arrival.key)
    if message is None:
        return
    meant = msgspec.json.decode(arrival.about, type=list[str]) if arrival.about else []
    if meant and conversations.reached_by(step.state, message.key).isdisjoint(meant):
        _begin_all(step, message)
    else:
        _end_unless_kept(step, message)


def _reach_one(step: Step, message: Message, process_id: str) -> None:
    receiver = _receiver(step, message, process_id)
    if receiver is not None:
        instance, subscription = receiver
        messages.receive(step.at(instance), subscription, message)


def _receiver(
    step: Step, message: Message, process_id: str
) -> tuple[InstanceState, MessageSubscription] | None:
    """The instance of a process that has waited longest, not set aside, and not just swept away."""
    for subscription_key in conversations.receivers_of(
        step.state, message.name, message.correlation_key, process_id
    ):
        instance = step.state.owner_of(MessageSubscription, subscription_key)
        subscription = instance.subscriptions.get(subscription_key) if instance is not None else None
        if instance is None or subscription is None or instance.stands_still:
            continue
        if not is_swept(step.state, instance, subscription.element_instance_key):
            return instance, subscription
    return None


def _begin_all(step: Step, message: Message) -> list[tuple[int, str]]:
    """An instance of each process that the message has not reached and that it may begin: key and process id.

    Without a time to live that is its end.
    """
    begun: list[tuple[int, str]] = []
    reached = conversations.reached_by(step.state, message.key)
    for key in sorted(step.state.indexed[MessageStart].get(message.name, ())):
        start: MessageStart = step.state.shared[MessageStart][key]
        if start.definition_key in step.state.shared[SuspendedDefinition]:
            continue
        if start.bpmn_process_id not in reached and not _is_locked(
            step, start.bpmn_process_id, message.correlation_key
        ):
            begun.append((_begin(step, start, message), start.bpmn_process_id))
    _end_unless_kept(step, message)
    return begun


def _end_unless_kept(step: Step, message: Message) -> None:
    if message.expires_at_ms <= step.now_ms:
        step.emit(messages.MessageExpired(message.key))


def _begin(step: Step, start: MessageStart, message: Message) -> int:
    """A message begins an instance; answers its key."""
    definition = step.state.definitions[start.definition_key]
    root = beginning.begin(step, definition, messages.values_of(message), start_at=start.element_id)
    root.emit(messages.MessageCorrelated(message.key, start.bpmn_process_id, root.key, message.name))
    if message.correlation_key:
        root.emit(messages.StartLocked(start.bpmn_process_id, message.correlation_key, root.key))
    return root.key


def _is_locked(step: Step, process_id: str, correlation_key: str) -> bool:
    return bool(correlation_key) and (step.state.row(StartLock, (process_id, correlation_key)) is not None)


def _refuse_ambiguous(step: Step, command: PublishMessage) -> None:
    """Without a key, and with nothing to begin or to keep, a message that several wait for reaches nobody."""
    is_for_others = command.time_to_live_ms > 0 or step.state.indexed[MessageStart].get(command.name)
    if command.correlation_key or is_for_others:
        return
    if conversations.do_several_wait(step.state, command.name):
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected one element to wait for the message '{command.name}', but several do; say which by "
            "the correlation key: that of the process instance, or its business key",
        )


def _refuse_known_id(step: Step, command: PublishMessage) -> None:
    if conversations.is_published(step.state, command.name, command.correlation_key, command.message_id):
        raise Rejection(
            RejectionType.ALREADY_EXISTS,
            f"Expected to publish a new message with id '{command.message_id}', but a message with that id "
            "was already published",
        )


COMING = {"reach next": _reach_next, "begin rest": _begin_rest, "end message": _end_rest}
COMMANDS = {
    PublishMessage: decide_publish,
    CorrelateMessage: decide_correlate,
    TriggerElement: decide_trigger,
    SetStartAside: decide_set_start_aside,
}
