"""Jobs leave the writer: pushed to streams, then to polls that wait, by credit, after the commit; and come back
when due.
"""

from __future__ import annotations

import asyncio

import pytest

from counterflow.kernel.lives.jobs import FailJob
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.rows import Job
from counterflow.partition.due import DUE_AT_ONCE
from counterflow.partition.takers import STREAM_CREDIT
from counterflow.store.port import StoreError
from tests.partition.rig import Rig, activation, rig, turns


async def test_a_new_job_is_pushed_with_the_commit_that_made_it() -> None:
    async with rig() as found:
        stream = found.stream()
        with found.store.held_up():
            answer = found.create()
            await found.store.is_committing()
            await turns()
            assert not stream.taker.queue
        header = await answer
        (job,) = await stream.read(1)
        assert job.process_instance_key == header.key
        assert [row.state for row in found.store.rows(Job)] == ["activated"]
        assert len(found.store.batches) == 2  # the deployment, and creation with activation


async def test_streams_come_before_polls_and_polls_in_the_order_they_came() -> None:
    async with rig() as found:
        first, second, stream = found.poll(), found.poll(), found.stream()
        await found.create()
        assert len(await stream.read(1)) == 1
        found.writer.takers.remove_stream(stream.taker)
        await found.create()
        assert len(await first) == 1
        assert not second.done()
        await found.create()
        assert len(await second) == 1


async def test_streams_take_turns() -> None:
    async with rig() as found:
        streams = [found.stream() for _ in range(3)]
        for _ in range(6):
            await found.create()
        assert [len(await stream.read(2)) for stream in streams] == [2, 2, 2]


async def test_other_types_are_for_others() -> None:
    async with rig() as found:
        stream, poll = found.stream("ship"), found.poll("ship")
        await found.create()
        await found.writer.settle()
        assert (len(stream.taker.queue), poll.done()) == (0, False)


async def test_a_stream_is_given_no_more_than_its_credit_and_more_when_it_has_read() -> None:
    async with rig() as found:
        stream = found.stream()
        await asyncio.gather(*(found.create() for _ in range(STREAM_CREDIT + 5)))
        assert len(stream.taker.queue) == STREAM_CREDIT
        await stream.read(3)
        found.writer.offer("pack")
        await found.writer.settle()
        assert len(stream.taker.queue) == STREAM_CREDIT
        await stream.read(STREAM_CREDIT)
        found.writer.offer("pack")
        assert len(await stream.read(2)) == 2


async def test_a_backlog_is_not_pushed_unasked_but_taken_by_a_poll() -> None:
    async with rig() as found:
        await found.create()
        stream = found.stream()
        await found.writer.settle()
        assert not stream.taker.queue
        assert len(await found.writer.submit(activation())) == 1


async def test_a_job_that_reaches_nobody_comes_back_while_the_loop_stops() -> None:
    async with rig() as found:
        stream = found.stream()
        with found.store.held_up():
            found.create()
            await found.store.is_committing()
            found.writer.takers.remove_stream(stream.taker)
            stopping = asyncio.ensure_future(found.writer.stop())
            await turns()
        await stopping
        assert [(job.state, job.retries) for job in found.store.rows(Job)] == [("activatable", 3)]


async def test_a_stream_that_closes_during_the_commit_hands_its_jobs_back() -> None:
    async with rig() as found:
        stream = found.stream()
        with found.store.held_up():
            answer = found.create()
            await found.store.is_committing()
            found.writer.takers.remove_stream(stream.taker)
            poll = found.poll()
        await answer
        (job,) = await poll
        assert job.retries == 3


async def test_a_job_whose_delivery_was_lost_with_a_commit_is_offered_again() -> None:
    async with rig() as found:
        await found.create()
        stream = found.stream()
        found.store.faults.append(StoreError("disk full"))
        found.writer.offer("pack")
        await found.writer.settle()
        assert not stream.taker.queue
        assert [row.state for row in found.store.rows(Job)] == ["activatable"]
        await found.create()
        assert len({job.key for job in await stream.read(2)}) == 2


async def test_a_poll_whose_delivery_was_lost_is_answered_with_nothing() -> None:
    async with rig() as found:
        await found.create()
        poll = found.poll()
        found.store.faults.append(StoreError("disk full"))
        found.writer.offer("pack")
        assert await poll == []


async def test_a_deadline_that_passes_gives_the_job_to_another() -> None:
    async with rig() as found:
        first = found.stream(timeout_ms=20)
        await found.create()
        (job,) = await first.read(1)
        found.writer.takers.remove_stream(first.taker)
        second = found.stream()
        found.clock.ms += 20
        (again,) = await second.read(1)
        assert (again.key, again.retries) == (job.key, 3)


async def test_a_back_off_that_ends_gives_the_job_out_again() -> None:
    async with rig() as found:
        stream = found.stream()
        await found.create()
        (job,) = await stream.read(1)
        await found.writer.submit(FailJob(job_key=job.key, retries=2, back_off_ms=20, variables={}))
        found.clock.ms += 20
        (again,) = await stream.read(1)
        assert (again.key, again.retries) == (job.key, 2)


async def test_many_due_at_once_are_triggered_page_by_page() -> None:
    count = 2 * DUE_AT_ONCE + 50
    async with rig() as found:
        await asyncio.gather(*(found.create() for _ in range(count)))
        taken = await found.writer.submit(activation(maximum=count, timeout_ms=20))
        assert len(taken) == count
        found.clock.ms += 20
        poll = found.poll(maximum=1)
        await poll
        await returned(found, count - 1)


async def returned(found: Rig, count: int) -> None:
    """Wait until so many jobs can be taken again."""
    async with asyncio.timeout(10):
        while sum(row.state == "activatable" for row in found.store.rows(Job)) < count:
            await found.writer.settle()
            await turns(1)


async def test_what_was_due_while_the_server_was_down_comes_when_it_is_back() -> None:
    async with rig() as first:
        await first.create()
        await first.writer.submit(activation(timeout_ms=1_000))
    second = Rig(first.store)
    second.clock.ms = first.clock.ms + 5_000
    poll = second.poll()
    second.writer.start()
    assert len(await poll) == 1
    await second.writer.stop()


@pytest.mark.parametrize("is_cached", [True, False])
async def test_nothing_of_a_quarantined_instance_is_given_out_until_it_is_released(is_cached: bool) -> None:
    async with rig() as found:
        header = await found.create()
        await found.writer.submit(QuarantineInstance(process_instance_key=header.key, reason="a fault"))
        if not is_cached:
            found.state.forget(header.key)
        assert await found.writer.submit(activation()) == []
        stream = found.stream()
        await found.writer.submit(ReleaseInstance(process_instance_key=header.key))
        assert (await stream.read(1))[0].process_instance_key == header.key


async def test_a_stopped_loop_gives_nothing_out() -> None:
    async with rig() as found:
        await found.create()
        await found.writer.stop()
        stream = found.stream()
        found.writer.offer("pack")
        await turns()
        assert not stream.taker.queue
