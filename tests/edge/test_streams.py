"""StreamActivatedJobs: jobs are pushed once each, and come back when nobody reads them."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from counterflow.partition import takers
from counterflow.partition.takers import STREAM_CREDIT
from counterflow_wire import gateway
from tests.edge.served import Served, refused, stream_request, until

Stream = grpc.aio.UnaryStreamCall[Any, gateway.ActivatedJob]


async def opened(served: Served, **fields: Any) -> Stream:
    """A stream that the server knows of."""
    before = len(served.writer.takers.streams())
    call: Stream = served.stub.StreamActivatedJobs(stream_request(**fields))
    await until(lambda: len(served.writer.takers.streams()) == before + 1)
    return call


async def read(call: Stream, count: int) -> list[gateway.ActivatedJob]:
    """The next jobs of a stream."""
    jobs: list[gateway.ActivatedJob] = []
    async with asyncio.timeout(20):
        while len(jobs) < count:
            job = await call.read()
            assert isinstance(job, gateway.ActivatedJob)
            jobs.append(job)
    return jobs


@pytest.fixture
async def deployed(served: Served) -> Served:
    await served.deploy()
    return served


async def test_a_new_job_is_pushed(deployed: Served) -> None:
    call = await opened(deployed, fetchVariable=["b"])
    key = await deployed.create(variables='{"a":1,"b":2}')
    (job,) = await read(call, 1)
    assert (job.processInstanceKey, job.variables, job.worker, job.customHeaders) == (
        key,
        '{"b":2}',
        "streamer",
        '{"colour":"red"}',
    )
    await deployed.complete(job)
    assert await deployed.state_of(key) == "COMPLETED"


async def test_what_was_ready_before_is_left_to_polls(deployed: Served) -> None:
    key = await deployed.create()
    await opened(deployed)
    assert [job.processInstanceKey for job in await deployed.poll()] == [key]


async def test_streams_come_before_waiting_polls(deployed: Served) -> None:
    polling = asyncio.create_task(deployed.poll(requestTimeout=60_000))
    await until(lambda: deployed.waiting_polls() == 1)
    call = await opened(deployed)
    await deployed.create()
    assert len(await read(call, 1)) == 1
    assert deployed.waiting_polls() == 1
    polling.cancel()


async def test_streams_of_one_type_take_turns(deployed: Served) -> None:
    calls = [await opened(deployed, worker=f"worker-{number}") for number in range(3)]
    for _ in range(9):
        await deployed.create()
    jobs = [job for call in calls for job in await read(call, 3)]
    assert len({job.key for job in jobs}) == 9
    assert [job.worker for job in jobs] == [f"worker-{number}" for number in range(3) for _ in range(3)]


async def test_a_job_that_failed_is_pushed_again(deployed: Served) -> None:
    call = await opened(deployed)
    await deployed.create()
    (job,) = await read(call, 1)
    await deployed.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=2))
    (again,) = await read(call, 1)
    assert (again.key, again.retries) == (job.key, 2)


async def test_a_job_that_was_let_lie_is_pushed_again(deployed: Served) -> None:
    call = await opened(deployed, timeout=1)
    await deployed.create()
    first, second = await read(call, 2)
    assert (first.key, first.retries) == (second.key, second.retries)


@pytest.mark.parametrize(
    "fields, words",
    [({"type": " "}, "type"), ({"timeout": 0}, "timeout"), ({"tenantIds": ["red"]}, "multi-tenancy")],
)
async def test_a_stream_that_makes_no_sense_is_refused(
    served: Served, fields: dict[str, Any], words: str
) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        await served.stub.StreamActivatedJobs(stream_request(fields.pop("type", "work"), **fields)).read()


async def test_a_client_that_leaves_is_forgotten(deployed: Served) -> None:
    call = await opened(deployed)
    call.cancel()
    await until(lambda: not deployed.writer.takers.streams())
    await deployed.create()
    assert len(await deployed.poll()) == 1


async def test_a_job_on_its_way_to_a_client_that_leaves_comes_back(deployed: Served) -> None:
    call = await opened(deployed)
    deployed.store.hold()
    creating = asyncio.create_task(deployed.create())
    await deployed.held()
    call.cancel()
    await until(lambda: not deployed.writer.takers.streams())
    deployed.store.release()
    await creating
    (job,) = await deployed.poll(requestTimeout=60_000)
    assert job.retries == 3


async def test_a_client_that_does_not_read_leaves_jobs_to_others_and_gives_back_what_waits_for_it(
    deployed: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takers, "STREAM_CREDIT", 4)
    slow = await opened(deployed)
    (stream,) = deployed.writer.takers.streams()
    await deployed.create_many(40, f'{{"scan":"{"x" * 500_000}"}}')
    others = {job.key for job in await deployed.poll(maxJobsToActivate=40)}
    assert others
    (first,) = await read(slow, 1)
    waiting = {job.key for job in stream.queue}
    assert waiting
    slow.cancel()
    await until(lambda: not deployed.writer.takers.streams())
    back = {job.key for job in await deployed.poll(maxJobsToActivate=40, requestTimeout=60_000)}
    assert waiting & back
    assert not back & {*others, first.key}


async def test_a_slow_client_gets_everything_once(deployed: Served) -> None:
    count = STREAM_CREDIT + 40
    slow = await opened(deployed)
    await deployed.create_many(count, f'{{"scan":"{"x" * 20_000}"}}')
    assert len({job.key for job in await read(slow, count)}) == count


async def test_a_stream_ends_when_the_server_stops(deployed: Served) -> None:
    call = await opened(deployed)
    await deployed.create()
    assert len(await read(call, 1)) == 1
    await deployed.door.stop(grace_seconds=20)
    async with refused(grpc.StatusCode.UNAVAILABLE, "stopping"):
        await call.read()


async def test_a_client_that_does_not_read_holds_a_stopping_server_up_no_longer_than_its_grace(
    deployed: Served,
) -> None:
    slow = await opened(deployed)
    (stream,) = deployed.writer.takers.streams()
    await deployed.create_many(40, f'{{"scan":"{"x" * 500_000}"}}')
    waiting = [job.key for job in stream.queue]
    assert waiting
    await deployed.door.stop(grace_seconds=0.05)
    await deployed.writer.settle()
    assert set(waiting) <= deployed.state.ready["work"]._live
    slow.cancel()


async def test_credit_is_free_again_after_a_failed_commit(deployed: Served) -> None:
    call = await opened(deployed)
    deployed.store.failing = True
    async with refused(grpc.StatusCode.UNAVAILABLE):
        await deployed.create()
    deployed.store.failing = False
    await deployed.create_many(STREAM_CREDIT + 1)
    assert len({job.key for job in await read(call, STREAM_CREDIT + 1)}) == STREAM_CREDIT + 1
