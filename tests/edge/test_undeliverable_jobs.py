"""One job that no message can carry harms nobody else's, whether they are polled for or pushed; an incident
holds it.
"""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from counterflow.edge.grpc.families import activation
from counterflow.edge.grpc.to_wire import job_on_wire
from counterflow.kernel.lives import job_delivery
from counterflow.kernel.rows import Job
from counterflow.kernel.vocabulary import ActivatedJob, BrokenInvariant
from counterflow.kernel.work.step import Course
from counterflow_wire import counterflow_v1, gateway
from tests.edge.served import Served, stream_request, until

BROKEN = '{"is":"broken"}'


@pytest.fixture
async def deployed(served: Served) -> Served:
    await served.deploy()
    return served


@pytest.fixture
def picky(deployed: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A server whose messages cannot carry jobs with the variables `BROKEN`."""

    def on_wire(job: ActivatedJob) -> gateway.ActivatedJob:
        return job_on_wire(replace(job, retries=2**31) if job.variables == BROKEN.encode() else job)

    monkeypatch.setattr(activation, "job_on_wire", on_wire)
    return deployed


async def resolve(served: Served, incident: counterflow_v1.Incident, retries: int = 2) -> None:
    await served.stub.UpdateJobRetries(
        gateway.UpdateJobRetriesRequest(jobKey=incident.job_key, retries=retries)
    )
    await served.stub.ResolveIncident(gateway.ResolveIncidentRequest(incidentKey=incident.key))


async def test_a_poll_brings_the_others_and_an_incident_holds_the_job(picky: Served) -> None:
    first, broken, last = [await picky.create(variables=variables) for variables in ("", BROKEN, "")]
    assert [job.processInstanceKey for job in await picky.poll()] == [first, last]
    incident = await picky.incident_of(broken)
    assert incident.error_type == "JOB_NOT_DELIVERABLE"
    assert "update the job's retries and resolve this incident" in incident.message
    assert await picky.poll() == [], "it does not come back for ever"


async def test_a_poll_that_finds_nothing_else_ends_well(picky: Served) -> None:
    broken = await picky.create(variables=BROKEN)
    assert await picky.poll_messages() == []
    assert (await picky.incident_of(broken)).error_type == "JOB_NOT_DELIVERABLE"


async def test_resolved_it_is_tried_again_and_told_again(picky: Served) -> None:
    broken = await picky.create(variables=BROKEN)
    assert await picky.poll() == []
    incident = await picky.incident_of(broken)
    await resolve(picky, incident)
    assert await picky.poll() == []
    again = await picky.incident_of(broken)
    assert again.key > incident.key


async def test_a_job_with_more_tries_than_the_wire_carries_is_mended_by_a_person(deployed: Served) -> None:
    """As an earlier version may have left it behind."""
    key = await deployed.create()
    instance = deployed.state.instance(key)
    assert instance is not None
    (row,) = instance.jobs.values()
    deployed.state.put(replace(row, retries=3_000_000_000))
    assert await deployed.poll() == []
    await resolve(deployed, await deployed.incident_of(key))
    (job,) = await deployed.poll()
    assert (job.key, job.retries) == (row.key, 2)
    await deployed.complete(job)
    assert await deployed.state_of(key) == "COMPLETED"


async def test_a_waiting_poll_is_not_failed_by_it(picky: Served) -> None:
    waiting = asyncio.create_task(picky.poll(requestTimeout=60_000))
    await until(lambda: picky.waiting_polls() == 1)
    broken = await picky.create(variables=BROKEN)
    assert await waiting == []
    assert (await picky.incident_of(broken)).error_type == "JOB_NOT_DELIVERABLE"


async def test_a_stream_goes_on_behind_it(picky: Served) -> None:
    stream = picky.stub.StreamActivatedJobs(stream_request())
    await until(lambda: len(picky.writer.takers.streams()) == 1)
    first, broken, last = [await picky.create(variables=variables) for variables in ("", BROKEN, "")]
    async with asyncio.timeout(20):
        jobs = [await stream.read() for _ in range(2)]
    assert [job.processInstanceKey for job in jobs if isinstance(job, gateway.ActivatedJob)] == [first, last]
    assert (await picky.incident_of(broken)).error_type == "JOB_NOT_DELIVERABLE"


async def test_an_instance_that_breaks_while_its_job_is_taken_is_set_aside_and_the_poll_goes_on(
    deployed: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = [await deployed.create() for _ in range(2)]
    headers = job_delivery._headers

    def breaks(course: Course, job: Job) -> bytes:
        if job.process_instance_key == broken:
            raise BrokenInvariant("a job without a definition")
        return headers(course, job)

    monkeypatch.setattr(job_delivery, "_headers", breaks)
    assert [job.processInstanceKey for job in await deployed.poll()] == [sound]
    answer = await deployed.reading.GetQuarantine(counterflow_v1.GetQuarantineRequest())
    assert [each.process_instance_key for each in answer.quarantined_instances] == [broken]
