"""Answers of the read model as messages of `counterflow.v1`. Pure: a struct in, a message out.

Fields go by their names; the few that are called differently on the wire, and the words that became enums,
are tables.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from counterflow.queries import shapes
from counterflow.service.refusals import Invalid, TooLarge
from counterflow_wire import counterflow_v1 as wire

MessageType = TypeVar("MessageType", bound=Message)

LEVELS = 98
"""How deep an answer may be nested: Protobuf refuses messages deeper than 100, in every language. Two of them
are the answer and its root.
"""

NAMES_ON_WIRE: Mapping[str, str] = {
    "definition_key": "process_definition_key",
    "throw_id": "throw_element_id",
    "throw_key": "throw_element_instance_key",
    "handler_key": "handler_element_instance_key",
    "handler_id": "handler_element_id",
    "order": "undo_order",
    "called_instance_key": "called_process_instance_key",
    "catch_id": "element_id",
    "catch_name": "element_name",
    "source_id": "source_element_id",
    "source_name": "source_element_name",
    "message_name": "name",
    "signal_name": "name",
    "thrower_instance_key": "process_instance_key",
    "thrower_key": "element_instance_key",
}
OWN_NAMES: Mapping[type[msgspec.Struct], Mapping[str, str]] = {
    shapes.Reason: {"catch_id": "catch_element_id", "catch_name": "catch_element_name"},
    shapes.UndoPlanned: {"order": "order"},
}
"""Of those in which a name means something else."""
WORDS: Mapping[tuple[type[msgspec.Struct], str], tuple[Any, str]] = {
    (shapes.ProcessInstance, "state"): (wire.ProcessInstanceState, "PROCESS_INSTANCE_STATE_"),
    (shapes.ElementInstance, "state"): (wire.ElementInstanceState, "ELEMENT_INSTANCE_STATE_"),
    (shapes.Job, "state"): (wire.JobState, "JOB_STATE_"),
    (shapes.UserTask, "state"): (wire.UserTaskState, "USER_TASK_STATE_"),
    (shapes.JobTry, "outcome"): (wire.JobTry.Outcome, "OUTCOME_"),
    (shapes.Incident, "state"): (wire.IncidentState, "INCIDENT_STATE_"),
    (shapes.Termination, "cause"): (wire.Termination.Cause, "CAUSE_"),
    (shapes.Reason, "kind"): (wire.Reason.Kind, "KIND_"),
    (shapes.Reasons, "state"): (wire.ProcessInstanceState, "PROCESS_INSTANCE_STATE_"),
    (shapes.UndoRecord, "state"): (wire.UndoState, "UNDO_STATE_"),
    (shapes.Wait, "kind"): (wire.Wait.Kind, "KIND_"),
}
"""The enum that a field's word is a value of; a word that it does not have is told as UNSPECIFIED."""


def message(kind: type[MessageType], struct: msgspec.Struct) -> MessageType:
    """A struct of scalars as a message: every field that both have; None stays absent."""
    answer = kind()
    _fill(answer, struct)
    return answer


def messages(kind: type[MessageType], structs: Iterable[msgspec.Struct]) -> list[MessageType]:
    """Several of them."""
    return [message(kind, struct) for struct in structs]


def state_of(kind: type[msgspec.Struct], what: str, state: int) -> str:
    """What the read model calls a state of this kind; empty for UNSPECIFIED. Raises `Invalid` for a number
    that is none, of `what` in words.
    """
    enum, prefix = WORDS[kind, "state"]
    try:
        word = str(enum.Name(state)).removeprefix(prefix).lower()
    except ValueError:
        raise Invalid(f"Expected a state of {what}, but found {state}") from None
    return "" if word == "unspecified" else word


def published(shape: shapes.PublishedMessage) -> wire.GetMessageResponse:
    """What has become of a message."""
    answer = message(wire.GetMessageResponse, shape)
    answer.receivers.extend(messages(wire.MessageReceiver, shape.receivers))
    return answer


def broadcast(signal: shapes.Broadcast) -> wire.GetSignalResponse:
    """Whom a signal has reached."""
    answer = message(wire.GetSignalResponse, signal)
    answer.receivers.extend(messages(wire.SignalReceiver, signal.receivers))
    return answer


def tree(instance: shapes.InstanceTree) -> wire.GetProcessInstanceResponse:
    """A process instance with all that is in it.

    Raises `TooLarge` for one that no client could take apart.
    """
    levels = _levels(instance.root)
    if levels > LEVELS:
        raise TooLarge(
            f"Process instance '{instance.process_instance.key}' is nested {levels} levels deep, and clients "
            f"read at most {LEVELS}; ask for its history instead",
        )
    answer = wire.GetProcessInstanceResponse(
        process_instance=message(wire.ProcessInstance, instance.process_instance),
        undo_records=messages(wire.UndoRecord, instance.undo_records),
        elements_left_out=instance.elements_left_out,
        quarantine_reason=instance.quarantine_reason,
        correlated_messages=messages(wire.CorrelatedMessage, instance.correlated_messages),
        received_signals=messages(wire.ReceivedSignal, instance.received_signals),
        thrown_signals=messages(wire.ThrownSignal, instance.thrown_signals),
        thrown_escalations=messages(wire.ThrownEscalation, instance.thrown_escalations),
    )
    _fill_element(answer.root, instance.root)
    return answer


def reasons(explained: shapes.Reasons) -> wire.ExplainProcessInstanceResponse:
    """Why an instance has not gone on."""
    answer = message(wire.ExplainProcessInstanceResponse, explained)
    answer.reasons.extend(messages(wire.Reason, explained.reasons))
    return answer


def jobs(listed: Iterable[shapes.Job]) -> Iterator[wire.Job]:
    """Jobs, each with the tries that came to nothing."""
    for job in listed:
        answer = wire.Job()
        _fill_job(answer, job)
        yield answer


def undo_plan(plan: shapes.UndoPlanned) -> wire.PlanUndoResponse:
    """What a compensation would run, and what those before it have not undone yet."""
    answer = message(wire.PlanUndoResponse, plan)
    answer.scopes.extend(messages(wire.UndoScope, plan.scopes))
    for one in plan.underway:
        answer.underway.append(message(wire.UndoUnderway, one))
        answer.underway[-1].incidents.extend(messages(wire.Incident, one.incidents))
    for planned in plan.handlers:
        handler = message(wire.PlannedUndo, planned)
        handler.variables.extend(messages(wire.Variable, planned.variables))
        answer.handlers.append(handler)
    return answer


def migration_plan(plan: shapes.MigrationPlan) -> wire.PlanMigrationResponse:
    """What a migration would do."""
    answer = message(wire.PlanMigrationResponse, plan)
    answer.mappings.extend(messages(wire.ElementMapping, plan.mappings))
    answer.moves.extend(messages(wire.PlannedMove, plan.moves))
    return answer


def _fill_element(answer: wire.ElementInstance, element: shapes.ElementInstance) -> None:
    """A run of an element and the runs inside it; of its waits those that are not over."""
    _fill(answer, element)
    if element.termination is not None:
        _fill(answer.termination, element.termination)
    if element.loop is not None:
        _fill(answer.loop, element.loop)
    for variable in element.variables:
        _fill(answer.variables.add(), variable)
    for job in element.jobs:
        _fill_job((answer.jobs if job.ended_at_ms is None else answer.ended_jobs).add(), job)
    for task in element.user_tasks:
        ended = task.ended_at_ms is not None
        fill_user_task((answer.ended_user_tasks if ended else answer.user_tasks).add(), task)
    for wait in element.waits:
        if wait.state == "open":
            _fill(answer.waits.add(), wait)
    for incident in element.incidents:
        _fill((answer.incidents if incident.ended_at_ms is None else answer.ended_incidents).add(), incident)
    for decision in element.decisions:
        _fill(answer.decisions.add(), decision)
    for join in element.joins:
        answer.joins.append(message(wire.Join, join))
        answer.joins[-1].flows.extend(messages(wire.JoinFlow, join.flows))
    for child in element.children:
        _fill_element(answer.children.add(), child)


def fill_user_task(answer: wire.UserTask, task: shapes.UserTask) -> None:
    """A user task, with what was done to it."""
    _fill(answer, task)
    for act in task.acts:
        _fill(answer.acts.add(), act)


def _fill_job(answer: wire.Job, job: shapes.Job) -> None:
    _fill(answer, job)
    for one in job.tries:
        _fill(answer.tries.add(), one)


def _levels(root: shapes.ElementInstance) -> int:
    levels, here = 0, [root]
    while here:
        levels += 1
        here = [child for element in here for child in element.children]
    return levels


def _fill(answer: Message, struct: msgspec.Struct) -> None:
    kind = type(struct)
    for name, on_wire in _shared_fields(kind, answer.DESCRIPTOR):
        value = getattr(struct, name)
        if isinstance(value, list):
            getattr(answer, on_wire).extend(value)
        elif value is not None:
            setattr(answer, on_wire, _number(*WORDS[kind, name], value) if (kind, name) in WORDS else value)


@functools.cache
def _shared_fields(kind: type[msgspec.Struct], descriptor: Descriptor) -> tuple[tuple[str, str], ...]:
    """The scalar fields that both have: their names in the struct and on the wire."""
    known = descriptor.fields_by_name
    names = {**NAMES_ON_WIRE, **OWN_NAMES.get(kind, {})}
    named = ((name, names.get(name, name)) for name in kind.__struct_fields__)
    return tuple(
        (name, on_wire) for name, on_wire in named if on_wire in known and known[on_wire].message_type is None
    )


def _number(enum: Any, prefix: str, word: str) -> int:
    numbers: dict[str, int] = dict(enum.items())
    return numbers.get(prefix + word.upper(), 0)
