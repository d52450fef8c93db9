"""The answers. Keys, positions and times are the kernel's: 64-bit keys (0: none), places in the log, epoch
milliseconds UTC.

States are the lower-case words that the reading service's enums end in (`active` for
ELEMENT_INSTANCE_STATE_ACTIVE), and a few more where the log knows more than a client is told: a job may be
`completed` or `canceled`, an undo record `used_up` or `dropped`. `*_json` holds one JSON value as text.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """Some of a list, newest first. `next_page_key` asks for what follows; 0: nothing does.

    `total` counts what there is from here on, if that was asked for; `total_is_at_least`: there may be more.
    """

    items: list[Item]
    next_page_key: int = 0
    total: int = 0
    total_is_at_least: bool = False


class MessageReceiver(msgspec.Struct, frozen=True):
    """A message has reached the event `catch_id` of a process instance, or has `begun` it there."""

    process_instance_key: int
    bpmn_process_id: str
    catch_id: str
    catch_name: str
    begun: bool
    position: int
    correlated_at_ms: int


class PublishedMessage(msgspec.Struct, frozen=True):
    """What has become of a message so far. `is_kept`: it may still reach others."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    published_at_ms: int
    expires_at_ms: int
    is_kept: bool
    receivers: list[MessageReceiver]


class Definition(msgspec.Struct, frozen=True):
    """One version of a process. `version_tag` is what the model calls it, empty if it does not say."""

    key: int
    bpmn_process_id: str
    version: int
    version_tag: str
    resource_name: str
    deployment_key: int
    deployed_at_ms: int


class DefinitionXml(msgspec.Struct, frozen=True):
    """A diagram byte for byte as it was deployed."""

    resource_name: str
    xml: bytes


class DecisionDefinition(msgspec.Struct, frozen=True):
    """One version of a decision, and the model that it came in. `version_tag` is what the model calls it,
    empty if it does not say.
    """

    key: int
    decision_id: str
    name: str
    version: int
    version_tag: str
    decision_requirements_id: str
    decision_requirements_key: int
    resource_name: str
    deployment_key: int
    deployed_at_ms: int


class DecisionXml(msgspec.Struct, frozen=True):
    """A decision model byte for byte as it was deployed."""

    resource_name: str
    xml: bytes


class DecisionEvaluation(msgspec.Struct, frozen=True):
    """A decision that was evaluated for an element instance. `failure` says why there is no output, and is
    empty if there is.

    `evaluated_json` is an array of the decisions on the way, the required ones first: `id`, `name`,
    `version`, `type`, `output`, `inputs` (`name` and `value`), `rules` that matched (`index` from 1,
    `outputs`). `warnings` say why something was null, one a line.
    """

    key: int
    decision_key: int
    decision_id: str
    version: int
    output_json: str
    evaluated_json: str
    evaluated_at_ms: int
    failed_decision_id: str = ""
    failure: str = ""
    warnings: str = ""


class ProcessInstance(msgspec.Struct, frozen=True):
    """One run of a process. `state` is `active`, `completed` or `terminated`; `incident_count` counts open
    incidents.
    """

    key: int
    bpmn_process_id: str
    version: int
    definition_key: int
    state: str
    started_at_ms: int
    ended_at_ms: int | None = None
    parent_process_instance_key: int = 0
    incident_count: int = 0
    quarantined: bool = False


class Variable(msgspec.Struct, frozen=True):
    """A variable of one scope with its last value: the present one, or the one it had when the scope
    ended.
    """

    name: str
    value_json: str


class JobTry(msgspec.Struct, frozen=True):
    """A try at a job that did not complete it. `outcome`: `failed`, `timed_out` or `error_thrown`; `retries`
    were left after it.

    `began_at_ms` is 0, and `worker` empty, where the job was failed without having been lent.
    """

    outcome: str
    worker: str
    began_at_ms: int
    ended_at_ms: int
    retries: int
    error_code: str = ""
    error_message: str = ""


class Job(msgspec.Struct):
    """Work for a worker. `state`: `activatable`, `activated`, `backing_off`, `failed`, `error_thrown` while a
    task waits for it; `completed`, `error_caught` or `canceled` once it is over. `due_at_ms` is the deadline,
    or the end of the back-off.

    `tries` are those that came to nothing, the latest of them, oldest first; a list of jobs does without, and
    without the moments.
    """

    key: int
    element_instance_key: int
    element_id: str
    type: str
    retries: int
    created_at_ms: int = 0
    state: str = "activatable"
    worker: str = ""
    due_at_ms: int | None = None
    error_code: str = ""
    error_message: str = ""
    ended_at_ms: int | None = None
    process_instance_key: int = 0
    bpmn_process_id: str = ""
    activated_at_ms: int = 0
    tries: list[JobTry] = []
    tries_left_out: int = 0


class Incident(msgspec.Struct):
    """What a person must mend. `state`: `open`, `resolved` or `dropped` (its element was swept away);
    `remedy` says what to do.
    """

    key: int
    process_instance_key: int
    bpmn_process_id: str
    element_id: str
    element_instance_key: int
    job_key: int
    error_type: str
    message: str
    remedy: str
    created_at_ms: int
    state: str = "open"
    ended_at_ms: int | None = None


class UndoRecord(msgspec.Struct):
    """A completed activity that has, or had, a way back.

    `state`: `available`, `taken` (by the throw `throw_key`), `started` (`handler_key` runs), `completed`
    (undone), `used_up` (its handler was swept away) or `dropped` (its scope has ended, nobody can ask for it
    any more). `handler_id` is the activity that undoes it. `order` counts the handlers of the instance in the
    order in which they started, from 1; 0: not started.
    """

    key: int
    element_id: str
    element_name: str
    element_instance_key: int
    scope_key: int
    handler_id: str
    handler_name: str
    activated_position: int
    completed_position: int
    state: str = "available"
    throw_key: int = 0
    handler_key: int = 0
    order: int = 0
    started_position: int = 0
    undone_position: int = 0
    undone_at_ms: int | None = None


class FlowTaken(msgspec.Struct, frozen=True):
    """A token has gone along a sequence flow."""

    flow_id: str
    scope_key: int
    position: int
    taken_at_ms: int


class JoinFlow(msgspec.Struct, frozen=True):
    """A flow into a join, where it comes from, and how many tokens wait that have come along it; 0: none has
    come yet.
    """

    flow_id: str
    source_id: str
    source_name: str
    tokens: int


class Join(msgspec.Struct, frozen=True):
    """A gateway at which tokens wait for others: which flows have brought one, and which have not."""

    element_id: str
    element_name: str
    flows: list[JoinFlow]


class CaughtError(msgspec.Struct, frozen=True):
    """A BPMN error has reached the event `catch_id`, on or inside the element instance
    `element_instance_key`.
    """

    catch_id: str
    catch_name: str
    element_instance_key: int
    error_code: str
    message: str
    position: int
    caught_at_ms: int


class Wait(msgspec.Struct):
    """Something that an element instance waits for, on behalf of the event `catch_id`.

    `kind` is `timer` (`due_at_ms`; `repetitions` more follow it, each `interval` later, negative means
    without end) or `message` (`message_name`, `correlation_key`). `state`: `open`, `triggered` (the moment
    has come) or `closed`.
    """

    key: int
    element_instance_key: int
    catch_id: str
    catch_name: str
    kind: str
    opened_at_ms: int
    due_at_ms: int | None = None
    repetitions: int = 0
    interval: str = ""
    message_name: str = ""
    correlation_key: str = ""
    state: str = "open"
    closed_at_ms: int | None = None


class CorrelatedMessage(msgspec.Struct, frozen=True):
    """A message has reached the event `catch_id`: of the element instance that waited, or the start event
    that it began.

    `message_name` is empty where it began the process instance.
    """

    message_key: int
    catch_id: str
    catch_name: str
    element_instance_key: int
    message_name: str
    position: int
    correlated_at_ms: int


class Loop(msgspec.Struct):
    """How far a multi-instance activity has come: how many instances there are to be, how many have
    completed.
    """

    total: int
    completed: int = 0
    ended: bool = False


class Termination(msgspec.Struct, frozen=True):
    """What has swept an element instance away. `cause`: `command` (a caller's, named), `event` (an
    interrupting one, named; with the error that it caught), `terminate_end_event` (named), `scope` (with what
    was around it), `caller` (with the call of this process), `completion_condition` (its multi-instance
    activity was done without it).
    """

    cause: str
    element_id: str = ""
    element_name: str = ""
    command: str = ""
    error_code: str = ""
    error_message: str = ""


class ElementInstance(msgspec.Struct):
    """A run of one element, with the runs inside it in the order in which they were entered.

    `state`: `activating`, `active`, `completing`, `completed`, `terminating`, `terminated`.
    `activated_position` is where it began its work (before that, where it was entered), as mirror order
    compares it. `variables` are those of this scope alone, by name. `undo_record_key` is set on a
    compensation handler: what it undoes. `loop_counter` is -1 on the body of a multi-instance activity, which
    alone has a `loop`, and counts its instances from 1. `called_instance_key` is what a call activity has
    called. `termination` is there from the moment at which it is `terminating`. `joins` are those in this
    scope at which tokens wait.
    """

    key: int
    scope_key: int
    element_id: str
    element_name: str
    element_type: str
    state: str
    activated_position: int
    activated_at_ms: int
    ended_position: int = 0
    ended_at_ms: int | None = None
    undo_record_key: int = 0
    loop_counter: int = 0
    loop: Loop | None = None
    called_instance_key: int = 0
    termination: Termination | None = None
    variables: list[Variable] = []
    jobs: list[Job] = []
    waits: list[Wait] = []
    incidents: list[Incident] = []
    decisions: list[DecisionEvaluation] = []
    joins: list[Join] = []
    children: list[ElementInstance] = []


class InstanceTree(msgspec.Struct, frozen=True):
    """A process instance and everything that has happened in it. `elements_left_out` counts what the caller
    did not want to see.
    """

    process_instance: ProcessInstance
    root: ElementInstance
    undo_records: list[UndoRecord]
    flows_taken: list[FlowTaken]
    caught_errors: list[CaughtError]
    correlated_messages: list[CorrelatedMessage]
    quarantine_reason: str = ""
    elements_left_out: int = 0


class HistoryRecord(msgspec.Struct, frozen=True):
    """One event. `command` led to it, `event` is its kind, `key` what it is about; `details_json` is an
    object with the rest.
    """

    position: int
    timestamp_ms: int
    command: str
    process_instance_key: int
    event: str
    element_id: str
    key: int
    details_json: str


class QuarantinedInstance(msgspec.Struct, frozen=True):
    """An instance that nothing touches until a person releases or cancels it."""

    process_instance_key: int
    bpmn_process_id: str
    version: int
    reason: str
    quarantined_at_ms: int
