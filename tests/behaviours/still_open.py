"""What is still open in a store: whatever something may come of, by the names that a trace has for keys.

What nothing is waited for at is named too: an element without a job, an event, an incident or anything inside
it would be stuck, and a trace should show that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ArrivedPart,
    ArrivedToken,
    ConditionalStart,
    ConditionalSubscription,
    ElementInstance,
    Incident,
    Job,
    Message,
    MessageCorrelation,
    MessageStart,
    MessageSubscription,
    ProcessInstance,
    Quarantine,
    SignalStart,
    SignalSubscription,
    StartLock,
    StartTimer,
    Timer,
    UndoRecord,
    UserTask,
)
from counterflow.kernel.unfinished import WaitingWork
from counterflow.store.port import Store
from counterflow.testing import EPOCH_MS

Names = Mapping[int, str]
Waking = (
    Job | UserTask | Incident | Timer | MessageSubscription | SignalSubscription | ConditionalSubscription
)


def moment(at_ms: int) -> str:
    """A moment as seconds since the engine began: `+5s`."""
    return f"{(at_ms - EPOCH_MS) / 1000:+.15g}s"


def things_open(store: Store, names: Names) -> Iterator[str]:
    """A text for each thing, kind after kind, within each from the oldest to the newest."""
    yield from (f"{names[element.key]}, {element.state}" for element in _idle(store))
    for table, told in _TOLD.items():
        for row in store.scan(table, {}):
            yield told(row, names)
    for message in store.scan(Message, {}):
        yield f"{names[message.key]}, expires {moment(message.expires_at_ms)}{_reached(store, message.key)}"


def _idle(store: Store) -> list[ElementInstance]:
    """Element instances with nothing inside or beside them that could wake them up."""
    elements = store.scan(ElementInstance, {})
    busy = {element.scope_key for element in elements}
    busy |= {row.parent_element_key for row in store.scan(ProcessInstance, {}) if row.state == "active"}
    for waking in get_args(Waking):
        busy |= {row.element_instance_key for row in _rows(store, waking)}
    busy |= {token.scope_key for token in store.scan(ArrivedToken, {})}
    busy |= {work.at_key for work in store.scan(WaitingWork, {})}
    busy |= {record.throw_key for record in store.scan(UndoRecord, {})}
    return [element for element in elements if element.key not in busy]


def _rows(store: Store, table: type[Waking]) -> Sequence[Waking]:
    return store.scan(table, {})


def _reached(store: Store, message_key: int) -> str:
    reached = store.scan(MessageCorrelation, {"message_key": message_key})
    return "".join(f", has reached {row.bpmn_process_id}" for row in reached)


def _job(job: Job, names: Names) -> str:
    state = "" if job.state == "activatable" else f", {job.state.replace('_', ' ')}"
    return f"{names[job.key]}{state}{_due(job.due_ms)}"


def _user_task(task: UserTask, names: Names) -> str:
    return f"{names[task.key]}, {f'assigned to {task.assignee}' if task.assignee else 'nobody has it'}"


def _incident(incident: Incident, names: Names) -> str:
    return f"{names[incident.key]}, {incident.error_type}"


def _timer(timer: Timer | StartTimer, names: Names) -> str:
    return f"{names[timer.key]}{_due(timer.due_ms)}"


def _listening(subscription: SignalSubscription, names: Names) -> str:
    at = names[subscription.element_instance_key]
    place = "" if at == subscription.catch_id else f" at {at}"
    return f"{names[subscription.key]}{place}, signal {subscription.signal_name}"


def _asking(subscription: ConditionalSubscription, names: Names) -> str:
    at = names[subscription.element_instance_key]
    place = "" if at == subscription.catch_id else f" at {at}"
    asked_for = ", ".join(subscription.variable_names.split("\n")) or "anything"
    return f"{names[subscription.key]}{place}, asked for {asked_for}"


def _subscription(subscription: MessageSubscription, names: Names) -> str:
    at = names[subscription.element_instance_key]
    place = "" if at == subscription.catch_id else f" at {at}"
    key = f", correlation key {subscription.correlation_key}" if subscription.correlation_key else ""
    return f"{names[subscription.key]}{place}{key}"


def _part(part: ArrivedPart, names: Names) -> str:
    return f"{names[part.key]} at {names[part.element_instance_key]}"


def _token(token: ArrivedToken, names: Names) -> str:
    count = f" ({token.count} of them)" if token.count > 1 else ""
    return f"token at {token.gateway_id} in {names[token.scope_key]} from {token.flow_id}{count}"


def _undo(record: UndoRecord, names: Names) -> str:
    return f"{names[record.key]}{'' if record.state == 'container' else f', {record.state}'}"


def _start(start: MessageStart, names: Names) -> str:
    return f"{names[start.key]}, message {start.message_name}"


def _signal_start(start: SignalStart, names: Names) -> str:
    return f"{names[start.key]}, signal {start.signal_name}"


def _conditional_start(start: ConditionalStart, names: Names) -> str:
    return f"{names[start.key]}, by its condition"


def _lock(lock: StartLock, names: Names) -> str:
    key = lock.correlation_key
    return f"lock on starts of {lock.bpmn_process_id} by {key}, held by {names[lock.process_instance_key]}"


def _quarantine(quarantine: Quarantine, names: Names) -> str:
    return f"quarantine of {names[quarantine.process_instance_key]}"


def _waiting_work(work: WaitingWork, names: Names) -> str:
    return f"{names[work.key]}, when {names[work.swept_key]} is swept away"


def _due(due_ms: int | None) -> str:
    return "" if due_ms is None else f", due {moment(due_ms)}"


_TOLD: Mapping[type[Row], Callable[[Any, Names], str]] = {
    Job: _job,
    UserTask: _user_task,
    Incident: _incident,
    Timer: _timer,
    MessageSubscription: _subscription,
    SignalSubscription: _listening,
    ConditionalSubscription: _asking,
    ArrivedPart: _part,
    ArrivedToken: _token,
    UndoRecord: _undo,
    StartTimer: _timer,
    MessageStart: _start,
    SignalStart: _signal_start,
    ConditionalStart: _conditional_start,
    StartLock: _lock,
    Quarantine: _quarantine,
    WaitingWork: _waiting_work,
}
