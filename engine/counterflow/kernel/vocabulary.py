"""The kernel's vocabulary: what goes in (commands), what comes out (events, answers), what goes wrong.

* The caller's mistake is a `Rejection`: nothing changes, the caller is told.
* The process's mistake is an incident (`work/incidents.py`): kept, shown, repairable.
* Our own mistake is a `BrokenInvariant`: the command is rolled back and its instance set aside
  (`lives/quarantine.py`).

An event is written as an array with a small number in front (its tag, `event_tags.py`), since a log is mostly
keys. Keys are `partition << 51 | counter`, as stock clients expect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from counterflow.kernel.event_tags import tag_of

PARTITION_BITS = 51


def first_key(partition_id: int) -> int:
    """The number before the first key of a partition; keys are counted up from here."""
    return partition_id << PARTITION_BITS


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something asked of the kernel. Answered or rejected, in the order of arrival."""


class Event(msgspec.Struct, frozen=True, array_like=True, tag_field="event", tag=tag_of, gc=False):
    """Something that happened: the only thing that changes state.

    Past tense, decided once, applied for ever.
    """


class InstanceEvent(Event, frozen=True):
    """Something that happened to a process instance, or because of it."""


class PartitionEvent(Event, frozen=True):
    """Something that happened to no process instance: what is deployed, buffered, or begins instances."""


class LogEntry(msgspec.Struct, frozen=True, gc=False):
    """What one command did to one process instance: the events, as msgpack, and the first one's position.

    `process_instance_key` is 0 for commands that concern no instance (deployments). `event_count` events take
    the positions `position` … `position + event_count - 1`. `instance_rows` is how many rows the instance has
    after the transaction that wrote the entry, in the last one of it; None in the others.
    """

    position: int
    process_instance_key: int
    timestamp_ms: int
    command: str
    event_count: int
    events: bytes
    instance_rows: int | None = None


class RejectionType(StrEnum):
    """Why a command was refused; the edge translates each into one gRPC status (`edge/grpc/status.py`)."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    INVALID_STATE = "INVALID_STATE"
    PROCESSING_ERROR = "PROCESSING_ERROR"
    DATA_LOSS = "DATA_LOSS"


class Rejection(Exception):
    """A command that cannot be carried out as asked. The reason says what was expected and what was found."""

    def __init__(self, rejection_type: RejectionType, reason: str) -> None:
        super().__init__(reason)
        self.type = rejection_type
        self.reason = reason


class BrokenInvariant(Exception):
    """The kernel found itself in a state that its own rules exclude.

    Never guessed around: the instance is set aside.
    """


class Damaged(Exception):
    """Something that is kept is not what was written.

    Nothing of it is used: what depends on it is refused, with this sentence, and an instance at work is set
    aside.
    """


class DamagedInstance(Damaged):
    """What is kept of a process instance is not what was written.

    `rows` are those that are whole, by table; `lacks` is how many more there should be.
    """

    def __init__(
        self, process_instance_key: int, damage: str, rows: Mapping[type, Sequence[Any]], lacks: int
    ) -> None:
        super().__init__(f"what is kept of process instance {process_instance_key} is damaged: {damage}")
        self.process_instance_key = process_instance_key
        self.rows = rows
        self.lacks = lacks


class CommandBrokenOff(BaseException):
    """Raised into a command from outside, by whoever keeps the time: it has held up all others for too long.

    Not an `Exception`: nothing that a command runs takes it for a mistake of its own.
    """

    def __str__(self) -> str:
        return (
            "it held up everybody else for longer than one command may (command_limit_ms), and was broken off"
        )


class ListenedTask(msgspec.Struct, frozen=True, gc=False):
    """The user task that a listener is asked about, as it is to become, and by which action.

    `changed_attributes` are those that become others, by Zeebe's names.
    """

    key: int
    action: str
    assignee: str
    candidate_groups: Sequence[str]
    candidate_users: Sequence[str]
    changed_attributes: Sequence[str]
    due_date: str
    follow_up_date: str
    form_key: int
    priority: int


class ActivatedJob(msgspec.Struct, frozen=True, gc=False):
    """A job as a worker receives it.

    `headers` and `variables` are JSON objects; `deadline_ms` is epoch milliseconds.
    """

    key: int
    type: str
    process_instance_key: int
    bpmn_process_id: str
    process_definition_version: int
    process_definition_key: int
    element_id: str
    element_instance_key: int
    headers: bytes
    worker: str
    retries: int
    deadline_ms: int
    variables: bytes
    decides: bool = False
    """Whether it is for a worker that decides what goes on in an ad-hoc sub-process."""
    listener_event_type: str = ""
    """The event that it is a listener of: `start`, `end`, `beforeAll`, of a user task `creating` and so on.

    Empty where it is no listener's.
    """
    tags: str | None = None
    """Those of its process instance, one a line."""
    business_id: str | None = None
    """That of its process instance."""
    error_message: str | None = None
    """What its latest failure was told with; None where it has not failed yet."""
    user_task: ListenedTask | None = None
    """Of the listener of a user task only."""


class InstanceEnded(msgspec.Struct, frozen=True, gc=False):
    """A process instance has ended: told after commit to the caller who waits for its result.

    `state` is `completed` or `terminated`; `variables` are those of the process scope at the end.
    """

    process_instance_key: int
    state: str
    variables: Mapping[str, bytes]


class ToldLater(msgspec.Struct, frozen=True, gc=False):
    """The `answer` to a command, of which its caller is told when what began at this position has ended."""

    position: int
    answer: Any = None


class Settled(msgspec.Struct, frozen=True, gc=False):
    """What began at this position of the log has ended: as it was asked for, or with a refusal."""

    position: int
    refusal: Rejection | None = None
