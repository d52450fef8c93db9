"""A worker that keeps its job by asking for more time leaves its latest deadline in the log, not an event a
beat.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from counterflow import kernel
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.jobs import JobActivated, JobDeadlineUpdated, UpdateJobTimeout
from counterflow.kernel.rows import TABLES, Job, Partition, key_of
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import Event, LogEntry
from counterflow.partition.heartbeats import Heartbeats
from counterflow.partition.refusals import Unavailable
from counterflow.queries.history import records
from counterflow.store.port import StoreError
from tests.behaviours.test_behaviours import rows_of
from tests.partition.rig import GatedStore, Rig, activation, rig


def events(store: GatedStore) -> list[Event]:
    return [event for entry in store.read_log() for event in kernel.events_of(entry)]


def deadlines(store: GatedStore) -> list[int]:
    """The deadlines that the log still tells, given by a beat."""
    return [event.deadline_ms for event in events(store) if isinstance(event, JobDeadlineUpdated)]


def check_replay(store: GatedStore) -> None:
    """What is left of the log gives every row that the store has."""
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, store.read_log())
    (partition,) = store.rows(Partition)
    assert (replayed.last_key, replayed.last_position) == (partition.last_key, partition.last_position)
    for table in TABLES:
        if table is not Partition:
            assert rows_of(replayed, table) == {key_of(row): row for row in store.rows(table)}, table.table


async def beat(found: Rig, key: int, after_ms: int = 20_000) -> int:
    """A worker says that it is still at it; answers the deadline that this gives."""
    found.clock.ms += after_ms
    await found.writer.submit(UpdateJobTimeout(job_key=key, timeout_ms=60_000))
    return found.clock.ms + 60_000


async def test_a_thousand_heartbeats_leave_one_event_and_a_replay_gives_the_same_deadline() -> None:
    async with rig() as found:
        await found.create()
        (job,) = await found.writer.submit(activation())
        before = len(events(found.store))
        for _ in range(1_000):
            latest = await beat(found, job.key)
        assert len(events(found.store)) == before + 1
        assert deadlines(found.store) == [latest]
        assert [row.due_ms for row in found.store.rows(Job)] == [latest]
        check_replay(found.store)


async def test_beats_that_are_committed_together_leave_the_last() -> None:
    async with rig() as found:
        await found.create()
        (job,) = await found.writer.submit(activation())
        with found.store.held_up():
            beats = []
            for _ in range(5):
                found.clock.ms += 1
                beats.append(found.writer.submit(UpdateJobTimeout(job_key=job.key, timeout_ms=60_000)))
        for each in beats:
            await each
        assert deadlines(found.store) == [found.clock.ms + 60_000]
        check_replay(found.store)


async def test_each_try_at_a_job_keeps_its_last_deadline() -> None:
    async with rig() as found:
        await found.create()
        (job,) = await found.writer.submit(activation())
        await beat(found, job.key)
        first = await beat(found, job.key)
        found.clock.ms = first
        assert await found.writer.submit(TriggerDue(table=Job, key=job.key, due_ms=first))
        (again,) = await found.writer.submit(activation())
        assert again.key == job.key
        second = await beat(found, job.key)
        assert deadlines(found.store) == [first, second]
        assert len([event for event in events(found.store) if isinstance(event, JobActivated)]) == 2
        check_replay(found.store)


async def test_jobs_do_not_take_each_others_deadlines_away() -> None:
    async with rig() as found:
        await found.create()
        await found.create()
        jobs = await found.writer.submit(activation())
        told = [[await beat(found, job.key, 1_000) for job in jobs] for _ in range(3)]
        assert deadlines(found.store) == told[-1]
        check_replay(found.store)


async def test_a_beat_that_could_not_be_committed_takes_nothing_away() -> None:
    """Its position is given to another event afterwards, which must not be taken for it."""
    async with rig() as found:
        await found.create()
        (job,) = await found.writer.submit(activation())
        first = await beat(found, job.key)
        found.store.faults.append(StoreError("disk full"))
        with pytest.raises(Unavailable):
            await beat(found, job.key)
        assert deadlines(found.store) == [first]
        await found.create()
        third = await beat(found, job.key)
        assert deadlines(found.store) == [first, third]
        fourth = await beat(found, job.key)
        assert deadlines(found.store) == [first, fourth]
        check_replay(found.store)


async def test_after_a_restart_the_earlier_beat_stays_and_no_more() -> None:
    store = GatedStore()
    async with rig(store=store) as found:
        await found.create()
        (job,) = await found.writer.submit(activation())
        first = await beat(found, job.key)
    again = Rig(store)
    again.clock.ms = found.clock.ms
    for _ in range(10):
        latest = await beat(again, job.key)
    await again.writer.stop()
    assert deadlines(store) == [first, latest]
    check_replay(store)


async def test_who_reads_the_history_on_from_a_beat_gets_the_next_one() -> None:
    async with rig() as found:
        header = await found.create()
        (job,) = await found.writer.submit(activation())
        seen = 0
        for _ in range(3):
            await beat(found, job.key)
            news = list(records(found.store, process_instance_key=header.key, after_position=seen))
            assert news[-1].event == "JobDeadlineUpdated"
            assert all(one.position < other.position for one, other in pairwise(news))
            seen = news[-1].position
        told = list(records(found.store, process_instance_key=header.key))
        assert [one.event for one in told].count("JobDeadlineUpdated") == 1
        assert told[-1].position == seen


def entry_at(position: int, count: int = 1) -> LogEntry:
    return LogEntry(position, 9, 0, "UpdateJobTimeout", count, b"")


def test_only_so_many_jobs_are_remembered_the_latest_ones() -> None:
    heartbeats = Heartbeats(remembered_jobs=2)
    for job, position in ((1, 10), (2, 11), (1, 12), (3, 13)):
        heartbeats.supersede(job, [entry_at(position)])
    assert [heartbeats.supersede(job, [entry_at(20 + job)]) for job in (1, 2)] == [[12], []]


def test_an_entry_that_tells_more_than_the_deadline_stays() -> None:
    heartbeats = Heartbeats()
    heartbeats.supersede(1, [entry_at(10, count=2)])
    assert heartbeats.supersede(1, [entry_at(12), entry_at(13)]) == []
    assert heartbeats.supersede(1, [entry_at(14)]) == []
