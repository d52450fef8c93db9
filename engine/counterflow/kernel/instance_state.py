"""One process instance in memory: all its rows by key, and the indexes that the rooms ask.

The indexes follow the rows: for every table there is one function that is told of each change as (row before, row after),
so that putting, deleting, rolling back and loading keep them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from counterflow.kernel.indexes import OldestFirst
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ArrivedToken,
    ElementInstance,
    Incident,
    Job,
    Loop,
    LoopItems,
    LoopOutput,
    MessageSubscription,
    ProcessInstance,
    Quarantine,
    Timer,
    UndoRecord,
    Variable,
)
from counterflow.model.graph import Process

if TYPE_CHECKING:
    from counterflow.kernel.state import State

ACTIVATABLE = "activatable"


class InstanceState:
    """All rows of one process instance, by key, and what the rooms look up in them."""

    __slots__ = (
        "arrived_in",
        "children",
        "container_of",
        "incident_of",
        "job_of",
        "key",
        "last_batch",
        "loop_outputs",
        "plans",
        "process",
        "rows",
        "undo_by_scope",
        "undo_by_throw",
        "variable_bytes",
        "variables",
        "waits_of",
    )

    def __init__(self, key: int) -> None:
        self.key = key
        self.process: Process | None = None
        self.rows: dict[type[Row], dict[Any, Any]] = {table: {} for table in INDEXERS}
        self.children: dict[int, dict[int, None]] = {}
        self.variables: dict[int, dict[str, bytes]] = {}
        self.variable_bytes: dict[int, int] = {}
        self.arrived_in: dict[int, dict[str, None]] = {}
        self.job_of: dict[int, int] = {}
        self.waits_of: dict[int, dict[int, type[Row]]] = {}
        """Per waiting element instance, the keys of its timers and message subscriptions, with their table."""
        self.incident_of: dict[int, dict[int, None]] = {}
        self.undo_by_scope: dict[int, dict[int, None]] = {}
        self.undo_by_throw: dict[int, dict[int, None]] = {}
        self.container_of: dict[int, int] = {}
        """Records of completed sub-processes, by the key of the sub-process's element instance."""
        self.loop_outputs: dict[int, dict[int, None]] = {}
        """Per multi-instance body, the places of the outputs that are there."""
        self.plans: dict[int, Any] = {}
        """Per compensation throw, the derived order of what is left to undo; dropped on roll-back, rebuilt when missing."""
        self.last_batch = 0

    @property
    def header(self) -> ProcessInstance | None:
        """The process instance's own row; None when there is no such instance."""
        row: ProcessInstance | None = self.rows[ProcessInstance].get(self.key)
        return row

    @property
    def elements(self) -> dict[int, ElementInstance]:
        """Element instances by key."""
        return self.rows[ElementInstance]

    @property
    def jobs(self) -> dict[int, Job]:
        """Jobs by key."""
        return self.rows[Job]

    @property
    def timers(self) -> dict[int, Timer]:
        """Timers by key."""
        return self.rows[Timer]

    @property
    def subscriptions(self) -> dict[int, MessageSubscription]:
        """Message subscriptions by key."""
        return self.rows[MessageSubscription]

    @property
    def incidents(self) -> dict[int, Incident]:
        """Incidents by key."""
        return self.rows[Incident]

    @property
    def undo_records(self) -> dict[int, UndoRecord]:
        """Undo records by key."""
        return self.rows[UndoRecord]

    @property
    def arrived(self) -> dict[tuple[int, str], ArrivedToken]:
        """Tokens waiting at joins, by scope and flow."""
        return self.rows[ArrivedToken]

    @property
    def quarantine(self) -> Quarantine | None:
        """Why this instance is set aside; None when it is not."""
        row: Quarantine | None = self.rows[Quarantine].get(self.key)
        return row


# -- indexes: one function per table, told of every change as (row before, row after) ---------------------------------


def _index_nothing(state: State, instance: InstanceState, old: Any, new: Any) -> None:
    """Tables that are only ever asked by key."""


def _index_element(state: State, instance: InstanceState, old: ElementInstance | None, new: ElementInstance | None) -> None:
    if old is None and new is not None:
        instance.children.setdefault(new.scope_key, {})[new.key] = None
        state.owners[new.key] = instance.key
    elif new is None and old is not None:
        _remove(instance.children, old.scope_key, old.key)
        state.owners.pop(old.key, None)


def _index_variable(state: State, instance: InstanceState, old: Variable | None, new: Variable | None) -> None:
    row = new if new is not None else old
    if row is None:
        return
    scope = instance.variables.setdefault(row.scope_key, {})
    change = (len(new.value) + len(new.name) if new is not None else 0) - (len(old.value) + len(old.name) if old is not None else 0)
    instance.variable_bytes[row.scope_key] = instance.variable_bytes.get(row.scope_key, 0) + change
    if new is not None:
        scope[new.name] = new.value
    else:
        del scope[row.name]
        if not scope:
            del instance.variables[row.scope_key], instance.variable_bytes[row.scope_key]


def _index_job(state: State, instance: InstanceState, old: Job | None, new: Job | None) -> None:
    if new is None and old is not None:
        instance.job_of.pop(old.element_instance_key, None)
        state.owners.pop(old.key, None)
    elif new is not None:
        instance.job_of[new.element_instance_key] = new.key
        state.owners[new.key] = instance.key
    index_waiting(state, old, new if instance.quarantine is None else None)


def index_waiting(state: State, old: Job | None, new: Job | None) -> None:
    """Follow which jobs can be taken, and which are due when."""
    if old is not None:
        if old.state == ACTIVATABLE:
            state.ready[old.type].discard(old.key)
        if old.due_ms is not None:
            state.due.discard(old.key)
    if new is not None:
        if new.state == ACTIVATABLE:
            queue = state.ready.get(new.type)
            if queue is None:
                queue = state.ready[new.type] = OldestFirst()
            queue.add(new.key)
            state.newly_ready.append((new.type, new.key))
        if new.due_ms is not None:
            state.due.set(new.key, new.due_ms, Job)


def _index_quarantine(state: State, instance: InstanceState, old: Quarantine | None, new: Quarantine | None) -> None:
    """Nothing of an instance that is set aside is offered or comes due. What it has kept from coming due elsewhere may go on."""
    if new is None:
        state.due.take_up()
    for job in instance.jobs.values():
        if new is not None:
            index_waiting(state, job, None)
        else:
            index_waiting(state, None, job)
    for timer in instance.timers.values():
        if new is not None:
            state.due.discard(timer.key)
        else:
            state.due.set(timer.key, timer.due_ms, Timer)


def _index_timer(state: State, instance: InstanceState, old: Timer | None, new: Timer | None) -> None:
    _index_wait(state, instance, old or new, Timer, is_there=new is not None)
    if new is not None and instance.quarantine is None:
        state.due.set(new.key, new.due_ms, Timer)
    elif old is not None:
        state.due.discard(old.key)


def _index_subscription(state: State, instance: InstanceState, old: MessageSubscription | None, new: MessageSubscription | None) -> None:
    _index_wait(state, instance, old or new, MessageSubscription, is_there=new is not None)
    index_receiver(state, old, new)


def _index_wait(
    state: State, instance: InstanceState, row: Timer | MessageSubscription | None, table: type[Row], *, is_there: bool
) -> None:
    if row is None:
        return
    if is_there:
        instance.waits_of.setdefault(row.element_instance_key, {})[row.key] = table
        state.owners[row.key] = instance.key
    else:
        _remove(instance.waits_of, row.element_instance_key, row.key)
        state.owners.pop(row.key, None)


def index_receiver(state: State, old: MessageSubscription | None, new: MessageSubscription | None) -> None:
    """Follow who receives which message."""
    if old is not None:
        waiting = state.receivers.get((old.message_name, old.correlation_key), {})
        if old.bpmn_process_id in waiting:
            waiting[old.bpmn_process_id].discard(old.key)
            if not waiting[old.bpmn_process_id]:
                del waiting[old.bpmn_process_id]
            if not waiting:
                del state.receivers[old.message_name, old.correlation_key]
        state.instance_of_receiver.pop(old.key, None)
    if new is not None:
        by_process = state.receivers.setdefault((new.message_name, new.correlation_key), {})
        keys = by_process.get(new.bpmn_process_id)
        if keys is None:
            keys = by_process[new.bpmn_process_id] = OldestFirst()
        keys.add(new.key)
        state.instance_of_receiver[new.key] = new.process_instance_key


def _index_loop_output(state: State, instance: InstanceState, old: LoopOutput | None, new: LoopOutput | None) -> None:
    if new is not None:
        instance.loop_outputs.setdefault(new.element_instance_key, {})[new.loop_counter] = None
    elif old is not None:
        _remove(instance.loop_outputs, old.element_instance_key, old.loop_counter)


def _index_incident(state: State, instance: InstanceState, old: Incident | None, new: Incident | None) -> None:
    if new is not None:
        instance.incident_of.setdefault(new.element_instance_key, {})[new.key] = None
        state.owners[new.key] = instance.key
    elif old is not None:
        _remove(instance.incident_of, old.element_instance_key, old.key)
        state.owners.pop(old.key, None)


def _index_undo(state: State, instance: InstanceState, old: UndoRecord | None, new: UndoRecord | None) -> None:
    if old is not None:
        _remove(instance.undo_by_scope, old.scope_key, old.key)
        if old.throw_key:
            _remove(instance.undo_by_throw, old.throw_key, old.key)
        if old.variables is not None:
            del instance.container_of[old.element_instance_key]
    if new is not None:
        instance.undo_by_scope.setdefault(new.scope_key, {})[new.key] = None
        if new.throw_key:
            instance.undo_by_throw.setdefault(new.throw_key, {})[new.key] = None
        if new.variables is not None:
            instance.container_of[new.element_instance_key] = new.key


def _index_arrived(state: State, instance: InstanceState, old: ArrivedToken | None, new: ArrivedToken | None) -> None:
    if new is not None:
        instance.arrived_in.setdefault(new.scope_key, {})[new.flow_id] = None
    elif old is not None:
        _remove(instance.arrived_in, old.scope_key, old.flow_id)


def _remove(index: dict[int, dict[Any, Any]], group: int, key: int | str) -> None:
    members = index[group]
    del members[key]
    if not members:
        del index[group]


INDEXERS: dict[type[Row], Callable[[State, InstanceState, Any, Any], None]] = {
    ProcessInstance: _index_nothing,
    ElementInstance: _index_element,
    Variable: _index_variable,
    Job: _index_job,
    Loop: _index_nothing,
    LoopItems: _index_nothing,
    LoopOutput: _index_loop_output,
    Timer: _index_timer,
    MessageSubscription: _index_subscription,
    Incident: _index_incident,
    UndoRecord: _index_undo,
    ArrivedToken: _index_arrived,
    Quarantine: _index_quarantine,
}
