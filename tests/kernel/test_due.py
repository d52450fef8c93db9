"""What is due comes once, at its moment, if it still stands; whatever its table."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.due import _TRIGGERS, TriggerDue
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job, Message, ProcessInstance, StartTimer, Timer
from counterflow.model.graph import Behaviour
from tests.bpmn.diagram import boundary, catch, element, end, model, path, service, start, timer
from tests.kernel.bench import EPOCH_MS, Bench, due_times
from tests.kernel.test_engine import break_room

WAIT = model(start(), catch("wait", timer(text="PT10S")), end(), path("start", "wait", "end"))
EVERY_HOUR = model(
    start("hourly", timer("timeCycle", "R/PT1H")),
    element("task", id="turn"),
    end(),
    path("hourly", "turn", "end"),
)


def waiting_bench(table: type[Row]) -> Bench:
    """A bench on which exactly one thing is due, of that table."""
    if table is StartTimer:
        return Bench(EVERY_HOUR)
    if table is Message:
        bench = Bench()
        bench.publish("order", "o-1", live_ms=10_000)
        return bench
    bench = Bench(
        WAIT if table is Timer else model(start(), service("pack", job="pack"), path("start", "pack"))
    )
    bench.create()
    if table is Job:
        bench.activate("pack", timeout_ms=10_000)
    return bench


TABLES = (Job, Timer, StartTimer, Message)


def test_every_table_with_something_due_is_here() -> None:
    assert set(_TRIGGERS) == set(TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_it_comes_at_its_moment_and_once(table: type[Row]) -> None:
    bench = waiting_bench(table)
    (due,) = due_times(bench.state)
    command = TriggerDue(table=table, key=due.key, due_ms=due.due_ms)
    assert due.table is table
    bench.now_ms = due.due_ms - 1
    seen = len(bench.log)
    assert bench.do(command) is False
    assert len(bench.log) == seen
    bench.now_ms = due.due_ms
    assert bench.do(command) is True
    seen = len(bench.log)
    assert bench.do(command) is False
    assert len(bench.log) == seen


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_what_is_not_there_does_not_come(table: type[Row]) -> None:
    assert Bench().do(TriggerDue(table=table, key=7, due_ms=0)) is False


def test_another_moment_than_the_rows_own_does_not_stand() -> None:
    bench = waiting_bench(Timer)
    (due,) = due_times(bench.state)
    bench.now_ms = due.due_ms
    assert bench.do(TriggerDue(table=Timer, key=due.key, due_ms=due.due_ms - 1)) is False


def test_things_come_in_the_order_of_their_moments_then_of_their_keys() -> None:
    bench = Bench(WAIT)
    late, early = bench.create(), None
    bench.now_ms -= 5_000
    early = bench.create()
    second = bench.create()
    assert [bench.state.owner_of(Timer, due.key) for due in due_times(bench.state)] == [early, second, late]


def test_nothing_of_a_quarantined_instance_comes_until_it_is_released() -> None:
    bench = waiting_bench(Timer)
    (instance,) = bench.state.instances.values()
    (due,) = due_times(bench.state)
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="a fault"))
    bench.now_ms = due.due_ms
    assert due_times(bench.state) == []
    assert bench.do(TriggerDue(table=Timer, key=due.key, due_ms=due.due_ms)) is False
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    bench.wait()
    assert [row.state for row in bench.rows(ProcessInstance)] == ["completed"]


def test_a_start_timer_that_fails_stays_due(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = waiting_bench(StartTimer)
    due = due_times(bench.state)
    with monkeypatch.context() as patch:
        break_room(patch, Behaviour.PASS_THROUGH, "turn")
        with pytest.raises(Exception, match="ZeroDivisionError"):
            bench.wait(3_600_000)
    assert due_times(bench.state) == due
    assert bench.rows(ProcessInstance) == []


def test_many_due_at_once_are_as_many_commands() -> None:
    bench = Bench(WAIT)
    for _ in range(300):
        bench.create()
    seen = len(bench.log)
    bench.wait(10_000)
    assert len(bench.log) - seen == 300
    assert {row.state for row in bench.rows(ProcessInstance)} == {"completed"}


def test_a_timer_leaves_with_its_element() -> None:
    guarded = boundary("late", "pack", timer(text="PT10S"))
    bench = Bench(
        model(
            start(),
            service("pack", job="pack"),
            end(),
            guarded,
            end("gave-up"),
            path("start", "pack", "end"),
            path("late", "gave-up"),
        )
    )
    bench.create()
    (due,) = due_times(bench.state)
    assert due.due_ms == EPOCH_MS + 10_000
    bench.complete("pack")
    assert due_times(bench.state) == []
    assert bench.state.owners == {}
