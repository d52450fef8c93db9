"""What is persisted: one frozen struct per table, the only shapes that state is kept in. They are the same in
memory and on disk.

A row is described here and nowhere else: what names it, where it is at home, what leads to it. The state, the
stores and the tables of a database follow from that (only migrations spell tables out: they are history).

Appliers never change a row in place, they put a new one; so a row handed to the writer thread is a snapshot
for good. Fields are scalars (int, str, bytes, bool, None); JSON values stay the bytes they arrived as. Keys
are 64-bit (`partition << 51 | counter`), positions count events from the beginning of the log, times are
epoch milliseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from counterflow.kernel import ended as _ended  # noqa: F401 - its tables are among those of a database
from counterflow.kernel import suspended as _suspended  # noqa: F401 - its tables are among those of a database
from counterflow.kernel import unfinished as _unfinished  # noqa: F401 - its tables are among those of a database
from counterflow.kernel.row import Home, Row, by, stored

DEFAULT_TENANT = "<default>"
"""Whose everything is that was deployed, begun or published for nobody in particular."""


@stored(Home.STORE, key=("id",))
class Partition(Row, frozen=True, gc=False):
    """The counters of a partition: the last key given and the position of the last event written."""

    id: int
    last_key: int
    last_position: int


@stored(Home.STORE)
class Resource(Row, frozen=True, gc=False):
    """A deployed file, byte for byte. `checksum` is the SHA-256 of `content`."""

    key: int
    name: str
    checksum: bytes
    content: bytes


@stored(Home.PARTITION, indexes={"version": ("bpmn_process_id", "version")})
class ProcessDefinition(Row, frozen=True, gc=False):
    """One version of a process. Versions count from 1 per `bpmn_process_id`.

    A deleted one stays for those that run on it, and for the history.
    """

    key: int
    bpmn_process_id: str
    version: int
    version_tag: str | None
    resource_key: int
    resource_name: str
    checksum: bytes
    deployment_key: int
    deployed_at_ms: int
    tenant_id: str = DEFAULT_TENANT
    deleted_at_ms: int | None = None


@stored(Home.PARTITION)
class DecisionRequirements(Row, frozen=True, gc=False):
    """One version of a decision model (a DMN file). Versions count from 1 per `requirements_id`.

    `imported_keys` are the keys of the versions that it imports, a JSON array.
    """

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
    tenant_id: str = DEFAULT_TENANT
    deleted_at_ms: int | None = None


@stored(Home.PARTITION, indexes={"decision": ("decision_id",)})
class DecisionDefinition(Row, frozen=True, gc=False):
    """One version of a decision, in the decision model `requirements_key`. Versions count from 1 per
    `decision_id`.
    """

    key: int
    decision_id: str
    name: str
    version: int
    version_tag: str | None
    requirements_key: int
    deployment_key: int
    deployed_at_ms: int
    tenant_id: str = DEFAULT_TENANT
    deleted_at_ms: int | None = None


@stored(Home.PARTITION, key=("deployment_key", "decision_id"))
class BoundDecision(Row, frozen=True, gc=False):
    """The version of a decision that processes bound to their own deployment mean."""

    deployment_key: int
    decision_id: str
    decision_key: int


@stored(Home.PARTITION, indexes={"version": ("form_id", "version")})
class Form(Row, frozen=True, gc=False):
    """One version of a form. Versions count from 1 per `form_id`."""

    key: int
    form_id: str
    version: int
    version_tag: str | None
    resource_key: int
    resource_name: str
    checksum: bytes
    deployment_key: int
    deployed_at_ms: int
    tenant_id: str = DEFAULT_TENANT


@stored(Home.PARTITION, key=("deployment_key", "form_id"))
class BoundForm(Row, frozen=True, gc=False):
    """The version of a form that processes bound to their own deployment mean."""

    deployment_key: int
    form_id: str
    form_key: int


@stored(
    Home.INSTANCE,
    instance_field="key",
    indexes=by(
        process="bpmn_process_id",
        started="started_at_ms",
        ended="ended_at_ms",
        business="business_id",
        parent="parent_instance_key",
    ),
)
class ProcessInstance(Row, frozen=True, gc=False):
    """One run of a definition. `state` is `active`, `completed` or `terminated`; the row stays when the run
    has ended.

    `parent_element_key` is the call activity that called it, in the instance `parent_instance_key`; 0 if
    nothing did. `start_at` names the elements at which it begins, one a line, where that is not the none
    start event. `tags` and `business_id` are the caller's, the tags one a line; `ends_after` names the
    elements, one a line, with whose end it is to end as well.
    """

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
    tenant_id: str = DEFAULT_TENANT
    tags: str | None = None
    business_id: str | None = None
    ends_after: str | None = None

    @property
    def starts(self) -> Sequence[str]:
        """The ids of the elements at which it begins; empty where that is its none start event."""
        return self.start_at.split("\n") if self.start_at is not None else ()


@stored(Home.INSTANCE, owned=True)
class ElementInstance(Row, frozen=True, gc=False):
    """A token at an element. The process itself is one too, with the key of its process instance and
    `scope_key` 0.

    `undo_key` is set on a compensation handler: the undo record it works off. `compensated_scope_key` is set
    on a compensation event sub-process: the completed sub-process whose inner undo a throw inside it reaches.
    `interrupted` marks a scope whose tokens were swept away by an interrupting event sub-process.
    `loop_counter` is -1 on the body of a multi-instance activity and counts its instances from 1; it is -2 on
    an activation inside an ad-hoc sub-process. `triggered`
    marks an event that has happened before its element was entered (after an event-based gateway), and a
    scope whose content is entered from outside (start instructions). `called_instance_key` is the process
    instance that a call activity has called. `result` keeps what the element's job returned, where the model
    wants it offered to the handler. `held` names the variables of its own (a JSON array) that are to leave a
    completing element and found no room outside, or that an event brought and that are not its own. `phase`
    says how far it has come where something holds it: in leaving, `flows` when its outputs are mapped; before
    its work and after it, `start:1` when one of its start listeners has been gone through (`beforeAll:…`,
    `end:…`).
    """

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
    phase: str = ""
    began_at_ms: int | None = None


@stored(Home.INSTANCE, key=("scope_key", "name"))
class Variable(Row, frozen=True, gc=False):
    """A variable of a scope; `value` is JSON text."""

    scope_key: int
    name: str
    process_instance_key: int
    value: bytes


@stored(
    Home.INSTANCE,
    owned=True,
    known_at_start=True,
    stands_still=True,
    indexes={
        "ready": ("type", "state", "key", "process_instance_key"),
        "due": ("due_ms", "key", "process_instance_key"),
    },
)
class Job(Row, frozen=True, gc=False):
    """Work for a worker. `due_ms` is the one moment it waits for: the deadline when activated, the end of the
    back-off when backing off, None otherwise. `headers` is a JSON object where they are not the same for
    every job of the task. `listener_event_type` is the event that it is a listener of; empty where it is the
    element's own work.
    """

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
    tenant_id: str = DEFAULT_TENANT
    listener_event_type: str = ""
    created_at_ms: int | None = None


@stored(Home.INSTANCE, owned=True, indexes={"assignee": ("assignee",), "process": ("bpmn_process_id",)})
class UserTask(Row, frozen=True, gc=False):
    """Work for a person. `state` is `created`, or `assigned` where it has an `assignee`; while its listeners
    are asked it is what is being done to it (`creating`, `completing`, …: `UserTaskTransition`).

    Candidates are JSON arrays of texts; dates are ISO 8601 as they were given, empty where there is none.
    `form_key` is that of a deployed form (0: none); `external_form` is what the model calls one that is not.
    """

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    bpmn_process_id: str
    state: str
    assignee: str
    candidate_groups: str
    candidate_users: str
    due_date: str
    follow_up_date: str
    priority: int
    form_key: int
    external_form: str
    created_at_ms: int
    tenant_id: str = DEFAULT_TENANT


@stored(
    Home.INSTANCE,
    key=("user_task_key", "kind", "name"),
    indexes={"offered": ("kind", "name", "user_task_key")},
)
class UserTaskCandidate(Row, frozen=True, gc=False):
    """Somebody who may take a user task: a `group` or a `user`, by name. So their tasks are found."""

    user_task_key: int
    kind: str
    name: str
    process_instance_key: int


@stored(
    Home.STORE,
    indexes=by(assignee="assignee", process="bpmn_process_id", instance="process_instance_key"),
)
class EndedUserTask(Row, frozen=True, gc=False):
    """What has become of a user task: `completed` or `canceled`, when, by whom, and by which action.

    The rest is as it was then.
    """

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    bpmn_process_id: str
    state: str
    assignee: str
    candidate_groups: str
    candidate_users: str
    due_date: str
    follow_up_date: str
    priority: int
    form_key: int
    external_form: str
    created_at_ms: int
    ended_at_ms: int
    ended_by: str
    action: str
    tenant_id: str = DEFAULT_TENANT


@stored(Home.INSTANCE, key=("element_instance_key",), table="loop")
class Repetition(Row, frozen=True, gc=False):
    """How far an activity that is done several times has come: how often it is to be, how often it was done.

    `total` is -1 where only the condition of a standard loop knows. Of an ad-hoc sub-process it is how many
    activities its collection named, -1 once its completion condition holds; and `completed` counts the flows
    that have ended.
    """

    element_instance_key: int
    process_instance_key: int
    total: int
    completed: int = 0


@stored(Home.INSTANCE, key=("element_instance_key",))
class LoopItems(Row, frozen=True, gc=False):
    """The items that a sequential multi-instance activity goes through, a JSON array.

    Of an ad-hoc sub-process, the ids of a long list of activities while they begin.
    """

    element_instance_key: int
    process_instance_key: int
    items: bytes


@stored(Home.INSTANCE, key=("element_instance_key", "loop_counter"))
class LoopOutput(Row, frozen=True, gc=False):
    """What one instance of a multi-instance activity gave, JSON text; `loop_counter` is its place, from 1.

    Of an ad-hoc sub-process, what one flow gave, in the order in which they have ended.
    """

    element_instance_key: int
    loop_counter: int
    process_instance_key: int
    value: bytes


@stored(
    Home.INSTANCE,
    owned=True,
    known_at_start=True,
    stands_still=True,
    indexes={"due": ("due_ms", "key", "process_instance_key")},
)
class Timer(Row, frozen=True, gc=False):
    """A moment that an element instance waits for, on behalf of the event `catch_id`. `repetitions` more
    follow it, each `interval` later (ISO 8601, `<begin>/<duration>` where the calendar counts; or cron);
    negative means without end. `undertaking_key` is set where it leaves no time to wait: what it brings about
    is part of the work that it was scheduled in.
    """

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None
    undertaking_key: int = 0


@stored(
    Home.INSTANCE,
    owned=True,
    known_at_start=True,
    indexes={
        "message": ("message_name", "correlation_key", "bpmn_process_id", "key"),
        "by_instance": ("message_name", "by_instance", "process_instance_key", "bpmn_process_id", "key"),
    },
)
class MessageSubscription(Row, frozen=True, gc=False):
    """A message that an element instance waits for, on behalf of the event `catch_id`.

    One that waits `by_instance` is meant by the key of its process instance as well, by its correlation key
    if it has one (a business key), and without a key where nobody else waits so for that name.
    """

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    bpmn_process_id: str
    message_name: str
    correlation_key: str
    tenant_id: str = DEFAULT_TENANT
    by_instance: bool = False

    @property
    def keys(self) -> Sequence[str]:
        """The correlation keys by which it is meant; the empty one, where nobody else is."""
        if not self.by_instance:
            return (self.correlation_key,)
        return tuple(dict.fromkeys((self.correlation_key, str(self.process_instance_key), "")))


@stored(Home.INSTANCE, owned=True, known_at_start=True, indexed_by="signal_name")
class SignalSubscription(Row, frozen=True, gc=False):
    """A signal that an element instance waits for, on behalf of the event `catch_id`."""

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    signal_name: str
    tenant_id: str = DEFAULT_TENANT


@stored(Home.INSTANCE, owned=True)
class ConditionalSubscription(Row, frozen=True, gc=False):
    """A condition that an element instance waits for, on behalf of the event `catch_id`.

    `variable_names` are those whose change it is asked for, one a line; empty where any is.
    """

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    variable_names: str = ""
    tenant_id: str = DEFAULT_TENANT


@stored(Home.INSTANCE, owned=True)
class ArrivedPart(Row, frozen=True, gc=False):
    """One of several events that an element instance waits for has come before the others.

    It has brought these variables (a JSON object). `catch_id` is the part of the event.
    """

    key: int
    process_instance_key: int
    element_instance_key: int
    catch_id: str
    variables: bytes
    tenant_id: str = DEFAULT_TENANT


@stored(Home.PARTITION)
class StartTimer(Row, frozen=True, gc=False):
    """A moment at which an instance of a definition begins, at its start event `element_id`."""

    key: int
    definition_key: int
    element_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


@stored(Home.PARTITION, indexed_by="message_name")
class MessageStart(Row, frozen=True, gc=False):
    """A message with which an instance of a definition begins, at its start event `element_id`."""

    key: int
    definition_key: int
    bpmn_process_id: str
    element_id: str
    message_name: str
    tenant_id: str = DEFAULT_TENANT


@stored(Home.PARTITION, indexed_by="signal_name")
class SignalStart(Row, frozen=True, gc=False):
    """A signal with which an instance of a definition begins, at its start event `element_id`."""

    key: int
    definition_key: int
    element_id: str
    signal_name: str
    tenant_id: str = DEFAULT_TENANT


@stored(Home.PARTITION)
class ConditionalStart(Row, frozen=True, gc=False):
    """A condition with which an instance of a definition begins, at its start event `element_id`."""

    key: int
    definition_key: int
    element_id: str
    tenant_id: str = DEFAULT_TENANT


@stored(
    Home.BOTH,
    indexes={
        "due": ("expires_at_ms", "key"),
        "waiting": ("name", "correlation_key", "key", "expires_at_ms"),
        "published": ("name", "correlation_key", "message_id", "key"),
    },
)
class Message(Row, frozen=True, gc=False):
    """A published message that may find a receiver until `expires_at_ms`. `variables` is a JSON object."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    expires_at_ms: int
    variables: bytes
    tenant_id: str = DEFAULT_TENANT


@stored(Home.BOTH, key=("message_key", "bpmn_process_id"))
class MessageCorrelation(Row, frozen=True, gc=False):
    """A buffered message has reached a process: it will not reach that process again."""

    message_key: int
    bpmn_process_id: str


@stored(
    Home.BOTH,
    key=("bpmn_process_id", "correlation_key"),
    indexes={"instance": ("process_instance_key", "bpmn_process_id", "correlation_key")},
)
class StartLock(Row, frozen=True, gc=False):
    """The running instance that a message with this correlation key began. Until it ends no other message
    begins one.
    """

    bpmn_process_id: str
    correlation_key: str
    process_instance_key: int


@stored(Home.INSTANCE, owned=True)
class Incident(Row, frozen=True, gc=False):
    """Something a person must mend before an instance goes on. `job_key` is 0 where no job is concerned."""

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    job_key: int
    error_type: str
    message: str
    created_at_ms: int


@stored(Home.INSTANCE)
class UndoRecord(Row, frozen=True, gc=False):
    """A completed activity that can still be undone (or a completed sub-process with such activities inside).

    The positions are those of its activation and completion in the event log: the interval that mirror order
    compares. `state` is `available`, `taken` (by the throw `throw_key`, waiting for its turn) or `started`
    (`handler_key` runs). `handler` is the id of the activity that undoes it, empty for a container: a
    completed sub-process that only leads to the records inside it (`state` is `container`). `variables` is
    the JSON object of a completed sub-process's local variables; `result` what the activity's job returned.
    """

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


@stored(Home.INSTANCE, key=("scope_key", "flow_id"))
class ArrivedToken(Row, frozen=True, gc=False):
    """Tokens that wait at a joining gateway, counted per incoming flow.

    With a count of 0 it is none, but says that a complex gateway has had one of the flow in this round
    (`course/joins.py`).
    """

    scope_key: int
    flow_id: str
    process_instance_key: int
    gateway_id: str
    count: int


@stored(Home.INSTANCE, key=("process_instance_key",))
class Quarantine(Row, frozen=True, gc=False):
    """An instance set aside after a fault of ours: nothing touches it until it is released or cancelled."""

    process_instance_key: int
    reason: str
    since_ms: int


TABLES: tuple[type[Row], ...] = tuple(
    sorted(Row.__subclasses__(), key=lambda table: table.__module__ != __name__)
)
"""Every table, in the order in which a batch writes them: as they stand here, then those of other files."""

INSTANCE_TABLES: tuple[type[Row], ...] = tuple(table for table in TABLES if table.home is Home.INSTANCE)
"""The tables whose rows belong to one process instance and are loaded and put away with it."""


PLACES: dict[type[Row], Callable[[Any], Any]] = {table: attrgetter(*table.key_fields) for table in TABLES}
"""Per table, what names a row's place in it: the value of its key field, or a tuple of several."""


def key_of(row: Row) -> tuple[int | str, ...]:
    """The primary key of a row, as a tuple in the order of its `key_fields`."""
    return as_key(PLACES[type(row)](row))


def as_key(key: Any) -> tuple[int | str, ...]:
    """A place in a table as a primary key."""
    return key if isinstance(key, tuple) else (key,)
