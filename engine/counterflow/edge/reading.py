"""Answers of the read model as messages of `counterflow.v1`. Pure: a struct in, a message out.

Fields go by their names; the few that are called differently on the wire, and the words that became enums, are tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from google.protobuf.message import Message

from counterflow.queries import shapes
from counterflow_wire import counterflow_v1 as wire

MessageType = TypeVar("MessageType", bound=Message)

NAMES_ON_WIRE: Mapping[str, str] = {
    "definition_key": "process_definition_key",
    "throw_key": "throw_element_instance_key",
    "handler_key": "handler_element_instance_key",
}
STATES: Mapping[type[msgspec.Struct], tuple[Any, str]] = {
    shapes.ProcessInstance: (wire.ProcessInstanceState, "PROCESS_INSTANCE_STATE_"),
    shapes.ElementInstance: (wire.ElementInstanceState, "ELEMENT_INSTANCE_STATE_"),
    shapes.Job: (wire.JobState, "JOB_STATE_"),
    shapes.UndoRecord: (wire.UndoState, "UNDO_STATE_"),
}
"""The enum that a state's word is a value of; words that it does not have (`dropped`) are told as UNSPECIFIED."""


def message(kind: type[MessageType], struct: msgspec.Struct) -> MessageType:
    """A struct of scalars as a message: every field that both have; None stays absent."""
    fields: dict[str, Any] = {}
    known = kind.DESCRIPTOR.fields_by_name
    for name in struct.__struct_fields__:
        on_wire = NAMES_ON_WIRE.get(name, name)
        value = getattr(struct, name)
        if on_wire in known and value is not None and not isinstance(value, list):
            fields[on_wire] = value
    if type(struct) in STATES:
        fields["state"] = _state(type(struct), fields["state"])
    return kind(**fields)


def messages(kind: type[MessageType], structs: Iterable[msgspec.Struct]) -> list[MessageType]:
    """Several of them."""
    return [message(kind, struct) for struct in structs]


def state_word(state: int) -> str:
    """What the read model calls a process instance's state; empty for UNSPECIFIED. Raises `ValueError` for a number that is none."""
    word = wire.ProcessInstanceState.Name(state).removeprefix("PROCESS_INSTANCE_STATE_").lower()
    return "" if word == "unspecified" else word


def tree(found: shapes.InstanceTree) -> wire.GetProcessInstanceResponse:
    """A process instance with all that is in it."""
    return wire.GetProcessInstanceResponse(
        process_instance=message(wire.ProcessInstance, found.process_instance),
        root=element(found.root),
        undo_records=messages(wire.UndoRecord, found.undo_records),
        elements_left_out=found.elements_left_out,
        quarantine_reason=found.quarantine_reason,
    )


def element(found: shapes.ElementInstance) -> wire.ElementInstance:
    """A run of an element and the runs inside it; of its jobs and incidents those that are not over."""
    answer = message(wire.ElementInstance, found)
    answer.variables.extend(messages(wire.Variable, found.variables))
    answer.jobs.extend(messages(wire.Job, (job for job in found.jobs if job.ended_at_ms is None)))
    answer.incidents.extend(messages(wire.Incident, (incident for incident in found.incidents if incident.ended_at_ms is None)))
    answer.children.extend(element(child) for child in found.children)
    return answer


def _state(kind: type[msgspec.Struct], word: str) -> int:
    enum, prefix = STATES[kind]
    numbers: dict[str, int] = dict(enum.items())
    return numbers.get(prefix + word.upper(), 0)
