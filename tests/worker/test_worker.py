"""A worker against a gateway: jobs come in, answers go out."""

import asyncio
import threading
from dataclasses import dataclass
from random import Random

import msgspec
import pytest

from counterflow_worker import BpmnError, Client, HandlerError, Job, JobFailure, Step, Worker
from counterflow_worker.testing import ManualClock
from tests.worker.clocks import running
from tests.worker.fake_gateway import FakeGateway, activated


class Booking(msgspec.Struct):
    city: str
    nights: int = 1


@dataclass
class Price:
    amount: int
    currency: str = "NOK"


@pytest.fixture
def time() -> ManualClock:
    return ManualClock()


@pytest.fixture
def worker(client: Client, time: ManualClock) -> Worker:
    return Worker(client, name="tester", clock=time, random=Random(1))


async def test_async_handler_completes_its_job(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("book-hotel")
    async def book_hotel(job: Job) -> dict[str, str]:
        return {"reservation": f"H-{job.process_instance_key}-{job.variables['city']}"}

    await gateway.add_jobs(activated(7, "book-hotel", {"city": "Bergen"}))
    async with running(worker):
        completed = await gateway.called("CompleteJob")

    assert (completed.jobKey, completed.variables) == (7, '{"reservation":"H-1-Bergen"}')


async def test_sync_handler_runs_on_a_thread(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("book-hotel")
    def book_hotel(booking: Booking) -> Price:
        assert threading.current_thread() is not threading.main_thread()
        return Price(amount=900 * booking.nights)

    await gateway.add_jobs(activated(7, "book-hotel", {"city": "Bergen", "nights": 2}))
    async with running(worker):
        completed = await gateway.called("CompleteJob")

    assert completed.variables == '{"amount":1800,"currency":"NOK"}'


async def test_each_task_gets_its_own_jobs(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("book-hotel")
    async def book_hotel() -> dict[str, str]:
        return {"booked": "hotel"}

    @worker.task("book-car")
    def book_car() -> dict[str, str]:
        return {"booked": "car"}

    await gateway.add_jobs(activated(1, "book-car"), activated(2, "book-hotel"))
    async with running(worker):
        await gateway.called("CompleteJob", times=2)

    assert {call.jobKey: call.variables for call in gateway.calls["CompleteJob"]} == {
        1: '{"booked":"car"}',
        2: '{"booked":"hotel"}',
    }


async def test_bpmn_error_is_thrown(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("book-flight")
    def book_flight() -> None:
        raise BpmnError("FLIGHT_UNAVAILABLE", "no seats", {"airline": "XY"})

    await gateway.add_jobs(activated(3, "book-flight"))
    async with running(worker):
        thrown = await gateway.called("ThrowError")

    assert (thrown.jobKey, thrown.errorCode, thrown.errorMessage, thrown.variables) == (
        3,
        "FLIGHT_UNAVAILABLE",
        "no seats",
        '{"airline":"XY"}',
    )


async def test_job_failure_says_what_is_left(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("pay")
    async def pay() -> None:
        raise JobFailure("bank closed", retries=7, back_off_ms=60_000, variables={"opens": "09:00"})

    await gateway.add_jobs(activated(3, "pay"))
    async with running(worker):
        failed = await gateway.called("FailJob")

    assert (failed.retries, failed.errorMessage, failed.retryBackOff, failed.variables) == (
        7,
        "bank closed",
        60_000,
        '{"opens":"09:00"}',
    )


async def test_any_exception_costs_a_retry_and_backs_off(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("pay")
    async def pay() -> None:
        raise ZeroDivisionError("by zero")

    await gateway.add_jobs(activated(3, "pay", {"card": "4111"}, retries=2))
    async with running(worker):
        failed = await gateway.called("FailJob")

    assert (failed.retries, failed.errorMessage) == (1, "ZeroDivisionError: by zero")
    assert 1_800 <= failed.retryBackOff <= 2_200


async def test_variables_that_do_not_fit_are_an_incident_naming_the_field(
    gateway: FakeGateway, worker: Worker
) -> None:
    @worker.task("book-hotel")
    async def book_hotel(booking: Booking) -> None:
        raise AssertionError

    await gateway.add_jobs(activated(3, "book-hotel", {"city": "Bergen", "nights": "two"}))
    async with running(worker):
        failed = await gateway.called("FailJob")

    assert failed.retries == 0
    assert (
        failed.errorMessage
        == "variables of task 'book-hotel' do not fit its handler: Expected `int`, got `str` - at `$.nights`"
    )


async def test_job_whose_variables_are_no_json_fails_and_harms_no_other(
    gateway: FakeGateway, worker: Worker
) -> None:
    @worker.task("work")
    async def work(job: Job) -> None:
        assert job.variables is not None

    await gateway.add_jobs(activated(1, variables="{"), activated(2))
    async with running(worker):
        failed, completed = await gateway.called("FailJob"), await gateway.called("CompleteJob")

    assert (failed.jobKey, completed.jobKey) == (1, 2)


async def test_poll_and_stream_ask_for_what_the_task_says(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("book-hotel", timeout_ms=5_000, max_jobs=4)
    async def book_hotel(booking: Booking) -> None: ...

    async with running(worker):
        poll, stream = await gateway.called("ActivateJobs"), await gateway.called("StreamActivatedJobs")

    assert (poll.type, poll.worker, poll.timeout, poll.maxJobsToActivate, list(poll.fetchVariable)) == (
        "book-hotel",
        "tester",
        5_000,
        4,
        ["city", "nights"],
    )
    assert (stream.type, stream.worker, stream.timeout, list(stream.fetchVariable)) == (
        "book-hotel",
        "tester",
        5_000,
        ["city", "nights"],
    )


async def test_pushed_jobs_are_done(gateway: FakeGateway, worker: Worker) -> None:
    @worker.task("work")
    async def work() -> None: ...

    async with running(worker):
        await gateway.push_jobs(activated(1), activated(2))
        await gateway.called("CompleteJob", times=2)

    assert sorted(call.jobKey for call in gateway.calls["CompleteJob"]) == [1, 2]


async def test_middleware_runs_around_every_handler_the_first_outermost(
    gateway: FakeGateway, client: Client
) -> None:
    order: list[str] = []

    async def outer(job: Job, proceed: Step) -> object:
        order.append("outer")
        return await proceed(job)

    async def inner(job: Job, proceed: Step) -> object:
        order.append("inner")
        return {"result": await proceed(job)}

    worker = Worker(client, middleware=[outer, inner])

    @worker.task("work")
    def work() -> str:
        order.append("handler")
        return "done"

    await gateway.add_jobs(activated(1))
    async with running(worker):
        completed = await gateway.called("CompleteJob")

    assert (order, completed.variables) == (["outer", "inner", "handler"], '{"result":"done"}')


async def test_heartbeat_keeps_the_job_while_its_handler_runs(
    gateway: FakeGateway, worker: Worker, time: ManualClock
) -> None:
    finish = asyncio.Event()

    @worker.task("work", timeout_ms=30_000)
    async def work() -> None:
        await finish.wait()

    await gateway.add_jobs(activated(1))
    async with running(worker):
        for beats in (1, 2):
            await time.until_asleep()
            time.advance(10_000)
            beat = await gateway.called("UpdateJobTimeout", times=beats)
            assert (beat.jobKey, beat.timeout) == (1, 30_000)
        finish.set()
        await gateway.called("CompleteJob")

    time.advance(60_000)
    assert len(gateway.calls["UpdateJobTimeout"]) == 2


async def test_worker_without_tasks_is_refused(worker: Worker) -> None:
    with pytest.raises(HandlerError, match=r"no tasks; register a handler with @worker\.task"):
        await worker.run()


def test_two_handlers_for_one_type_are_refused() -> None:
    worker = Worker()

    @worker.task("work")
    def first() -> None: ...

    with pytest.raises(HandlerError, match=r"job type 'work' has two handlers.*first.*second"):

        @worker.task("work")
        def second() -> None: ...


async def test_a_worker_may_keep_to_some_of_its_tasks(gateway: FakeGateway, worker: Worker) -> None:
    for job_type in ("book-hotel", "book-car", "book-flight"):
        worker.task(job_type, stream=False)(lambda job: None)
    worker.keep(["book-car", "book-flight"])
    async with running(worker):
        await gateway.until(lambda: len({call.type for call in gateway.calls["ActivateJobs"]}) == 2)
    assert {call.type for call in gateway.calls["ActivateJobs"]} == {"book-car", "book-flight"}
