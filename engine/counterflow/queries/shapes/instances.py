"""Process instances, and one with all that has happened in it."""

from __future__ import annotations

import msgspec

from counterflow.queries.shapes.elements import ElementInstance
from counterflow.queries.shapes.messages import CorrelatedMessage
from counterflow.queries.shapes.signals import ReceivedSignal, ThrownSignal


class ProcessInstance(msgspec.Struct, frozen=True):
    """One run of a process.

    `state` is `active`, `completed` or `terminated`; `incident_count` counts open incidents.
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
    suspended_at_ms: int | None = None
    tags: list[str] = msgspec.field(default_factory=list)
    business_id: str = ""


class QuarantinedInstance(msgspec.Struct, frozen=True):
    """An instance that nothing touches until a person releases or cancels it."""

    process_instance_key: int
    bpmn_process_id: str
    version: int
    reason: str
    quarantined_at_ms: int


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


class CaughtError(msgspec.Struct, frozen=True):
    """A BPMN error has reached the event `catch_id`, on or inside the element instance with that key."""

    catch_id: str
    catch_name: str
    element_instance_key: int
    error_code: str
    message: str
    position: int
    caught_at_ms: int


class ThrownEscalation(msgspec.Struct, frozen=True):
    """An event of this instance has thrown an escalation; `caught_by` has caught it, or nothing. It is an
    event of `catching_instance_key`; both are empty, and 0, where nothing has.
    """

    element_id: str
    element_name: str
    element_instance_key: int
    escalation_code: str
    caught_by: str
    catching_instance_key: int
    position: int
    thrown_at_ms: int


class InstanceTree(msgspec.Struct, frozen=True):
    """A process instance and everything that has happened in it.

    `elements_left_out` counts what the caller did not want to see.
    """

    process_instance: ProcessInstance
    root: ElementInstance
    undo_records: list[UndoRecord]
    flows_taken: list[FlowTaken]
    caught_errors: list[CaughtError]
    correlated_messages: list[CorrelatedMessage]
    received_signals: list[ReceivedSignal]
    thrown_signals: list[ThrownSignal]
    thrown_escalations: list[ThrownEscalation]
    quarantine_reason: str = ""
    elements_left_out: int = 0
