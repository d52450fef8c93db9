"""What is due and meets a fault is not lost: it comes when it can, here and after a restart; and a heap of it
stalls nobody.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import FailJob
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job, ProcessInstance, Quarantine, StartTimer, Timer
from counterflow.kernel.state.windows import Due
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from counterflow.model.graph import Behaviour
from counterflow.partition import due
from counterflow.partition.due import DUE_AT_ONCE
from counterflow.partition.refusals import Unavailable
from counterflow.partition.underway import Underway
from counterflow.store.port import StoreError
from tests.bpmn.diagram import catch, element, end, model, path, service, start, timer
from tests.kernel.test_call_activity import call
from tests.kernel.test_engine import break_room
from tests.partition.rig import PATIENCE_S, Rig, activation, rig, turns, until

MINUTE, HOUR = 60_000, 3_600_000
WAIT = model(
    start(), catch("wait", timer()), element("task", id="turn"), end(), path("start", "wait", "turn", "end")
)
CALLER = model(
    start(),
    call("call", "called"),
    element("task", id="turn"),
    end(),
    path("start", "call", "turn", "end"),
    process_id="caller",
)
CALLED = model(start(), catch("wait", timer()), end(), path("start", "wait", "end"), process_id="called")
HOURLY = model(
    *(
        start("hourly", timer("timeCycle", "R/PT1H")),
        element("task", id="turn"),
        service("pack", job="pack"),
        end(),
    ),
    path("hourly", "turn", "pack", "end"),
)
RESTARTS = pytest.mark.parametrize("is_restarted", [False, True])


def create(found: Rig, process_id: str = "process") -> asyncio.Future[Any]:
    return found.writer.submit(CreateProcessInstance(bpmn_process_id=process_id, variables={}))


def move_clock(found: Rig, duration_ms: int) -> None:
    """Move the clock on; the alarm, which has been set by the true one, rings at once."""
    found.clock.ms += duration_ms
    found.writer._alarm.clear()
    found.writer._alarm.set()


async def pass_time(found: Rig, duration_ms: int) -> None:
    """Let time pass, and everything come that is due."""
    move_clock(found, duration_ms)
    await turns()
    await until(lambda: found.writer._models._reading is None)
    await turns()
    await found.writer.settle()


async def restarted(found: Rig) -> Rig:
    """Another writer on the same store."""
    await found.writer.stop()
    again = Rig(found.store)
    again.clock.ms = found.clock.ms
    again.writer.start()
    return again


def states(found: Rig) -> list[str]:
    return [row.state for row in found.store.rows(ProcessInstance)]


@RESTARTS
async def test_a_timer_whose_trigger_meets_a_fault_comes_after_the_release(
    monkeypatch: pytest.MonkeyPatch, *, is_restarted: bool
) -> None:
    async with rig(WAIT) as found:
        header = await create(found)
        with monkeypatch.context() as patch:
            break_room(patch, Behaviour.PASS_THROUGH)
            await pass_time(found, MINUTE)
        assert [row.process_instance_key for row in found.store.rows(Quarantine)] == [header.key]
        assert len(found.store.rows(Timer)) == 1
        at_work = await restarted(found) if is_restarted else found
        await at_work.writer.submit(ReleaseInstance(process_instance_key=header.key))
        await pass_time(at_work, 0)
        assert states(at_work) == ["completed"]
        await at_work.writer.stop()


@RESTARTS
async def test_a_timer_in_what_a_broken_caller_has_called(
    monkeypatch: pytest.MonkeyPatch, *, is_restarted: bool
) -> None:
    """The fault is met in the caller, once the called process has ended: the timer is not lost, and what it
    brings waits.
    """
    async with rig(CALLER) as found:
        await found.deploy(CALLED)
        header = await create(found, "caller")
        with monkeypatch.context() as patch:
            break_room(patch, Behaviour.PASS_THROUGH)
            await pass_time(found, MINUTE)
        assert [row.process_instance_key for row in found.store.rows(Quarantine)] == [header.key]
        assert (found.store.rows(Timer), states(found)) == ([], ["active", "active"])
        at_work = await restarted(found) if is_restarted else found
        await at_work.writer.submit(ReleaseInstance(process_instance_key=header.key))
        await at_work.writer.settle()
        assert states(at_work) == ["completed", "completed"]
        await at_work.writer.stop()


@RESTARTS
async def test_a_start_timer_whose_instance_faults_goes_on(
    monkeypatch: pytest.MonkeyPatch, *, is_restarted: bool
) -> None:
    """The instance that could not begin is there to be seen and released; the next one begins an hour
    later.
    """
    async with rig(HOURLY) as found:
        with monkeypatch.context() as patch:
            break_room(patch, Behaviour.PASS_THROUGH)
            await pass_time(found, HOUR)
        (aside,) = found.store.rows(Quarantine)
        assert "ZeroDivisionError" in aside.reason
        assert states(found) == ["active"]
        at_work = await restarted(found) if is_restarted else found
        await pass_time(at_work, HOUR)
        assert [
            job.process_instance_key != aside.process_instance_key for job in at_work.store.rows(Job)
        ] == [True]
        await at_work.writer.submit(ReleaseInstance(process_instance_key=aside.process_instance_key))
        await at_work.writer.settle()
        assert aside.process_instance_key in [job.process_instance_key for job in at_work.store.rows(Job)]
        (timer_row,) = at_work.store.rows(StartTimer)
        assert timer_row.due_ms == 1_000_000 + 3 * HOUR
        await at_work.writer.stop()


async def test_a_timer_that_is_refused_comes_after_the_next_release(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rig(WAIT) as found:
        header = await create(found)
        other = await create(found)
        await found.writer.submit(QuarantineInstance(process_instance_key=other.key, reason="a fault"))
        decider = found.writer._decider
        decide = decider.decide

        def refuse(command: Command) -> Any:
            if isinstance(command, TriggerDue):
                raise Rejection(RejectionType.INVALID_STATE, "not now")
            return decide(command)

        with monkeypatch.context() as patch:
            patch.setattr(decider, "decide", refuse)
            await pass_time(found, MINUTE)
        await pass_time(found, 0)
        assert states(found) == ["active", "active"]
        await found.writer.submit(ReleaseInstance(process_instance_key=other.key))
        await pass_time(found, 0)
        assert [found.store.get(ProcessInstance, (key,)).state for key in (header.key, other.key)] == [
            "completed",
            "completed",
        ]


async def test_a_timer_waits_for_a_database_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "REST_MS", 1)
    async with rig(WAIT) as found:
        header = await create(found)
        await found.writer.settle()
        found.state.forget(header.key)
        found.store.read_fault = StoreError("connection lost")
        await pass_time(found, MINUTE)
        assert states(found) == ["active"]
        found.store.read_fault = None
        await until(lambda: states(found) == ["completed"])


async def test_a_timer_whose_commit_fails_each_time_is_not_tried_without_end() -> None:
    async with rig(WAIT) as found:
        await create(found)
        await found.writer.settle()
        found.store.faults += [StoreError("disk full")] * 100
        await pass_time(found, MINUTE)
        await turns(50)
        await found.writer.settle()
        assert len(found.store.faults) == 99
        del found.store.faults[:]
        await until(lambda: states(found) == ["completed"])


async def test_a_heap_of_timers_is_worked_off_page_by_page_and_stalls_nobody() -> None:
    """Another instance's command is decided whenever its turn comes in the event loop: after a page at most,
    however many are due.
    """
    count = 12 * DUE_AT_ONCE
    async with rig(WAIT) as found:
        for number in range(count):
            create(found)
            if number % DUE_AT_ONCE == 0:
                await found.writer.settle()
        await found.writer.settle()
        move_clock(found, MINUTE)
        between: list[int] = []
        async with asyncio.timeout(PATIENCE_S):
            while found.state.next_due() is not None:
                decided = found.writer.commands
                await turns(1)
                between.append(found.writer.commands - decided)
        assert max(between) == DUE_AT_ONCE
        assert sum(between) == count
        await found.writer.settle()
        assert states(found) == ["completed"] * count


def fail(*_: object) -> None:
    """A telling with a fault of its own."""
    raise ZeroDivisionError


async def test_whoever_cannot_be_told_keeps_the_news_from_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with rig() as found:
        with found.store.held_up():
            first = found.create()
            await found.store.is_committing()
            found.writer._decider.open.committed.append(fail)
            second = found.create()
        await asyncio.wait_for(asyncio.gather(first, second), 10)
        assert "could not be told" in caplog.text
        await found.create()


async def test_whoever_cannot_be_told_of_a_failed_commit_keeps_the_news_from_nobody() -> None:
    async with rig() as found:
        found.store.faults.append(StoreError("disk full"))
        found.writer._decider.open.failed.append(fail)
        answered = found.create()
        with pytest.raises(Unavailable, match="disk full"):
            await answered
        await found.create()


async def test_a_fault_without_an_instance_says_that_nothing_was_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rig() as found:
        with monkeypatch.context() as patch:
            break_room(patch, Behaviour.START_EVENT)
            with pytest.raises(
                Rejection, match="An internal fault was met and nothing was changed; see the server's log"
            ):
                found.create()
        await found.writer.settle()
        assert (found.store.rows(Quarantine), states(found)) == ([], [])


async def test_what_is_due_is_held_until_it_is_released() -> None:
    async with rig(WAIT) as found:
        await found.create()
        await found.writer.stop()
        held = Rig(found.store, is_due_held=True)
        held.clock.ms = found.clock.ms + MINUTE
        held.writer.start()
        await held.create()
        await pass_time(held, MINUTE)
        assert states(held) == ["active", "active"]
        assert held.writer.is_due_held
        assert held.writer.release_due()
        await until(lambda: states(held) == ["completed", "completed"])
        assert not held.writer.release_due(), "it was not held any more"
        await held.writer.stop()


async def test_a_page_of_due_things_is_over_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a tenth of a page: others have their turn after eleven of them."""
    async with rig(WAIT) as found:
        for _ in range(30):
            create(found)
        await found.writer.settle()
        decide = found.writer._decider.decide

        def slowly(command: Command) -> Any:
            found.monotonic.ms += due.PAGE_MS // 10
            return decide(command)

        monkeypatch.setattr(found.writer._decider, "decide", slowly)
        decided = found.writer.commands
        move_clock(found, MINUTE)
        await turns(1)
        await until(lambda: found.writer.commands > decided)
        assert found.writer.commands - decided == 11


# -- what the server has ended in the middle of ------------------------------------------------------------


async def after_kill(found: Rig, marker: Path, table: type[Row], *, held: bool, times: int = 1) -> Rig:
    """A writer that starts after so many others were killed while they carried out what is due first."""
    await found.writer.stop()
    (first,) = sorted(row.due_ms for row in found.store.rows(table))[:1]
    (row,) = [row for row in found.store.rows(table) if row.due_ms == first]
    for _ in range(times):
        underway = Underway(marker)  # never ended
        underway.begin(Due(first, row.key, table))
        if held:
            underway.held()
    again = Rig(found.store, underway=Underway(marker))
    again.clock.ms = found.clock.ms + MINUTE
    again.writer.start()
    await again.writer.settle()
    return again


@pytest.mark.parametrize(
    "held, times, expected",
    [(True, 1, "quarantined"), (False, 1, "completed"), (False, 2, "quarantined")],
    ids=["that had held the server", "that had just begun", "again that had just begun"],
)
async def test_what_was_under_way_when_the_server_was_killed(
    tmp_path: Path, *, held: bool, times: int, expected: str
) -> None:
    async with rig(WAIT) as found:
        header = await found.create()
        again = await after_kill(found, tmp_path / "marker", Timer, held=held, times=times)
        await pass_time(again, 0)
        if expected == "completed":
            assert states(again) == ["active"], "whoever kills servers as they start finds it not begun again"
            await until(lambda: states(again) == ["completed"])
            assert again.store.rows(Quarantine) == []
        else:
            (aside,) = again.store.rows(Quarantine)
            assert aside.process_instance_key == header.key
            assert aside.reason.startswith("The server ended while timer ")
            await again.writer.submit(ReleaseInstance(process_instance_key=header.key))
            await until(lambda: states(again) == ["completed"])
        await again.writer.stop()
        last = Underway(tmp_path / "marker")
        assert last.suspects == (), "it was told once"


async def test_a_start_timer_that_was_under_way_begins_nothing_before_a_release(tmp_path: Path) -> None:
    async with rig(HOURLY) as found:
        again = await after_kill(found, tmp_path / "marker", StartTimer, held=True)
        await until(lambda: bool(again.store.rows(Quarantine)))  # its model is read first
        (aside,) = again.store.rows(Quarantine)
        await pass_time(again, 3 * HOUR)
        assert len(again.store.rows(ProcessInstance)) == 1
        await again.writer.submit(ReleaseInstance(process_instance_key=aside.process_instance_key))
        await pass_time(again, 0)
        assert len(again.store.rows(ProcessInstance)) == 2
        await again.writer.stop()


async def test_what_was_under_way_and_is_done_is_no_suspect(tmp_path: Path) -> None:
    """The marker says what the last process had begun; the database says whether it is still to be done."""
    async with rig(WAIT, underway=Underway(tmp_path / "marker")) as found:
        await found.create()
        (row,) = found.store.rows(Timer)
        await pass_time(found, MINUTE)
        assert states(found) == ["completed"]
        assert Underway(tmp_path / "marker").suspects == (), "it was taken out"
        await found.writer.stop()
        for _ in range(2):
            Underway(tmp_path / "marker").begin(Due(row.due_ms, row.key, Timer))
        again = Rig(found.store, underway=Underway(tmp_path / "marker"))
        again.writer.start()
        await again.create()
        assert again.store.rows(Quarantine) == []
        await again.writer.stop()


def test_two_that_end_the_server_in_turn_are_not_forgotten_for_each_other(tmp_path: Path) -> None:
    """Each is begun again a while after the start, and the other one meanwhile."""
    first, second = Due(1_000, 5, Timer), Due(2_000, 6, Timer)
    for due_thing in (first, second, first):
        Underway(tmp_path / "marker").begin(due_thing)
    again = Underway(tmp_path / "marker")
    assert (again.suspects, again.interrupted) == ((first,), frozenset({second}))
    again.clear_suspect(first)
    again.begin(second)
    again.end()
    assert Underway(tmp_path / "marker").interrupted == {second}, "what it needs was read first"
    again.carried_out(second)
    last = Underway(tmp_path / "marker")
    assert (last.suspects, last.interrupted) == ((), frozenset())


# -- jobs that are never done in time ----------------------------------------------------------------------


async def test_a_job_that_is_never_done_in_time_rests_in_between(caplog: pytest.LogCaptureFixture) -> None:
    """It goes back at once, then 1, 2, 4, … s after its deadline; somebody is told of it once. Its last worker
    may complete it meanwhile.
    """
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        rests = []
        for _ in range(10):
            (job,) = await found.writer.submit(activation(timeout_ms=10))
            await pass_time(found, 10)
            rests.append(next_rest(found, key))
            await pass_time(found, rests[-1])
            assert found.writer.is_ready("pack")
        assert rests == [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
        told = [record for record in caplog.records if "never done in time" in record.message]
        assert [record.levelname for record in told] == ["WARNING"]
        await found.writer.submit(activation(timeout_ms=10))
        await pass_time(found, 10)
        assert next_rest(found, key) == 60_000
        await found.complete(job.key)


def next_rest(found: Rig, key: int) -> int:
    """How long a job whose deadline is over does not go back yet."""
    due_now = found.state.next_due()
    return 0 if due_now is None else due_now.due_ms - found.clock.ms


async def test_a_job_that_has_failed_is_not_put_off() -> None:
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        for _ in range(5):
            await found.writer.submit(activation(timeout_ms=60_000))
            await found.writer.submit(FailJob(job_key=key, retries=3, back_off_ms=10, variables={}))
            await pass_time(found, 10)
            assert found.writer.is_ready("pack")
