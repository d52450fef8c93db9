"""How many jobs are taken, when they are asked for, and that none is handled twice at once."""

import asyncio
from random import Random

import grpc
import pytest

from counterflow_wire import gateway as wire
from counterflow_worker import Client, Worker
from counterflow_worker.testing import ManualClock
from tests.worker.clocks import running
from tests.worker.fake_gateway import FakeGateway, activated


class Desk:
    """Handlers that wait until they are told to go on."""

    def __init__(self) -> None:
        self.running: list[int] = []
        self.most = 0
        self.started: list[int] = []
        self.changed = asyncio.Condition()
        self.doors: dict[int, asyncio.Event] = {}

    async def work(self, key: int) -> None:
        self.running.append(key)
        self.started.append(key)
        self.most = max(self.most, len(self.running))
        door = self.doors[key] = asyncio.Event()
        await self.tell()
        await door.wait()
        self.running.remove(key)
        await self.tell()

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def at_work(self, *keys: int) -> None:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: sorted(self.running) == sorted(keys))

    def let_go(self, *keys: int) -> None:
        for key in keys:
            self.doors[key].set()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def time() -> ManualClock:
    return ManualClock()


def worker_at(
    desk: Desk, client: Client, time: ManualClock, *, max_jobs: int, stream: bool = False
) -> Worker:
    worker = Worker(client, clock=time, random=Random(1))

    @worker.task("work", max_jobs=max_jobs, stream=stream)
    async def work(key: int) -> None:
        await desk.work(key)

    return worker


def numbered(*keys: int) -> list[wire.ActivatedJob]:
    return [activated(key, variables={"key": key}) for key in keys]


async def test_poll_asks_for_what_there_is_room_for(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk
) -> None:
    await gateway.add_jobs(*numbered(1, 2, 3))
    async with running(worker_at(desk, client, time, max_jobs=8)):
        second = await gateway.called("ActivateJobs", times=2)
        await desk.at_work(1, 2, 3)
        desk.let_go(1, 2, 3)

    assert [gateway.calls["ActivateJobs"][0].maxJobsToActivate, second.maxJobsToActivate] == [8, 5]


async def test_full_desk_polls_again_when_a_quarter_is_free(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk
) -> None:
    await gateway.add_jobs(*numbered(*range(1, 13)))
    async with running(worker_at(desk, client, time, max_jobs=8)):
        await desk.at_work(*range(1, 9))
        assert len(gateway.calls["ActivateJobs"]) == 1
        desk.let_go(1)
        await gateway.called("CompleteJob")
        assert len(gateway.calls["ActivateJobs"]) == 1
        desk.let_go(2)
        second = await gateway.called("ActivateJobs", times=2)
        assert second.maxJobsToActivate == 2
        await desk.at_work(3, 4, 5, 6, 7, 8, 9, 10)
        desk.let_go(*range(3, 11))
        await desk.at_work(11, 12)
        desk.let_go(11, 12)

    assert desk.most == 8


async def test_stream_and_poll_together_run_no_more_than_the_limit(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk
) -> None:
    async with running(worker_at(desk, client, time, max_jobs=2, stream=True)):
        await gateway.until(lambda: (gateway.open_polls, gateway.open_streams) == (1, 1))
        await gateway.push_jobs(*numbered(1, 2))
        await gateway.add_jobs(*numbered(3, 4))
        for done in range(1, 5):
            async with asyncio.timeout(20), desk.changed:
                await desk.changed.wait_for(lambda: bool(desk.running))
            desk.let_go(desk.running[0])
            await gateway.called("CompleteJob", times=done)

    assert sorted(desk.started) == [1, 2, 3, 4]
    assert desk.most <= 2


async def test_job_given_out_again_is_not_started_twice(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(worker_at(desk, client, time, max_jobs=8)):
        await gateway.add_jobs(*numbered(1))
        await desk.at_work(1)
        await gateway.add_jobs(*numbered(1, 2))
        await desk.at_work(1, 2)
        desk.let_go(1, 2)

    assert sorted(desk.started) == [1, 2]
    assert "was given out again while its handler still runs" in caplog.text


async def test_job_may_come_back_once_its_handler_has_ended(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk
) -> None:
    async with running(worker_at(desk, client, time, max_jobs=8)):
        for times in (1, 2):
            await gateway.add_jobs(*numbered(1))
            await desk.at_work(1)
            desk.let_go(1)
            await gateway.called("CompleteJob", times=times)

    assert desk.started == [1, 1]


async def test_server_that_does_not_hold_polls_is_not_asked_without_a_pause(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk
) -> None:
    gateway.fail("ActivateJobs", grpc.StatusCode.UNAVAILABLE)
    async with running(worker_at(desk, client, time, max_jobs=8)):
        await time.until_asleep()
        time.advance(1_000)
        probe = await gateway.called("ActivateJobs", times=2)
        await time.until_asleep()
        assert time.asleep() == [100]
        time.advance(100)
        held = await gateway.called("ActivateJobs", times=3)

    assert (probe.requestTimeout, held.requestTimeout) == (-1, 30_000)


@pytest.mark.parametrize(
    "status",
    [
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNKNOWN,
    ],
)
async def test_no_answer_but_a_misunderstanding_ends_the_polls(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk, status: grpc.StatusCode
) -> None:
    gateway.fail("ActivateJobs", status, status)
    async with running(worker_at(desk, client, time, max_jobs=8)):
        for polls in (2, 3):
            await time.until_asleep()
            time.advance(10_000)
            await gateway.called("ActivateJobs", times=polls)


async def test_waits_between_reconnects_grow(
    gateway: FakeGateway, client: Client, time: ManualClock, desk: Desk
) -> None:
    gateway.fail("ActivateJobs", *[grpc.StatusCode.UNAVAILABLE] * 10)
    waits: list[float] = []
    async with running(worker_at(desk, client, time, max_jobs=8)):
        for polls in range(2, 12):
            await time.until_asleep()
            waits += time.asleep()
            time.advance(10_000)
            await gateway.called("ActivateJobs", times=polls)

    assert [round(wait, -2) for wait in waits[:3]] == [100, 200, 400]
    assert all(4_000 <= wait <= 6_000 for wait in waits[6:])
