"""Whatever is asked, in whatever order: a refused command leaves no trace, any command can be taken back, the
log is the state.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow import kernel
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs, ReturnJob
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError, UpdateJobRetries, UpdateJobTimeout
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ElementInstance,
    Incident,
    Job,
    MessageSubscription,
    Partition,
    ProcessInstance,
)
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.state.windows import Due
from counterflow.kernel.vocabulary import Command, Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    event_sub_process,
    flow,
    gateway,
    handler,
    model,
    path,
    service,
    start,
    sub_process,
    throw,
    timer,
    undo,
)
from tests.kernel.bench import Bench, RowsOf, contents, document, instance_snapshot, snapshot

MAPPING = element(
    "zeebe:ioMapping", element("zeebe:input", source="= if n > 2 then sum else n", target="own")
)
RICH = model(
    start(),
    gateway("fork", "parallel"),
    service("hotel", job="a"),
    *(undo("hotel", by="no-hotel"), handler("no-hotel")),
    *(boundary("hotel-failed", "hotel", catch_error("A")), gateway("either"), path("hotel-failed", "either")),
    sub_process(
        "trip",
        *(start("trip-start"), service("seat", job="b"), undo("seat", by="no-seat"), handler("no-seat")),
        *(gateway("again", default="again_trip-end"), end("trip-end"), path("trip-start", "seat", "again")),
        *(flow("again", "seat", "= n = 1"), flow("again", "trip-end")),
    ),
    service("mapped", MAPPING, job="a"),
    gateway("join", "parallel"),
    throw("back", compensate()),
    service("last", job="b"),
    end(),
    path("start", "fork", "hotel", "either", "join", "back", "last", "end"),
    path("fork", "trip", "join"),
    path("fork", "mapped", "join"),
    event_sub_process(
        "on-b", start("b-thrown", catch_error("B")), service("repair", job="a"), path("b-thrown", "repair")
    ),
    event_sub_process(
        "on-time",
        start("time", timer("timeCycle", "R3/PT2S"), isInterrupting="false"),
        end("timed"),
        path("time", "timed"),
    ),
    *(start("paid", catch_message("payment")), flow("paid", "last")),
    *(
        gateway("which", "eventBased"),
        catch("ordered", catch_message("order")),
        catch("too-late", timer(text="PT3S")),
    ),
    *(
        path("fork", "which", "ordered", "late-hotel"),
        path("which", "too-late", "late-hotel"),
        end("late-hotel"),
    ),
    *(boundary("slow", "hotel", timer(text="PT1S"), cancelActivity="false"), path("slow", "late-hotel")),
    *(boundary("called-off", "trip", catch_message("order")), path("called-off", "late-hotel")),
)
LIMITS = ProcessLimits(steps=30, variable_bytes=120)
TYPES = ("a", "b", "work")


class Chance:
    """Commands at random: most fit the state, some ask for what is not there, some for too much."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench = bench
        self.random = random.Random(seed)

    def command(self) -> Command:
        makers: list[Callable[[], Command]] = [self.complete] * 20 + [
            self.create,
            self.resolve,
            self.publish,
            self.due,
        ] * 3
        makers += [
            self.activate,
            self.activate,
            self.cancel,
            self.fail,
            self.error,
            self.set_variables,
            self.retries,
            self.timeout,
            self.hand_back,
        ]
        makers += [self.quarantine, self.release]
        return self.random.choice(makers)()

    def complete(self) -> Command:
        return CompleteJob(job_key=self.key(Job), variables=self.values())

    def create(self) -> Command:
        return CreateProcessInstance(
            bpmn_process_id=self.random.choice(["process"] * 5 + ["other"]), variables=self.values()
        )

    def publish(self) -> Command:
        return PublishMessage(
            name=self.random.choice(["order", "payment"]),
            correlation_key=self.random.choice(["1", "2", "2", ""]),
            message_id=self.random.choice(["", "", "m"]),
            time_to_live_ms=self.random.choice([0, 500, 5_000]),
            variables=self.values(),
        )

    def cancel(self) -> Command:
        return CancelProcessInstance(
            process_instance_key=self.key(ProcessInstance) if self.random.random() < 0.2 else 7
        )

    def fail(self) -> Command:
        retries, back_off_ms = self.random.choice([0, 1, 2]), self.random.choice([0, 500])
        return FailJob(
            job_key=self.key(Job), retries=retries, back_off_ms=back_off_ms, variables=self.values()
        )

    def error(self) -> Command:
        return ThrowError(
            job_key=self.key(Job), error_code=self.random.choice(["A", "B", "C", ""]), variables=self.values()
        )

    def activate(self) -> Command:
        return ActivateJobs(
            type=self.random.choice(TYPES), worker="w", timeout_ms=1_000, maximum=self.random.choice([1, 3])
        )

    def due(self) -> Command:
        due = self.bench.state.next_due() or Due(0, 7, Job)
        self.bench.now_ms = max(self.bench.now_ms, due.due_ms - self.random.choice([0, 0, 1]))
        return TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms)

    def set_variables(self) -> Command:
        return SetVariables(
            element_instance_key=self.key(ElementInstance),
            variables=self.values(),
            local=self.random.random() < 0.5,
        )

    def resolve(self) -> Command:
        return ResolveIncident(incident_key=self.key(Incident))

    def retries(self) -> Command:
        return UpdateJobRetries(job_key=self.key(Job), retries=self.random.choice([0, 1, 3]))

    def timeout(self) -> Command:
        return UpdateJobTimeout(job_key=self.key(Job), timeout_ms=5_000)

    def hand_back(self) -> Command:
        key, deadline_ms = self.random.choice(
            [(7, 0), *((job.key, job.due_ms) for job in self.bench.rows(Job) if job.due_ms is not None)]
        )
        return ReturnJob(job_key=key, deadline_ms=deadline_ms)

    def quarantine(self) -> Command:
        key = self.key(ProcessInstance) if self.random.random() < 0.2 else 7
        return QuarantineInstance(process_instance_key=key, reason="chance")

    def release(self) -> Command:
        return ReleaseInstance(process_instance_key=self.key(ProcessInstance))

    def key(self, table: type[Row]) -> int:
        keys: list[int] = [row.key for row in self.bench.rows(table)]  # type: ignore[attr-defined]  # every table asked for has a key
        return self.random.choice(keys) if keys and self.random.random() < 0.95 else 7

    def values(self) -> dict[str, bytes]:
        usual: list[dict[str, Any]] = [{"key": 2}, {"n": 2, "key": 1}] * 10
        return document(
            **self.random.choice(
                [*usual, {"n": 1}, {"n": 9}, {"n": None}, {"own": 1, "x": [1, 2]}, {"big": "x" * 200}]
            )
        )


def outcome(bench: Bench, command: Command) -> object:
    """The log and the answer of a command, or why it was refused; the state as it is then."""
    try:
        decision = kernel.decide(bench.state, command, bench.now_ms, bench.limits)
    except Rejection as rejection:
        return rejection.type, rejection.reason
    return decision.log, decision.answer


def check_command(bench: Bench, command: Command) -> None:
    """A command can be taken back exactly, does the same when given again, and leaves nothing behind when
    refused.
    """
    before, mark = snapshot(bench.state), bench.state.mark()
    first = outcome(bench, command)
    after = snapshot(bench.state)
    if isinstance(first, tuple) and isinstance(first[0], str):
        assert after == before
        return
    bench.state.roll_back(mark)
    assert snapshot(bench.state) == before
    assert outcome(bench, command) == first
    assert snapshot(bench.state) == after
    bench.log += first[0]  # type: ignore[index]  # the pair of log and answer


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_any_sequence_of_commands(seed: int) -> None:
    bench = Bench(RICH, limits=LIMITS)
    chance = Chance(bench, seed)
    for _ in range(80):
        check_command(bench, chance.command())
    check_reload(bench)
    check_replay(bench)


def check_reload(bench: Bench) -> None:
    """Every index can be made again from the rows alone."""
    reloaded = State(RowsOf(bench.state), Partition(1, bench.state.last_key, bench.state.last_position))
    for subscription in bench.rows(MessageSubscription):
        reloaded.admit(subscription)
    for key, instance in bench.state.instances.items():
        found = reloaded.instance(key)
        assert found is not None
        assert instance_snapshot(found) == instance_snapshot(instance)
    assert reloaded.owners == bench.state.owners
    assert contents(reloaded.receivers) == contents(bench.state.receivers)
    assert reloaded.newly_ready == []


def check_replay(bench: Bench) -> None:
    """The log, folded from nothing, is the state: what waits and what comes due included."""
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, bench.log)
    assert snapshot(replayed) == snapshot(bench.state)
