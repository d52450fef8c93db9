"""A kernel on a bench: a state without a store, a clock moved by hand, and everything that a state knows, to
compare.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from counterflow import kernel
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Incident, Job, Partition
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.queues import BufferedMessages, OldestFirst
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.state.windows import Due
from counterflow.kernel.vocabulary import ActivatedJob, Command, Event, InstanceEnded, LogEntry
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.pages import GoOn, next_undertaking
from tests.bpmn.diagram import end, model, path, reading, service, start

EPOCH_MS = 1_000_000
FOUND = TypeVar("FOUND", bound=Row)

ONE_TASK = model(start(), service("pack", job="pack"), end(), path("start", "pack", "end"))
"""start → pack → end"""


def document(**values: Any) -> dict[str, bytes]:
    """Variables as the kernel takes them."""
    return {name: msgspec.json.encode(value) for name, value in values.items()}


def resource(content: bytes, name: str = "model.bpmn") -> ReadResource:
    """A file that has been read and found sound."""
    result = reading(content)
    assert not result.errors, [str(finding) for finding in result.errors]
    return ReadResource(name, content, hashlib.sha256(content).digest(), result.processes)


INDEXES = (
    *("children", "variables", "variable_bytes", "arrived_in", "job_of", "incident_of"),
    *("undo_by_scope", "undo_by_throw", "container_of", "waits_of", "loop_outputs", "conditions"),
)
"""What an `InstanceState` keeps beside its rows."""


SHARED_INDEXES = (
    "starts",
    "indexed",
    "buffered",
    "reached",
    "receivers",
    "lock_of",
    "coming",
    "busy",
)
"""What a `State` keeps of rows that belong to no instance, and of who receives which message."""


class Bench:
    """A state, and the commands that tests give most."""

    def __init__(self, *contents: bytes, limits: ProcessLimits | None = None) -> None:
        self.state = State(EmptySource(), Partition(1, 0, 0))
        self.limits = limits or ProcessLimits()
        self.now_ms = EPOCH_MS
        self.log: list[LogEntry] = []
        self.ended: list[InstanceEnded] = []
        for number, content in enumerate(contents):
            self.deploy(content, name=f"model-{number}.bpmn")

    def do(self, command: Command) -> Any:
        """Carry out a command; answers its answer."""
        answer = self.page(command)
        while undertaking := next_undertaking(self.state):
            self.page(GoOn(undertaking_key=undertaking))
        return answer

    def page(self, command: Command) -> Any:
        """Carry out a command as far as its page goes; answers its answer."""
        decision = kernel.decide(self.state, command, self.now_ms, self.limits)
        self.log += decision.log
        self.ended += decision.ended
        return decision.answer

    def deploy(self, content: bytes, name: str = "model.bpmn") -> Deployment:
        deployment: Deployment = self.do(DeployResources(resources=(resource(content, name),)))
        return deployment

    def create(self, process_id: str = "process", /, **variables: Any) -> InstanceState:
        """Begin an instance."""
        key: int = self.do(
            CreateProcessInstance(bpmn_process_id=process_id, variables=document(**variables))
        ).key
        return self.instance(key)

    def activate(self, job_type: str, maximum: int = 100, timeout_ms: int = 1_000) -> list[ActivatedJob]:
        jobs: list[ActivatedJob] = self.do(
            ActivateJobs(type=job_type, worker="worker", timeout_ms=timeout_ms, maximum=maximum)
        )
        return jobs

    def complete(self, job_type: str, **variables: Any) -> None:
        self.do(CompleteJob(job_key=self.job(job_type).key, variables=document(**variables)))

    def fail(self, job_type: str, retries: int, back_off_ms: int = 0, message: str = "") -> None:
        key = self.job(job_type).key
        self.do(FailJob(job_key=key, retries=retries, back_off_ms=back_off_ms, message=message, variables={}))

    def throw_error(self, job_type: str, code: str) -> None:
        self.do(ThrowError(job_key=self.job(job_type).key, error_code=code, variables={}))

    def publish(
        self,
        name: str,
        correlation_key: str = "",
        /,
        *,
        live_ms: int = 0,
        message_id: str = "",
        **variables: Any,
    ) -> int:
        """Publish a message; answers its key."""
        key: int = self.do(
            PublishMessage(
                name=name,
                correlation_key=correlation_key,
                message_id=message_id,
                time_to_live_ms=live_ms,
                variables=document(**variables),
            )
        )
        return key

    def wait(self, duration_ms: int = 0) -> None:
        """Time passes, and what is due then comes at once, as after a silence."""
        self.now_ms += duration_ms
        while (due := self.state.due.first()) is not None and due.due_ms <= self.now_ms:
            assert self.do(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms))

    def job(self, job_type: str) -> Job:
        """The oldest open job of a type."""
        return next(job for job in self.rows(Job) if job.type == job_type)

    def incident(self) -> Incident:
        """The only incident."""
        (only,) = self.rows(Incident)
        return only

    def rows(self, table: type[FOUND]) -> list[FOUND]:
        """Every row of a table in memory, by key."""
        found = [row for instance in self.state.instances.values() for row in instance.rows[table].items()]
        return [row for _, row in sorted(found, key=lambda item: item[0])]

    def instance(self, key: int) -> InstanceState:
        found = self.state.instance(key)
        assert found is not None
        return found

    def events(self, after: int = 0) -> list[Event]:
        """What has happened since the log had `after` entries."""
        return [event for entry in self.log[after:] for event in kernel.events_of(entry)]


class RowsOf:
    """A source that holds the rows of another state, as a store would after its commit."""

    def __init__(self, state: State) -> None:
        self._state = state

    def load_instance(self, key: int) -> Mapping[type[Row], Sequence[Any]]:
        rows = self._state.instances[key].rows
        return {table: [rows[table][place] for place in sorted(rows[table])] for table in rows}

    def get(self, table: type[FOUND], key: tuple[int | str, ...]) -> FOUND | None:
        """Rows of instances with an integer key."""
        for instance in self._state.instances.values():
            row: FOUND | None = instance.rows[table].get(key[0])
            if row is not None:
                return row
        return None

    def walk(self, *_: Any, **__: Any) -> Sequence[tuple[Any, ...]]:
        """Nothing: what waits is in memory."""
        return ()


def waiting(queue: OldestFirst) -> list[int]:
    """The keys that a queue offers, in turn, as far as they are in memory."""
    return list(queue)


def due_times(state: State) -> list[Due]:
    """What comes due, in turn, whether it is in memory or in the store."""
    due = state.due
    found = {Due(moment, key, table) for key, (moment, table) in due._due.items()}
    found |= {Due(*moment, table) for moment, table, _ in due._beyond.values()}
    horizon = due.horizon
    while horizon is not None and due._read is not None:
        page, horizon = due._read(horizon)
        found |= set(page)
    return sorted(found, key=lambda each: each[:2])


def snapshot(state: State) -> dict[str, Any]:
    """Everything that can be asked of a state, without the order in which dictionaries were filled."""
    return {
        "counters": (state.last_key, state.last_position),
        "shared": {table.table: dict(rows) for table, rows in state.shared.items() if rows},
        "versions": {name: contents(rows) for name, rows in vars(state.deployed).items()},
        **{
            name: {place: contents(found) for place, found in getattr(state, name).items() if found}
            for name in SHARED_INDEXES
        },
        "ready": {job_type: keys for job_type, queue in state.ready.items() if (keys := waiting(queue))},
        "due": due_times(state),
        "owners": dict(state.owners),
        "instances": {key: instance_snapshot(instance) for key, instance in state.instances.items()},
    }


def contents(index: Any) -> Any:
    """What an index holds, apart from it."""
    if isinstance(index, OldestFirst | BufferedMessages):
        return list(index)
    return {place: contents(found) for place, found in index.items()} if isinstance(index, dict) else index


def instance_snapshot(instance: InstanceState) -> dict[str, Any]:
    """The rows of an instance, as bytes, and every index over them."""
    rows = {
        table.table: sorted(msgspec.msgpack.encode(row) for row in rows.values())
        for table, rows in instance.rows.items()
    }
    return {"rows": rows, **{name: copy.deepcopy(getattr(instance, name)) for name in INDEXES}}
