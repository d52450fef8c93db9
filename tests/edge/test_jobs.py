"""What workers and people do to jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import Served, refused

UNKNOWN = 2**51 + 999_999

COMMANDS: list[tuple[str, Callable[..., Message]]] = [
    ("CompleteJob", gateway.CompleteJobRequest),
    ("FailJob", gateway.FailJobRequest),
    ("ThrowError", gateway.ThrowErrorRequest),
    ("UpdateJobRetries", gateway.UpdateJobRetriesRequest),
    ("UpdateJobTimeout", gateway.UpdateJobTimeoutRequest),
]
WITH_VARIABLES = COMMANDS[:3]


async def a_job(served: Served, **fields: Any) -> gateway.ActivatedJob:
    """A job of a new instance, activated."""
    await served.deploy()
    await served.create()
    (job,) = await served.poll(**fields)
    return job


@pytest.mark.parametrize("rpc, request_", COMMANDS)
async def test_a_key_that_nobody_has(served: Served, rpc: str, request_: Callable[..., Message]) -> None:
    async with refused(grpc.StatusCode.NOT_FOUND, "rejected with code 'NOT_FOUND'", f"'{UNKNOWN}'"):
        await getattr(served.stub, rpc)(
            request_(jobKey=UNKNOWN, **({"retries": 1} if rpc == "UpdateJobRetries" else {}))
        )


@pytest.mark.parametrize("rpc, request_", COMMANDS)
@pytest.mark.parametrize("key", [0, -1, 77, 2**52 + 5])
async def test_a_key_that_cannot_be_of_this_server(
    served: Served, rpc: str, request_: Callable[..., Message], key: int
) -> None:
    request = request_(jobKey=key, **({"retries": 1} if rpc == "UpdateJobRetries" else {}))
    async with refused(
        grpc.StatusCode.NOT_FOUND,
        "rejected with code 'NOT_FOUND'",
        f"job with key '{key}', but no such job was found",
    ):
        await getattr(served.stub, rpc)(request)


@pytest.mark.parametrize("rpc, request_", WITH_VARIABLES)
@pytest.mark.parametrize("variables", ["[]", "1", "{", "nul"])
async def test_variables_that_are_no_object(
    served: Served, rpc: str, request_: Callable[..., Message], variables: str
) -> None:
    job = await a_job(served)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "one JSON object"):
        await getattr(served.stub, rpc)(request_(jobKey=job.key, variables=variables))
    await served.complete(job)


async def test_variables_of_three_megabytes(served: Served) -> None:
    job = await a_job(served)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "largest: 'scan'"):
        await served.complete(job, f'{{"scan":"{"x" * 3_000_000}"}}')


async def test_the_first_completion_wins(served: Served) -> None:
    job = await a_job(served)
    await served.complete(job, '{"paid":true}')
    async with refused(
        grpc.StatusCode.NOT_FOUND, "Command 'COMPLETE' rejected with code 'NOT_FOUND'", str(job.key)
    ):
        await served.complete(job)
    found = await served.instance(job.processInstanceKey)
    assert [(variable.name, variable.value_json) for variable in found.root.variables] == [("paid", "true")]


async def test_a_job_that_nobody_activated_can_be_completed(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    (job,) = [job for child in (await served.instance(key)).root.children for job in child.jobs]
    await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key))
    assert await served.state_of(key) == "COMPLETED"


async def test_a_failed_job_with_retries_can_be_taken_at_once(served: Served) -> None:
    job = await a_job(served)
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=2, errorMessage="no paper"))
    (again,) = await served.poll()
    assert (again.key, again.retries) == (job.key, 2)


async def test_a_back_off_is_waited_for(served: Served) -> None:
    job = await a_job(served)
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=2, retryBackOff=600_000))
    assert await served.poll() == []
    async with refused(
        grpc.StatusCode.FAILED_PRECONDITION,
        "Command 'COMPLETE' rejected with code 'INVALID_STATE'",
        "back-off",
    ):
        await served.complete(job)


async def test_after_a_back_off_the_job_can_be_taken(served: Served) -> None:
    job = await a_job(served)
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=2, retryBackOff=20))
    (again,) = await served.poll(requestTimeout=60_000)
    assert (again.key, again.retries) == (job.key, 2)


async def test_a_back_off_for_ever_harms_nobody(served: Served) -> None:
    job = await a_job(served)
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=2, retryBackOff=2**63 - 1))
    other = await served.create()
    assert [job.processInstanceKey for job in await served.poll(timeout=2**63 - 1)] == [other]


async def test_the_last_failure_is_an_incident_until_somebody_helps(served: Served) -> None:
    job = await a_job(served)
    await served.stub.FailJob(
        gateway.FailJobRequest(jobKey=job.key, retries=0, errorMessage="no paper", variables='{"tray":2}')
    )
    incident = await served.incident_of(job.processInstanceKey)
    assert (incident.error_type, incident.message, incident.job_key) == (
        "JOB_NO_RETRIES",
        "no paper",
        job.key,
    )
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "retries"):
        await served.stub.ResolveIncident(gateway.ResolveIncidentRequest(incidentKey=incident.key))
    await served.stub.UpdateJobRetries(gateway.UpdateJobRetriesRequest(jobKey=job.key, retries=1))
    await served.stub.ResolveIncident(gateway.ResolveIncidentRequest(incidentKey=incident.key))
    (again,) = await served.poll()
    assert (again.key, again.retries, again.variables) == (job.key, 1, '{"tray":2}')


@pytest.mark.parametrize("retries", [0, -1])
async def test_retries_are_positive(served: Served, retries: int) -> None:
    job = await a_job(served)
    async with refused(
        grpc.StatusCode.INVALID_ARGUMENT,
        "Command 'UPDATE_RETRIES' rejected with code 'INVALID_ARGUMENT'",
        f"'{retries}'",
    ):
        await served.stub.UpdateJobRetries(gateway.UpdateJobRetriesRequest(jobKey=job.key, retries=retries))


async def test_a_worker_gets_more_time(served: Served) -> None:
    job = await a_job(served, timeout=60_000)
    await served.stub.UpdateJobTimeout(gateway.UpdateJobTimeoutRequest(jobKey=job.key, timeout=1))
    (again,) = await served.poll(requestTimeout=60_000)
    assert again.key == job.key


async def test_a_job_without_a_deadline_gets_no_other(served: Served) -> None:
    job = await a_job(served)
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=1))
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "Command 'UPDATE_TIMEOUT'", "no deadline"):
        await served.stub.UpdateJobTimeout(gateway.UpdateJobTimeoutRequest(jobKey=job.key, timeout=1))


async def test_an_error_that_the_process_catches(served: Served) -> None:
    await served.deploy(models.ERROR_CAUGHT)
    key = await served.create("risk")
    (job,) = await served.poll("risky")
    await served.stub.ThrowError(
        gateway.ThrowErrorRequest(jobKey=job.key, errorCode="sold-out", errorMessage="none left")
    )
    assert await served.state_of(key) == "COMPLETED"


@pytest.mark.parametrize("code", ["else", ""])
async def test_an_error_that_nothing_catches_is_an_incident(served: Served, code: str) -> None:
    await served.deploy(models.ERROR_CAUGHT)
    key = await served.create("risk")
    (job,) = await served.poll("risky")
    await served.stub.ThrowError(gateway.ThrowErrorRequest(jobKey=job.key, errorCode=code))
    assert (await served.incident_of(key)).error_type == "UNHANDLED_ERROR_EVENT"
    async with refused(
        grpc.StatusCode.FAILED_PRECONDITION, "Command 'THROW_ERROR' rejected with code 'INVALID_STATE'"
    ):
        await served.stub.ThrowError(gateway.ThrowErrorRequest(jobKey=job.key, errorCode=code))
