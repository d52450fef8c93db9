"""What is persisted: one frozen struct per table, the only shapes that state is kept in, in memory and on disk alike.

Appliers never change a row in place, they put a new one; so a row handed to the writer thread is a snapshot for good.
Fields are scalars (int, str, bytes, None); JSON values stay the bytes they arrived as. Keys are 64-bit
(`partition << 51 | counter`), positions count events from the beginning of the log, times are epoch milliseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar

import msgspec


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of some table. `table` and `key_fields` say where it lives; `instance_field` is the column that groups rows
    by process instance, empty for tables that belong to none."""

    table: ClassVar[str] = ""
    key_fields: ClassVar[tuple[str, ...]] = ("key",)
    instance_field: ClassVar[str] = "process_instance_key"


class Partition(Row, frozen=True, gc=False):
    """The counters of a partition: the last key given and the position of the last event written."""

    table: ClassVar[str] = "partition"
    key_fields: ClassVar[tuple[str, ...]] = ("id",)
    instance_field: ClassVar[str] = ""

    id: int
    last_key: int
    last_position: int


class Resource(Row, frozen=True, gc=False):
    """A deployed file, byte for byte. `checksum` is the SHA-256 of `content`."""

    table: ClassVar[str] = "resource"
    instance_field: ClassVar[str] = ""

    key: int
    name: str
    checksum: bytes
    content: bytes


class ProcessDefinition(Row, frozen=True, gc=False):
    """One version of a process. Versions count from 1 per `bpmn_process_id`."""

    table: ClassVar[str] = "process_definition"
    instance_field: ClassVar[str] = ""

    key: int
    bpmn_process_id: str
    version: int
    version_tag: str | None
    resource_key: int
    resource_name: str
    checksum: bytes
    deployment_key: int
    deployed_at_ms: int


class DecisionRequirements(Row, frozen=True, gc=False):
    """One version of a decision model (a DMN file). Versions count from 1 per `requirements_id`.

    `imported_keys` are the keys of the versions that it imports, a JSON array.
    """

    table: ClassVar[str] = "decision_requirements"
    instance_field: ClassVar[str] = ""

    key: int
    requirements_id: str
    name: str
    version: int
    resource_key: int
    resource_name: str
    checksum: bytes
    imported_keys: str
    deployment_key: int
    deployed_at_ms: int


class DecisionDefinition(Row, frozen=True, gc=False):
    """One version of a decision, in the decision model `requirements_key`. Versions count from 1 per `decision_id`."""

    table: ClassVar[str] = "decision_definition"
    instance_field: ClassVar[str] = ""

    key: int
    decision_id: str
    name: str
    version: int
    version_tag: str | None
    requirements_key: int
    deployment_key: int
    deployed_at_ms: int


class BoundDecision(Row, frozen=True, gc=False):
    """The version of a decision that processes of one deployment mean when they are bound to what was deployed with them."""

    table: ClassVar[str] = "bound_decision"
    key_fields: ClassVar[tuple[str, ...]] = ("deployment_key", "decision_id")
    instance_field: ClassVar[str] = ""

    deployment_key: int
    decision_id: str
    decision_key: int


class ProcessInstance(Row, frozen=True, gc=False):
    """One run of a definition. `state` is `active`, `completed` or `terminated`; the row stays when the run has ended.

    `parent_element_key` is the call activity that called it, in the instance `parent_instance_key`; 0 if nothing did.
    `start_at` names the elements at which it begins, one a line, where that is not the none start event.
    """

    table: ClassVar[str] = "process_instance"
    instance_field: ClassVar[str] = "key"

    key: int
    definition_key: int
    bpmn_process_id: str
    version: int
    state: str
    started_at_ms: int
    ended_at_ms: int | None = None
    parent_element_key: int = 0
    parent_instance_key: int = 0
    call_depth: int = 0
    start_at: str | None = None


class ElementInstance(Row, frozen=True, gc=False):
    """A token at an element. The process itself is one too, with the key of its process instance and `scope_key` 0.

    `undo_key` is set on a compensation handler: the undo record it works off. `compensated_scope_key` is set on a
    compensation event sub-process: the completed sub-process whose inner undo a throw inside it reaches.
    `interrupted` marks a scope whose tokens were swept away by an interrupting event sub-process.
    `loop_counter` is -1 on the body of a multi-instance activity and counts its instances from 1. `triggered` marks an
    event that has happened before its element was entered (after an event-based gateway), and a scope whose content is
    entered from outside (start instructions). `called_instance_key` is the process instance that a call activity has
    called. `result` keeps what the element's job returned, where the model wants it offered to the handler. `held` names
    the variables of its own (a JSON array) that are to leave a completing element and found no room outside.
    """

    table: ClassVar[str] = "element_instance"

    key: int
    process_instance_key: int
    scope_key: int
    element_id: str
    state: str
    activated_position: int = 0
    undo_key: int = 0
    compensated_scope_key: int = 0
    interrupted: bool = False
    loop_counter: int = 0
    triggered: bool = False
    called_instance_key: int = 0
    result: bytes | None = None
    held: bytes | None = None


class Variable(Row, frozen=True, gc=False):
    """A variable of a scope; `value` is JSON text."""

    table: ClassVar[str] = "variable"
    key_fields: ClassVar[tuple[str, ...]] = ("scope_key", "name")

    scope_key: int
    name: str
    process_instance_key: int
    value: bytes


class Job(Row, frozen=True, gc=False):
    """Work for a worker. `due_ms` is the one moment it waits for: the deadline when activated, the end of the back-off
    when backing off, None otherwise. `headers` is a JSON object where they are not the same for every job of the task."""

    table: ClassVar[str] = "job"

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    type: str
    state: str
    retries: int
    worker: str = ""
    due_ms: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    headers: bytes | None = None


class Loop(Row, frozen=True, gc=False):
    """How far a multi-instance activity has come: how many instances there are to be, how many have completed."""

    table: ClassVar[str] = "loop"
    key_fields: ClassVar[tuple[str, ...]] = ("element_instance_key",)

    element_instance_key: int
    process_instance_key: int
    total: int
    completed: int = 0


class LoopItems(Row, frozen=True, gc=False):
    """The items that a sequential multi-instance activity goes through, a JSON array."""

    table: ClassVar[str] = "loop_items"
    key_fields: ClassVar[tuple[str, ...]] = ("element_instance_key",)

    element_instance_key: int
    process_instance_key: int
    items: bytes


class LoopOutput(Row, frozen=True, gc=False):
    """What one instance of a multi-instance activity gave, JSON text; `loop_counter` is its place, from 1."""

    table: ClassVar[str] = "loop_output"
    key_fields: ClassVar[tuple[str, ...]] = ("element_instance_key", "loop_counter")

    element_instance_key: int
    loop_counter: int
    process_instance_key: int
    value: bytes


class Timer(Row, frozen=True, gc=False):
    """A moment that an element instance waits for, on behalf of the event `catch_id`. `repetitions` more follow it, each
    `interval` later (ISO 8601, `<begin>/<duration>` where the calendar counts; or cron); negative means without end."""

    table: ClassVar[str] = "timer"

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class MessageSubscription(Row, frozen=True, gc=False):
    """A message that an element instance waits for, on behalf of the event `catch_id`."""

    table: ClassVar[str] = "message_subscription"

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    bpmn_process_id: str
    message_name: str
    correlation_key: str


class StartTimer(Row, frozen=True, gc=False):
    """A moment at which an instance of a definition begins, at its start event `element_id`."""

    table: ClassVar[str] = "start_timer"
    instance_field: ClassVar[str] = ""

    key: int
    definition_key: int
    element_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class MessageStart(Row, frozen=True, gc=False):
    """A message with which an instance of a definition begins, at its start event `element_id`."""

    table: ClassVar[str] = "message_start"
    instance_field: ClassVar[str] = ""

    key: int
    definition_key: int
    bpmn_process_id: str
    element_id: str
    message_name: str


class Message(Row, frozen=True, gc=False):
    """A published message that may still find a receiver until `expires_at_ms`. `variables` is a JSON object."""

    table: ClassVar[str] = "message"
    instance_field: ClassVar[str] = ""

    key: int
    name: str
    correlation_key: str
    message_id: str
    expires_at_ms: int
    variables: bytes


class MessageCorrelation(Row, frozen=True, gc=False):
    """A buffered message has reached a process: it will not reach that process again."""

    table: ClassVar[str] = "message_correlation"
    key_fields: ClassVar[tuple[str, ...]] = ("message_key", "bpmn_process_id")
    instance_field: ClassVar[str] = ""

    message_key: int
    bpmn_process_id: str


class StartLock(Row, frozen=True, gc=False):
    """The running instance that a message with this correlation key began: until it ends no other message begins one."""

    table: ClassVar[str] = "start_lock"
    key_fields: ClassVar[tuple[str, ...]] = ("bpmn_process_id", "correlation_key")
    instance_field: ClassVar[str] = ""

    bpmn_process_id: str
    correlation_key: str
    process_instance_key: int


class Incident(Row, frozen=True, gc=False):
    """Something a person must mend before an instance goes on. `job_key` is 0 where no job is concerned."""

    table: ClassVar[str] = "incident"

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    job_key: int
    error_type: str
    message: str
    created_at_ms: int


class UndoRecord(Row, frozen=True, gc=False):
    """A completed activity that can still be undone (or a completed sub-process with such activities inside).

    The positions are those of its activation and completion in the event log: the interval that mirror order compares.
    `state` is `available`, `taken` (by the throw `throw_key`, waiting for its turn) or `started` (`handler_key` runs).
    `handler` is the id of the activity that undoes it, empty for a container: a completed sub-process that only leads to
    the records inside it (`state` is `container`). `variables` is the JSON object of a completed sub-process's local
    variables; `result` what the activity's job returned.
    """

    table: ClassVar[str] = "undo_record"

    key: int
    process_instance_key: int
    scope_key: int
    element_id: str
    element_instance_key: int
    handler: str
    activated_position: int
    completed_position: int
    state: str
    throw_key: int = 0
    handler_key: int = 0
    variables: bytes | None = None
    result: bytes | None = None


class ArrivedToken(Row, frozen=True, gc=False):
    """Tokens that wait at a joining gateway, counted per incoming flow."""

    table: ClassVar[str] = "arrived_token"
    key_fields: ClassVar[tuple[str, ...]] = ("scope_key", "flow_id")

    scope_key: int
    flow_id: str
    process_instance_key: int
    gateway_id: str
    count: int


class Quarantine(Row, frozen=True, gc=False):
    """An instance set aside after a fault of ours: nothing touches it until a person releases or cancels it."""

    table: ClassVar[str] = "quarantine"
    key_fields: ClassVar[tuple[str, ...]] = ("process_instance_key",)

    process_instance_key: int
    reason: str
    since_ms: int


TABLES: tuple[type[Row], ...] = (
    Partition,
    Resource,
    ProcessDefinition,
    DecisionRequirements,
    DecisionDefinition,
    BoundDecision,
    ProcessInstance,
    ElementInstance,
    Variable,
    Job,
    Loop,
    LoopItems,
    LoopOutput,
    Timer,
    MessageSubscription,
    StartTimer,
    MessageStart,
    Message,
    MessageCorrelation,
    StartLock,
    Incident,
    UndoRecord,
    ArrivedToken,
    Quarantine,
)
"""Every table, in the order in which a batch writes them."""

INSTANCE_TABLES: tuple[type[Row], ...] = tuple(table for table in TABLES if table.instance_field)
"""The tables whose rows belong to one process instance and are loaded and put away with it."""


PLACES: dict[type[Row], Callable[[Any], Any]] = {table: attrgetter(*table.key_fields) for table in TABLES}
"""Per table, what names a row's place in it: the value of its key field, or a tuple where the key has several."""


def key_of(row: Row) -> tuple[int | str, ...]:
    """The primary key of a row, as a tuple in the order of its `key_fields`."""
    return as_key(PLACES[type(row)](row))


def as_key(place: Any) -> tuple[int | str, ...]:
    """A place in a table as a primary key."""
    return place if isinstance(place, tuple) else (place,)
