"""What may wait for its commit: so many commands, so many bytes, and a part left to work under way."""

from __future__ import annotations

import asyncio

import pytest

from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ReturnJob
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.rows import Job, ProcessInstance
from counterflow.kernel.vocabulary import Command
from counterflow.partition.pending import Pending, size_of
from counterflow.partition.refusals import Overloaded
from tests.partition.rig import Rig, rig

CREATE = CreateProcessInstance(bpmn_process_id="process", variables={"scan": b"x" * 100})
COMPLETE = CompleteJob(job_key=1, variables={})
RETURN = ReturnJob(job_key=1, deadline_ms=1)


def filled(count: int, size: int = 0) -> Pending:
    pending = Pending(maximum=8, maximum_bytes=1_000)
    for _ in range(count):
        pending.enter(size)
    return pending


@pytest.mark.parametrize(
    "count, command, found",
    [
        (5, CREATE, ""),
        (6, CREATE, "6 commands wait for their commit, which is as many as may; try again after a while"),
        (7, COMPLETE, ""),
        (8, COMPLETE, "8 commands wait for their commit, which is as many as may; try again after a while"),
        (99, RETURN, ""),
    ],
)
def test_work_under_way_has_room_that_new_work_has_not(count: int, command: Command, found: str) -> None:
    assert filled(count).why_full(command, 0) == found


@pytest.mark.parametrize(
    "size, command, found",
    [
        (350, CREATE, ""),
        (
            351,
            CREATE,
            "702 bytes of commands wait for their commit, and 50 more would be too many; try again after a while",
        ),
        (475, COMPLETE, ""),
        (
            476,
            COMPLETE,
            "952 bytes of commands wait for their commit, and 50 more would be too many; try again after a while",
        ),
    ],
)
def test_bytes_are_bounded_too(size: int, command: Command, found: str) -> None:
    assert filled(2, size).why_full(command, 50) == found


def test_one_command_alone_has_room_whatever_its_size() -> None:
    assert filled(0).why_full(CREATE, 10**9) == ""


def test_what_leaves_makes_room() -> None:
    pending = filled(8, 10)
    for _ in range(8):
        pending.leave(10)
    assert (pending.count, pending.bytes) == (0, 0)


def test_the_size_of_a_command_is_what_it_brings() -> None:
    resources = tuple(ReadResource(name, b"x" * 40, b"", ()) for name in ("a.bpmn", "b.bpmn"))
    assert [
        size_of(command) for command in (CREATE, COMPLETE, RETURN, DeployResources(resources=resources))
    ] == [100, 0, 0, 80]


async def test_under_overload_memory_is_bounded_and_nothing_acknowledged_is_lost() -> None:
    """The writer is held: what comes beyond the limit is refused, work under way is let in, and what was let
    in is kept.
    """
    async with rig(maximum_pending=80) as found:
        for _ in range(20):
            await found.create()
        under_way = found.job_keys()
        with found.store.held_up():
            accepted, refused = create_many(found, 500)
            assert (len(accepted), refused) == (60, 440)
            ended = [found.complete(key) for key in under_way]
            with pytest.raises(Overloaded):
                found.complete(under_way[0])
            assert len(found.state.instances) <= 20 + 60
            assert len(found.store.rows(ProcessInstance)) == 20
        instances = await asyncio.gather(*accepted)
        await asyncio.gather(*ended)
        kept = {row.key: row.state for row in found.store.rows(ProcessInstance)}
        assert {instance.key for instance in instances} <= set(kept)
        assert sorted(kept.values()) == ["active"] * 60 + ["completed"] * 20
        assert len(found.store.rows(Job)) == 60
        await found.create()


async def test_steps_of_work_under_way_are_told_of() -> None:
    async with rig() as found:
        told: list[int] = []
        found.writer.watch_work(told.append)
        await asyncio.gather(found.create(), found.create())
        for key in found.job_keys():
            await found.complete(key)
        assert told == [1, 1]


def create_many(found: Rig, count: int) -> tuple[list[asyncio.Future[ProcessInstance]], int]:
    """Those that were let in, and how many were not."""
    accepted, refused = [], 0
    for _ in range(count):
        try:
            accepted.append(found.create())
        except Overloaded:
            refused += 1
    return accepted, refused
