"""One run of a worker: how it begins, how it outlives its server, how it ends."""

import asyncio
import logging
import os
import signal
from random import Random

import grpc
import pytest

from counterflow_worker import Client, InvalidArgumentError, Worker, WorkerError
from counterflow_worker.run import signals_to
from counterflow_worker.testing import ManualClock
from tests.worker.clocks import running
from tests.worker.fake_gateway import FakeGateway, activated


@pytest.fixture
def time() -> ManualClock:
    return ManualClock()


@pytest.fixture
def worker(client: Client, time: ManualClock) -> Worker:
    return Worker(client, name="tester", clock=time, random=Random(1))


async def test_drain_takes_nothing_more_and_finishes_what_runs(gateway: FakeGateway, worker: Worker) -> None:
    started, finish = asyncio.Event(), asyncio.Event()

    @worker.task("work")
    async def work() -> dict[str, str]:
        started.set()
        await finish.wait()
        return {"late": "but whole"}

    await gateway.add_jobs(activated(1))
    run = asyncio.create_task(worker.run(handle_signals=False))
    await started.wait()
    await gateway.until(lambda: (gateway.open_polls, gateway.open_streams) == (1, 1))
    worker.stop()
    await gateway.until(lambda: (gateway.open_polls, gateway.open_streams) == (0, 0))
    await gateway.add_jobs(activated(2))
    await gateway.push_jobs(activated(3))
    assert not run.done()
    finish.set()
    await run

    assert [call.jobKey for call in gateway.calls["CompleteJob"]] == [1]
    assert (len(gateway.backlog["work"]), len(gateway.pushed["work"])) == (1, 1)


async def test_second_stop_abandons_what_runs(gateway: FakeGateway, worker: Worker) -> None:
    started = asyncio.Event()

    @worker.task("work")
    async def work() -> None:
        started.set()
        await asyncio.Event().wait()

    await gateway.add_jobs(activated(1))
    async with running(worker):
        await started.wait()
        worker.stop()

    assert not gateway.calls["CompleteJob"]
    assert not gateway.calls["FailJob"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_drains(gateway: FakeGateway, worker: Worker, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    @worker.task("work")
    async def work() -> None:
        os.kill(os.getpid(), number)

    await gateway.add_jobs(activated(1))
    async with asyncio.timeout(20):
        await worker.run()

    assert [call.jobKey for call in gateway.calls["CompleteJob"]] == [1]
    assert signal.getsignal(number) is before


async def test_worker_outlives_its_server_and_says_so_once(
    gateway: FakeGateway, worker: Worker, time: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "counterflow_worker")

    @worker.task("work", stream=False)
    async def work() -> None: ...

    @worker.task("other", stream=False)
    async def other() -> None: ...

    async with running(worker):
        await gateway.called("ActivateJobs", times=2)
        await gateway.stop()
        for _ in range(4):
            await time.until_asleep(2)
            time.advance(10_000)
        await gateway.start()
        await gateway.add_jobs(activated(1), activated(2, "other"))
        await passing(time, gateway, answers=2)

    told = [record.getMessage() for record in caplog.records if gateway.address in record.getMessage()]
    assert len(told) == 3
    assert told[0].startswith("tester takes work, other from")
    assert told[1].startswith(f"no jobs from {gateway.address}, trying again until they come")
    assert told[2] == f"{gateway.address} answers again"


async def test_stream_is_opened_again_after_the_server_is_back(
    gateway: FakeGateway, worker: Worker, time: ManualClock
) -> None:
    @worker.task("work")
    async def work() -> None: ...

    async with running(worker):
        await gateway.until(lambda: gateway.open_streams == 1)
        await gateway.stop()
        await time.until_asleep(2)
        await gateway.start()
        await gateway.push_jobs(activated(1))
        await passing(time, gateway, answers=1)

    assert [call.jobKey for call in gateway.calls["CompleteJob"]] == [1]


async def test_server_without_streams_is_polled(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("work")
    async def work() -> None: ...

    gateway.fail("StreamActivatedJobs", grpc.StatusCode.UNIMPLEMENTED)
    async with running(worker):
        await gateway.called("StreamActivatedJobs")
        await gateway.add_jobs(activated(1))
        await gateway.called("CompleteJob")

    assert len(gateway.calls["StreamActivatedJobs"]) == 1


async def test_what_the_server_cannot_understand_ends_the_worker(
    gateway: FakeGateway, worker: Worker
) -> None:
    @worker.task("work", stream=False)
    async def work() -> None: ...

    gateway.fail("ActivateJobs", grpc.StatusCode.INVALID_ARGUMENT, reason="type has a bad name")
    with pytest.raises(InvalidArgumentError, match="type has a bad name"):
        await worker.run(handle_signals=False)


async def test_worker_that_runs_is_not_run_beside_itself(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("work")
    async def work() -> None: ...

    async with running(worker):
        await gateway.called("ActivateJobs")
        with pytest.raises(WorkerError, match="worker tester runs already"):
            await worker.run(handle_signals=False)

    async with running(worker):
        await gateway.called("ActivateJobs", times=2)


async def passing(time: ManualClock, gateway: FakeGateway, *, answers: int) -> None:
    """Let time pass, whenever somebody waits for it, until so many jobs are completed."""
    arrived = asyncio.create_task(gateway.called("CompleteJob", times=answers))
    while not arrived.done():
        asleep = asyncio.create_task(time.until_asleep())
        await asyncio.wait((arrived, asleep), return_when=asyncio.FIRST_COMPLETED)
        asleep.cancel()
        time.advance(5_000)
    await arrived


async def test_client_that_was_given_stays_open(gateway: FakeGateway, client: Client, worker: Worker) -> None:
    worker.task("work")(lambda: None)
    async with running(worker):
        await gateway.called("ActivateJobs")
    channel = client.connection._channel
    await client.topology()
    assert client.connection._channel is channel


async def test_cancelled_run_abandons_its_handlers(gateway: FakeGateway, worker: Worker) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    @worker.task("work")
    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await gateway.add_jobs(activated(1))
    run = asyncio.create_task(worker.run(handle_signals=False))
    await started.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    await ended.wait()
    assert not gateway.calls["CompleteJob"]


async def test_signals_are_left_alone_off_the_main_thread() -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def inside() -> bool:
        with signals_to(lambda: None):
            return signal.getsignal(signal.SIGTERM) is before

    assert await asyncio.to_thread(asyncio.run, inside())
    with signals_to(lambda: None, handle=False):
        assert signal.getsignal(signal.SIGTERM) is before
    with signals_to(lambda: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
