"""From an outcome to the server, and the heartbeat until then."""

import grpc
import pytest

from counterflow_worker import Client
from counterflow_worker.execution import heartbeat, report
from counterflow_worker.outcome import Completed, Failed, Outcome, Thrown
from counterflow_worker.testing import ManualClock, make_job
from tests.worker.fake_gateway import FakeGateway

JOB = make_job("work", key=7)
DONE = Completed(variables_json='{"a":1}')
UNAVAILABLE, NOT_FOUND = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND
INVALID, STATE = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize(
    "outcome,method,told",
    [
        (DONE, "CompleteJob", {"jobKey": 7, "variables": '{"a":1}'}),
        (
            Failed(retries=1, back_off_ms=9, message="why"),
            "FailJob",
            {"jobKey": 7, "retries": 1, "retryBackOff": 9, "errorMessage": "why", "variables": "{}"},
        ),
        (
            Thrown(code="C", message="why"),
            "ThrowError",
            {"jobKey": 7, "errorCode": "C", "errorMessage": "why", "variables": "{}"},
        ),
    ],
)
async def test_outcome_is_told(
    gateway: FakeGateway, client: Client, outcome: Outcome, method: str, told: dict[str, object]
) -> None:
    await report(client, JOB, outcome)
    [request] = gateway.calls[method]
    assert {field.name: value for field, value in request.ListFields()} == told


async def test_result_outlasts_a_long_absence(
    gateway: FakeGateway, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.fail("CompleteJob", *[UNAVAILABLE] * 20)
    await report(client, JOB, DONE)
    assert len(gateway.calls["CompleteJob"]) == 21
    assert not caplog.messages


async def test_result_already_taken_is_no_warning(
    gateway: FakeGateway, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.fail("CompleteJob", UNAVAILABLE, NOT_FOUND)
    await report(client, JOB, DONE)
    assert not caplog.messages


@pytest.mark.parametrize("status", [NOT_FOUND, STATE])
async def test_result_that_comes_too_late_is_logged(
    gateway: FakeGateway, client: Client, caplog: pytest.LogCaptureFixture, status: grpc.StatusCode
) -> None:
    gateway.fail("CompleteJob", status)
    await report(client, JOB, DONE)
    assert "<Job 7 work at task of process 1>: its result came too late" in caplog.text


async def test_result_that_cannot_be_delivered_is_logged(
    gateway: FakeGateway, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.fail("CompleteJob", grpc.StatusCode.INTERNAL)
    await report(client, JOB, DONE)
    assert "its result could not be delivered; the job comes back after its deadline" in caplog.text


async def test_result_that_the_server_refuses_becomes_an_incident(
    gateway: FakeGateway, client: Client
) -> None:
    gateway.fail("CompleteJob", INVALID, reason="variable `a` is too deep")
    await report(client, JOB, DONE)
    failed = await gateway.called("FailJob")
    assert (failed.retries, failed.errorMessage) == (
        0,
        "the server refused the result of the job: variable `a` is too deep",
    )


async def test_heart_beats_three_times_within_the_timeout(gateway: FakeGateway, client: Client) -> None:
    time = ManualClock()
    async with heartbeat(client, JOB, 9_000, time):
        for beats in (1, 2, 3):
            await time.until_asleep()
            time.advance(3_000)
            beat = await gateway.called("UpdateJobTimeout", times=beats)
            assert (beat.jobKey, beat.timeout) == (7, 9_000)


async def test_heart_beats_on_when_a_beat_is_lost(gateway: FakeGateway, client: Client) -> None:
    time = ManualClock()
    gateway.fail("UpdateJobTimeout", grpc.StatusCode.INTERNAL)
    async with heartbeat(client, JOB, 9_000, time):
        for beats in (1, 2):
            await time.until_asleep()
            time.advance(3_000)
            await gateway.called("UpdateJobTimeout", times=beats)


@pytest.mark.parametrize("status", [NOT_FOUND, STATE])
async def test_heart_stops_when_the_job_is_no_longer_ours(
    gateway: FakeGateway, client: Client, caplog: pytest.LogCaptureFixture, status: grpc.StatusCode
) -> None:
    gateway.fail("UpdateJobTimeout", status)
    time = ManualClock()
    async with heartbeat(client, JOB, 9_000, time) as beats:
        await time.until_asleep()
        time.advance(3_000)
        await beats
    assert time.asleep() == []
    assert "<Job 7 work at task of process 1> is no longer ours" in caplog.text


async def test_heart_stops_when_the_body_fails(client: Client) -> None:
    time = ManualClock()

    async def body() -> None:
        async with heartbeat(client, JOB, 9_000, time):
            await time.until_asleep()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await body()
    assert time.asleep() == []
