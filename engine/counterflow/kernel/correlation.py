"""How messages reach those who wait for them, and begin instances where a start event waits.

A message that is published reaches, of every process, at most one instance that waits for it, the one that has waited
longest; and it begins an instance of those processes with such a start event that it has not reached. What is not reached
now may be later, until the message expires. When an instance that a message has begun ends, the next message with the same
key may begin one.
"""

from __future__ import annotations

from counterflow.kernel import arrivals, instances, messages, starts, variables
from counterflow.kernel.records import Command, Rejection, RejectionType
from counterflow.kernel.rows import Message, MessageStart, StartLock, StartTimer
from counterflow.kernel.step import Step


class PublishMessage(Command, frozen=True, kw_only=True, gc=False):
    """A message from outside. Without a time to live it reaches those who wait now, or nobody. Answers its key."""

    name: str
    correlation_key: str
    message_id: str = ""
    time_to_live_ms: int = 0
    variables: dict[str, bytes]


def decide_publish(step: Step, command: PublishMessage) -> int:
    """PublishMessage of the gateway."""
    variables.refuse_large(step, command.variables)
    _refuse_known_id(step, command)
    key = step.new_key()
    expires_at_ms = step.now_ms + max(command.time_to_live_ms, 0)
    document = variables.to_object(command.variables)
    step.emit(messages.MessagePublished(key, command.name, command.correlation_key, command.message_id, expires_at_ms, document))
    message: Message = step.state.shared[Message][key]
    reached = _reach_waiting(step, message)
    for start in sorted(step.state.message_starts.get(message.name, {}).values(), key=lambda start: start.key):
        if start.bpmn_process_id not in reached and not _is_locked(step, start.bpmn_process_id, message.correlation_key):
            _begin(step, start, message)
    step.instance = None
    if command.time_to_live_ms <= 0:
        step.emit(messages.MessageExpired(key))
    return key


def expire(step: Step, key: int) -> None:
    """A message's time to live has passed."""
    step.instance = None
    step.emit(messages.MessageExpired(key))


def start_timer_due(step: Step, timer: StartTimer) -> None:
    """The moment of a start timer has come."""
    step.instance = None
    instances.begin(step, starts.trigger(step, timer), {}, start_at=timer.element_id)


def instance_ended(step: Step, process_instance_key: int) -> None:
    """If a message had begun this instance, the next one with its key may begin another."""
    lock: StartLock | None = step.state.lock_of.get(process_instance_key)
    if lock is None:
        return
    step.instance = None
    step.emit(messages.StartUnlocked(lock.bpmn_process_id, lock.correlation_key))
    found = [
        (message.key, start, message)
        for start in starts.messages_of(step.state, lock.bpmn_process_id)
        if (message := messages.next_buffered(step.state, lock.bpmn_process_id, start.message_name, lock.correlation_key)) is not None
    ]
    if found:
        _, start, message = min(found, key=lambda candidate: candidate[0])
        _begin(step, start, message)


def _reach_waiting(step: Step, message: Message) -> set[str]:
    reached: set[str] = set()
    receivers = step.state.receivers.get((message.name, message.correlation_key), {})
    for subscription_key, (instance_key, process_id) in sorted(receivers.items()):
        instance = step.state.instance(instance_key) if process_id not in reached else None
        subscription = instance.subscriptions.get(subscription_key) if instance is not None else None
        if instance is None or subscription is None or instance.quarantine is not None:
            continue  # set aside, or swept away with the call activity that this message has just interrupted
        reached.add(process_id)
        step.instance = instance
        step.emit(messages.MessageCorrelated(message.key, process_id, subscription_key))
        arrivals.message_came(step, subscription, messages.values_of(message))
    step.instance = None
    return reached


def _begin(step: Step, start: MessageStart, message: Message) -> None:
    definition = step.state.definitions[start.definition_key]
    header = instances.begin(step, definition, messages.values_of(message), start_at=start.element_id)
    step.emit(messages.MessageCorrelated(message.key, start.bpmn_process_id, header.key))
    if message.correlation_key:
        step.emit(messages.StartLocked(start.bpmn_process_id, message.correlation_key, header.key))


def _is_locked(step: Step, process_id: str, correlation_key: str) -> bool:
    return bool(correlation_key) and (process_id, correlation_key) in step.state.shared[StartLock]


def _refuse_known_id(step: Step, command: PublishMessage) -> None:
    if not command.message_id:
        return
    for key in step.state.buffered.get((command.name, command.correlation_key), ()):
        message: Message = step.state.shared[Message][key]
        if message.message_id == command.message_id:
            raise Rejection(
                RejectionType.ALREADY_EXISTS,
                f"Expected to publish a new message with id '{command.message_id}', but a message with that id was already published",
            )


COMMANDS = {PublishMessage: decide_publish}
