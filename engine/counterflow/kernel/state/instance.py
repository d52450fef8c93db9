"""One process instance in memory: all its rows by key, and the indexes that the rooms ask.

The indexes follow the rows: for every table there is one function that is told of each change as (row before,
row after), so that putting, deleting, rolling back and loading keep them alike. What is asked across
instances is in `indexes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    ArrivedPart,
    ArrivedToken,
    ConditionalSubscription,
    ElementInstance,
    Incident,
    Job,
    LoopOutput,
    MessageSubscription,
    ProcessInstance,
    Quarantine,
    SignalSubscription,
    Timer,
    UndoRecord,
    UserTask,
    Variable,
)
from counterflow.kernel.suspended import Suspension
from counterflow.model.graph import Process

_Group = TypeVar("_Group")
_Member = TypeVar("_Member")
_Value = TypeVar("_Value")

Wait = Timer | MessageSubscription | SignalSubscription | ConditionalSubscription | ArrivedPart
"""What an element waits for."""


class InstanceState:
    """All rows of one process instance, by key, and what the rooms look up in them."""

    __slots__ = (
        "arrived",
        "arrived_in",
        "children",
        "conditions",
        "container_of",
        "damage",
        "elements",
        "header",
        "incident_of",
        "incidents",
        "job_of",
        "jobs",
        "key",
        "lacks",
        "last_batch",
        "loop_outputs",
        "plans",
        "process",
        "quarantine",
        "rows",
        "subscriptions",
        "suspension",
        "timers",
        "undo_by_scope",
        "undo_by_throw",
        "undo_records",
        "user_task_of",
        "variable_bytes",
        "variables",
        "waits_of",
        "weight",
    )

    def __init__(self, key: int) -> None:
        self.key = key
        self.process: Process | None = None
        self.header: ProcessInstance | None = None
        """The process instance's own row; None when there is no such instance."""
        self.quarantine: Quarantine | None = None
        """Why this instance is set aside; None when it is not."""
        self.suspension: Suspension | None = None
        """Since when it is suspended; None when it is not."""
        self.rows: dict[type[Row], dict[Any, Any]] = {table: {} for table in INSTANCE_TABLES}
        self.elements: dict[int, ElementInstance] = self.rows[ElementInstance]
        self.jobs: dict[int, Job] = self.rows[Job]
        self.timers: dict[int, Timer] = self.rows[Timer]
        self.subscriptions: dict[int, MessageSubscription] = self.rows[MessageSubscription]
        self.incidents: dict[int, Incident] = self.rows[Incident]
        self.undo_records: dict[int, UndoRecord] = self.rows[UndoRecord]
        self.arrived: dict[tuple[int, str], ArrivedToken] = self.rows[ArrivedToken]
        """Tokens waiting at joins, by scope and flow."""
        self.children: dict[int, dict[int, None]] = {}
        self.variables: dict[int, dict[str, bytes]] = {}
        self.variable_bytes: dict[int, int] = {}
        self.arrived_in: dict[int, dict[str, dict[str, None]]] = {}
        """Per scope and join, the flows on which tokens wait."""
        self.job_of: dict[int, int] = {}
        self.user_task_of: dict[int, int] = {}
        self.waits_of: dict[int, dict[int, type[Row]]] = {}
        """Per waiting element instance, the keys of its timers and subscriptions, with their table."""
        self.conditions: dict[int, dict[str, dict[int, None]]] = {}
        """Per scope and name of a variable, the keys of the conditions that a change of it asks. Those that
        any change counts for stand under no name.
        """
        self.incident_of: dict[int, dict[int, None]] = {}
        self.undo_by_scope: dict[int, dict[int, None]] = {}
        self.undo_by_throw: dict[int, dict[int, None]] = {}
        self.container_of: dict[int, int] = {}
        """Records of completed sub-processes, by the key of the sub-process's element instance."""
        self.loop_outputs: dict[int, dict[int, None]] = {}
        """Per multi-instance body, the places of the outputs that are there."""
        self.plans: dict[int, Any] = {}
        """Per element instance, what it works through, derived from rows.

        That is the order of what a throw undoes, the items of a sequential loop. Gone with it and on
        roll-back, derived again when missing.
        """
        self.last_batch = 0
        self.damage = ""
        """What of it is not as it was written, for a person; it is set aside then."""
        self.lacks = 0
        """How many rows it should have besides those that are here, where it is damaged."""
        self.weight = 0
        """What its rows take in memory, in bytes, as they were sealed last."""

    @property
    def stands_still(self) -> bool:
        """Whether nothing of it goes on: it is set aside after a fault, or suspended by a person."""
        return self.quarantine is not None or self.suspension is not None

    @property
    def row_count(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.rows.values())) + self.lacks


# -- indexes: one function per table, told of every change as (row before, row after) ------------------------


def _index_header(instance: InstanceState, old: ProcessInstance | None, new: ProcessInstance | None) -> None:
    instance.header = new
    if old is not None and new is not None and old.definition_key != new.definition_key:
        instance.process = None


def _index_quarantine(instance: InstanceState, old: Quarantine | None, new: Quarantine | None) -> None:
    instance.quarantine = new


def _index_suspension(instance: InstanceState, old: Suspension | None, new: Suspension | None) -> None:
    instance.suspension = new


def _index_element(instance: InstanceState, old: ElementInstance | None, new: ElementInstance | None) -> None:
    if old is None and new is not None:
        instance.children.setdefault(new.scope_key, {})[new.key] = None
    elif new is None and old is not None:
        _remove(instance.children, old.scope_key, old.key)
        instance.plans.pop(old.key, None)


def _index_variable(instance: InstanceState, old: Variable | None, new: Variable | None) -> None:
    row = new if new is not None else old
    if row is None:
        return
    scope = instance.variables.setdefault(row.scope_key, {})
    change = (len(new.value) + len(new.name) if new is not None else 0) - (
        len(old.value) + len(old.name) if old is not None else 0
    )
    instance.variable_bytes[row.scope_key] = instance.variable_bytes.get(row.scope_key, 0) + change
    if new is not None:
        scope[new.name] = new.value
    else:
        del scope[row.name]
        if not scope:
            del instance.variables[row.scope_key], instance.variable_bytes[row.scope_key]


def _index_job(instance: InstanceState, old: Job | None, new: Job | None) -> None:
    if new is not None:
        instance.job_of[new.element_instance_key] = new.key
    elif old is not None:
        instance.job_of.pop(old.element_instance_key, None)


def _index_user_task(instance: InstanceState, old: UserTask | None, new: UserTask | None) -> None:
    if new is not None:
        instance.user_task_of[new.element_instance_key] = new.key
    elif old is not None:
        instance.user_task_of.pop(old.element_instance_key, None)


def _index_wait(instance: InstanceState, old: Wait | None, new: Wait | None) -> None:
    if new is not None:
        instance.waits_of.setdefault(new.element_instance_key, {})[new.key] = type(new)
    elif old is not None:
        _remove(instance.waits_of, old.element_instance_key, old.key)


def _index_conditional(
    instance: InstanceState, old: ConditionalSubscription | None, new: ConditionalSubscription | None
) -> None:
    """What waits stands in every scope around it as well: these are there before it and after it."""
    _index_wait(instance, old, new)
    for row, is_there in ((old, False), (new, True)):
        if row is None:
            continue
        for scope_key in _outwards(instance, row.element_instance_key):
            for name in row.variable_names.split("\n"):
                _enter_condition(instance, scope_key, name, row.key, is_there=is_there)


def _outwards(instance: InstanceState, key: int) -> Iterator[int]:
    while key:
        yield key
        element = instance.elements.get(key)
        key = element.scope_key if element is not None else 0


def _enter_condition(instance: InstanceState, scope_key: int, name: str, key: int, *, is_there: bool) -> None:
    by_name = instance.conditions.setdefault(scope_key, {})
    keys = by_name.setdefault(name, {})
    if is_there:
        keys[key] = None
    else:
        keys.pop(key, None)
    if not keys:
        del by_name[name]
    if not by_name:
        del instance.conditions[scope_key]


def _index_loop_output(instance: InstanceState, old: LoopOutput | None, new: LoopOutput | None) -> None:
    if new is not None:
        instance.loop_outputs.setdefault(new.element_instance_key, {})[new.loop_counter] = None
    elif old is not None:
        _remove(instance.loop_outputs, old.element_instance_key, old.loop_counter)


def _index_incident(instance: InstanceState, old: Incident | None, new: Incident | None) -> None:
    if new is not None:
        instance.incident_of.setdefault(new.element_instance_key, {})[new.key] = None
    elif old is not None:
        _remove(instance.incident_of, old.element_instance_key, old.key)


def _index_undo(instance: InstanceState, old: UndoRecord | None, new: UndoRecord | None) -> None:
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


def _index_arrived(instance: InstanceState, old: ArrivedToken | None, new: ArrivedToken | None) -> None:
    if new is not None:
        waiting = instance.arrived_in.setdefault(new.scope_key, {})
        waiting.setdefault(new.gateway_id, {})[new.flow_id] = None
    elif old is not None:
        waiting = instance.arrived_in[old.scope_key]
        _remove(waiting, old.gateway_id, old.flow_id)
        if not waiting:
            del instance.arrived_in[old.scope_key]


def _remove(index: dict[_Group, dict[_Member, _Value]], group: _Group, key: _Member) -> None:
    members = index[group]
    del members[key]
    if not members:
        del index[group]


InstanceIndexer = Callable[[InstanceState, Any, Any], None]
INDEXERS: dict[type[Row], InstanceIndexer] = {
    ProcessInstance: _index_header,
    Quarantine: _index_quarantine,
    Suspension: _index_suspension,
    ElementInstance: _index_element,
    Variable: _index_variable,
    Job: _index_job,
    UserTask: _index_user_task,
    LoopOutput: _index_loop_output,
    **{table: _index_wait for table in INSTANCE_TABLES if "catch_id" in table.__struct_fields__},
    ConditionalSubscription: _index_conditional,
    Incident: _index_incident,
    UndoRecord: _index_undo,
    ArrivedToken: _index_arrived,
}
"""What an instance is asked for otherwise than by key."""
