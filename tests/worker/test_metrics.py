"""What a worker tells of its jobs while it works."""

from random import Random

import grpc
import pytest

from counterflow_worker import BpmnError, Client, Job, Metrics, Outcome, Worker
from counterflow_worker.testing import ManualClock
from tests.worker.clocks import running
from tests.worker.fake_gateway import FakeGateway, activated


class Diary(Metrics):
    """Writes everything down."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, ...]] = []

    def job_taken(self, job: Job) -> None:
        self.lines.append((job.key, "taken"))

    def job_handled(self, job: Job, outcome: Outcome, duration_ms: int) -> None:
        self.lines.append((job.key, type(outcome).__name__, duration_ms))

    def job_reported(self, job: Job, outcome: Outcome, *, accepted: bool) -> None:
        self.lines.append((job.key, type(outcome).__name__, accepted))


class Broken(Metrics):
    def job_taken(self, job: Job) -> None:
        raise RuntimeError("the registry is closed")


async def test_a_job_is_told_of_when_it_is_taken_handled_and_reported(
    gateway: FakeGateway, client: Client
) -> None:
    diary, time = Diary(), ManualClock()
    worker = Worker(client, metrics=diary, clock=time, random=Random(1))

    @worker.task("book-hotel", heartbeat=False, stream=False, max_jobs=1)
    async def book_hotel(job: Job) -> None:
        if job.key == 2:
            raise BpmnError("NO_HOTEL")
        time.advance(250)

    gateway.fail("ThrowError", grpc.StatusCode.NOT_FOUND)
    await gateway.add_jobs(activated(1, "book-hotel"), activated(2, "book-hotel"))
    async with running(worker):
        await gateway.called("CompleteJob")
        await gateway.called("ThrowError")

    assert diary.lines == [
        (1, "taken"),
        (1, "Completed", 250),
        (1, "Completed", True),
        (2, "taken"),
        (2, "Thrown", 0),
        (2, "Thrown", False),
    ]


async def test_metrics_that_fail_do_not_stop_the_work(
    gateway: FakeGateway, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(client, metrics=Broken())
    worker.task("book-hotel")(lambda: None)
    await gateway.add_jobs(activated(1, "book-hotel"))
    async with running(worker):
        await gateway.called("CompleteJob")
    assert "RuntimeError: the registry is closed" in caplog.text
