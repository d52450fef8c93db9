"""The single writer: commits in groups, answers after the commit, and goes on when one fails."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from counterflow import kernel
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.rows import Job, Partition, ProcessInstance, Quarantine
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import Behaviour
from counterflow.partition import decider, writer
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.store.open import open_store
from counterflow.store.port import StoreError
from tests.bpmn.diagram import catch, end, model, path, start, timer
from tests.kernel.test_engine import break_room
from tests.partition.rig import Rig, activation, creation, rig, turns, until

AT_ONCE = model(start(), end(), path("start", "end"))
WAITS = model(start(), catch("wait", timer(text="PT1H")), end(), path("start", "wait", "end"))


async def test_what_piles_up_during_a_commit_is_committed_together() -> None:
    async with rig() as found:
        before = len(found.store.batches)
        with found.store.held_up():
            first = found.create()
            await found.store.is_committing()
            others = [found.create(n=number) for number in range(50)]
        await asyncio.gather(first, *others)
        assert len(found.store.batches) == before + 2
        assert len(found.store.batches[-1].log) == 50
        assert len(found.store.rows(ProcessInstance)) == 51


async def test_an_answer_leaves_after_the_commit_and_not_before() -> None:
    async with rig() as found:
        with found.store.held_up():
            answer = found.create()
            await found.store.is_committing()
            await turns()
            assert not answer.done()
        header = await answer
        assert found.store.get(ProcessInstance, (header.key,)) == header


async def test_the_next_command_sees_what_is_still_on_its_way_to_the_disk() -> None:
    async with rig() as found:
        with found.store.held_up():
            found.create()
            await found.store.is_committing()
            (instance,) = found.state.instances.values()
            completed = found.complete(max(instance.jobs))
            await turns()
            assert found.store.rows(ProcessInstance) == []
        await completed
        assert [row.state for row in found.store.rows(ProcessInstance)] == ["completed"]


async def test_a_refused_command_is_told_at_once_and_writes_nothing() -> None:
    async with rig() as found:
        written = len(found.store.batches)
        with found.store.held_up(), pytest.raises(Rejection) as raised:
            found.complete(7)
        assert raised.value.type is RejectionType.NOT_FOUND
        await found.writer.settle()
        assert len(found.store.batches) == written


@pytest.mark.parametrize("fault", [StoreError("disk full"), RuntimeError("a fault of the store")])
async def test_when_a_commit_fails_it_and_all_decided_after_it_are_discarded(fault: Exception) -> None:
    async with rig() as found:
        await found.create(n=0)
        kept = found.store.rows(Job)
        found.store.faults.append(fault)
        with found.store.held_up():
            failing = found.create(n=1)
            await found.store.is_committing()
            after = [found.create(n=2), found.complete(kept[0].key)]
        for future in (failing, *after):
            with pytest.raises(Unavailable, match="The command was not carried out"):
                await future
        assert found.store.rows(Job) == kept
        assert found.store.get(ProcessInstance, (kept[0].process_instance_key,)) is not None


async def test_after_a_failed_commit_it_goes_on_from_the_store() -> None:
    async with rig() as found:
        await found.create()
        (job,) = found.store.rows(Job)
        found.store.faults.append(StoreError("disk full"))
        lost = found.complete(job.key)
        with pytest.raises(Unavailable):
            await lost
        assert found.store.rows(Partition) == [Partition(1, found.state.last_key, found.state.last_position)]
        await found.complete(job.key)
        assert [row.state for row in found.store.rows(ProcessInstance)] == ["completed"]
        positions = [entry.position for entry in found.store.read_log()]
        assert positions == sorted(set(positions))


async def test_a_store_that_can_neither_be_written_nor_read_is_waited_for() -> None:
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        found.store.faults.append(StoreError("connection lost"))
        found.store.read_fault = StoreError("connection lost")
        stream = found.stream()
        with pytest.raises(Unavailable):
            await found.complete(key)
        with pytest.raises(Unavailable, match="neither be written nor read"):
            found.create()
        found.writer.offer("pack")
        await found.writer.settle()
        assert not stream.taker.queue
        found.store.read_fault = None
        await found.complete(key)
        assert [row.state for row in found.store.rows(ProcessInstance)] == ["completed"]


async def test_too_many_commands_are_refused_until_some_are_committed() -> None:
    async with rig(maximum_pending=2) as found:
        with found.store.held_up():
            waiting = [found.create(), found.create()]
            with pytest.raises(Overloaded, match="2 commands wait for their commit"):
                found.create()
            assert len(found.state.instances) == 2
        await asyncio.gather(*waiting)
        await found.create()


async def test_one_broken_instance_harms_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rig() as found:
        broken, sound = await found.create(), await found.create()
        first, second = found.job_keys()
        with monkeypatch.context() as patch:
            break_room(patch, Behaviour.END_EVENT)
            with pytest.raises(Rejection, match=f"process instance '{broken.key}' is quarantined") as raised:
                found.complete(first)
        assert raised.value.type is RejectionType.PROCESSING_ERROR
        await found.complete(second)
        await found.writer.settle()
        assert [row.process_instance_key for row in found.store.rows(Quarantine)] == [broken.key]
        assert found.store.get(ProcessInstance, (sound.key,)).state == "completed"


async def test_a_store_that_cannot_be_read_is_nobodys_fault() -> None:
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        found.state.forget(next(iter(found.state.instances)))
        found.store.read_fault = StoreError("connection lost")
        with pytest.raises(Unavailable, match="connection lost"):
            found.complete(key)
        found.store.read_fault = None
        await found.complete(key)
        assert found.store.rows(Quarantine) == []


async def test_time_never_goes_back() -> None:
    async with rig() as found:
        first = await found.create()
        found.clock.ms -= 5_000
        second = await found.create()
        assert second.started_at_ms == first.started_at_ms
        found.clock.ms += 5_001
        assert (await found.create()).started_at_ms == first.started_at_ms + 1


async def test_instances_put_away_behave_like_those_in_memory() -> None:
    tables = {}
    for cached in (1_000, 1, 0):
        async with rig(caches=CacheLimits(instances=cached)) as found:
            for number in range(8):
                await found.create(n=number)
            for key in found.job_keys():
                await found.writer.submit(activation(maximum=1))
                await found.complete(key, done=True)
            assert len(found.state.instances) <= max(cached, 0)
            tables[cached] = (
                found.store.rows(ProcessInstance),
                found.store.rows(Job),
                list(found.store.read_log()),
            )
    assert tables[1_000] == tables[1] == tables[0]


async def test_another_loop_goes_on_where_this_one_stopped() -> None:
    async with rig() as first:
        await first.create()
    async with rig(store=first.store) as second:
        header = await second.create()
        assert header.version == 1
        assert [job.process_instance_key for job in await second.writer.submit(activation())][1] == header.key


async def test_settling_waits_for_everything_decided() -> None:
    async with rig() as found:
        await found.writer.settle()
        answers = [found.create() for _ in range(5)]
        await found.writer.settle()
        assert all(answer.done() for answer in answers)


async def test_who_stops_settling_breaks_no_commit_off() -> None:
    async with rig() as found:
        with found.store.held_up():
            answer = found.create()
            settling = asyncio.create_task(found.writer.settle())
            await found.store.is_committing()
            settling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await settling
        assert (await answer).key


async def test_stopping_commits_what_is_decided_and_refuses_the_rest() -> None:
    async with rig() as found:
        poll = found.poll("nobody")
        answer = found.create()
        await found.writer.stop()
        assert answer.done()
        assert poll.result() == []
        assert len(found.store.rows(ProcessInstance)) == 1
        with pytest.raises(Unavailable, match="stopping"):
            found.create()
        with pytest.raises(Unavailable, match="stopping"):
            found.writer.submit_and_follow(creation())


async def test_the_end_of_an_instance_is_told_when_it_is_durable() -> None:
    async with rig() as found:
        answered, ended = found.writer.submit_and_follow(creation(a=1))
        header = await answered
        (key,) = found.job_keys()
        with found.store.held_up():
            found.complete(key, b=2)
            await found.store.is_committing()
            await turns()
            assert not ended.done()
        end_of_it = await ended
        assert (end_of_it.process_instance_key, end_of_it.state) == (header.key, "completed")
        assert dict(end_of_it.variables) == {"a": b"1", "b": b"2"}


async def test_an_end_within_the_first_command_is_told() -> None:
    async with rig(AT_ONCE) as found:
        answered, ended = found.writer.submit_and_follow(creation())
        assert (await ended).process_instance_key == (await answered).key


async def test_an_end_whose_commit_fails_is_told_with_the_one_that_succeeds() -> None:
    async with rig() as found:
        _, ended = found.writer.submit_and_follow(creation())
        await found.writer.settle()
        (key,) = found.job_keys()
        found.store.faults.append(StoreError("disk full"))
        with pytest.raises(Unavailable):
            await found.complete(key)
        assert not ended.done()
        await found.complete(key)
        assert (await ended).state == "completed"


async def test_who_follows_an_instance_that_never_came_to_be_is_told() -> None:
    """Its key will be given to another one, whose end is none of their business."""
    async with rig() as found:
        found.store.faults.append(StoreError("disk full"))
        answered, ended = found.writer.submit_and_follow(creation())
        for future in (answered, ended):
            with pytest.raises(Unavailable):
                await future
        another, its_end = found.writer.submit_and_follow(creation())
        await another
        await found.complete(found.job_keys()[0])
        assert (await its_end).state == "completed"


async def test_who_no_longer_follows_is_not_told() -> None:
    async with rig() as found:
        answered, ended = found.writer.submit_and_follow(creation())
        header = await answered
        found.writer.stop_following(header.key, ended)
        found.writer.stop_following(header.key, ended)
        await found.complete(found.job_keys()[0])
        assert not ended.done()


async def test_an_answer_that_nobody_waits_for_any_more_harms_nobody() -> None:
    async with rig() as found:
        found.create().cancel()
        await found.create()
        await until(lambda: len(found.store.rows(ProcessInstance)) == 2)


async def test_a_command_given_twice_is_carried_out_once() -> None:
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        command = CompleteJob(job_key=key, variables={})
        answer = found.writer.submit(command)
        with pytest.raises(Rejection, match="no such job was found"):
            found.writer.submit(command)
        await answer


async def test_an_end_cannot_be_followed_while_the_state_is_lost() -> None:
    """What is in memory then may tell of an end that was never durable."""
    async with rig() as found:
        key = (await found.create()).key
        found.store.faults.append(StoreError("connection lost"))
        found.store.read_fault = StoreError("connection lost")
        with pytest.raises(Unavailable):
            await found.complete(found.job_keys()[0])
        with pytest.raises(Unavailable, match="neither be written nor read"):
            found.writer.follow(key)
        found.store.read_fault = None
        assert found.writer.follow(key) is not None, "it has come back"


async def test_nothing_that_is_due_is_triggered_before_it_starts() -> None:
    async with rig(WAITS) as first:
        await first.create()
    later = Rig(first.store)
    later.clock.ms = first.clock.ms + 3_600_000
    async with later.writer:
        await turns()
        assert [row.state for row in first.store.rows(ProcessInstance)] == ["active"]
        later.writer.start()
        await until(lambda: [row.state for row in first.store.rows(ProcessInstance)] == ["completed"])


# -- somebody else's lock ----------------------------------------------------------------------------------


async def test_another_process_lock_is_waited_for_beside_everything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While it is held, the event loop turns; who waits for a commit is told at the end of the grace."""
    monkeypatch.setattr(writer, "LOCKED_S", 0.3)
    file = tmp_path / "locked.db"
    with closing(open_store(f"sqlite:///{file}")) as store:
        found = Rig(store)
        await found.deploy()
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            lost = found.create()
            gaps = [0.0]
            while not lost.done():
                before = time.monotonic()
                await asyncio.sleep(0)
                gaps.append(time.monotonic() - before)
            with pytest.raises(Unavailable, match="SQLITE_BUSY"):
                await lost
            assert len(gaps) > 10, "others have had their turns"
            waits = found.create()
            await turns()
            assert not waits.done()
            other.execute("ROLLBACK")
        assert (await waits).key
        assert len(list(store.scan(ProcessInstance, {}))) == 1
        await found.writer.stop()


# -- no memory ---------------------------------------------------------------------------------------------


async def test_no_memory_for_a_batch_ends_the_batch() -> None:
    async with rig() as found:
        found.store.faults.append(MemoryError())
        with pytest.raises(Unavailable, match="was not carried out"):
            await found.create()
        assert (await found.create()).key
        assert len(found.store.rows(ProcessInstance)) == 1


@pytest.mark.parametrize("times", [1, 2], ids=["once", "and none to go on from the store"])
async def test_no_memory_to_put_a_batch_together(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    async with rig() as found:
        with monkeypatch.context() as patch:
            patch.setattr(decider, "seal", no_memory)
            if times == 2:
                patch.setattr(decider, "load_state", no_memory)
            lost = [found.create(), found.create()]
            for future in lost:
                with pytest.raises(Unavailable, match="was not carried out"):
                    await future
        assert (await found.create()).key
        assert len(found.store.rows(ProcessInstance)) == 1


async def test_no_memory_for_a_command_is_not_its_instances_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        with monkeypatch.context() as patch:
            patch.setattr(kernel, "log_of", no_memory)
            with pytest.raises(Unavailable, match="no memory left"):
                found.complete(key)
        await found.complete(key)
        assert found.store.rows(Quarantine) == []


def no_memory(*_: object) -> None:
    raise MemoryError
