"""Holding something back, on the wire."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from counterflow_wire import counterflow_v1 as wire
from counterflow_wire import gateway
from tests.edge.served import Served, refused


async def test_a_suspended_instance_rests_until_it_is_resumed(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    (job,) = await served.poll()
    held = wire.SuspendRequest(process_instance_key=key)
    assert (await served.reading.Suspend(held)).count == 1
    assert (await served.reading.Suspend(held)).count == 0
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "is suspended; resume it"):
        await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key))
    found = (await served.instance(key)).process_instance
    assert found.HasField("suspended_at_ms")
    listed = await served.reading.ListProcessInstances(wire.ListProcessInstancesRequest())
    assert listed.process_instances[0].HasField("suspended_at_ms")
    explained = await served.reading.ExplainProcessInstance(
        wire.ExplainProcessInstanceRequest(process_instance_key=key)
    )
    assert explained.reasons[0].kind == wire.Reason.KIND_SUSPENSION
    assert (await served.reading.Resume(wire.ResumeRequest(process_instance_key=key))).count == 1
    await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key))
    assert await served.state_of(key) == "COMPLETED"


async def test_who_waits_for_jobs_of_a_type_gets_them_when_it_is_resumed(served: Served) -> None:
    await served.deploy()
    assert (await served.reading.Suspend(wire.SuspendRequest(job_type="work"))).count == 1
    await served.create()
    assert await served.poll() == []
    listed = await served.reading.ListSuspensions(wire.ListSuspensionsRequest())
    assert [one.type for one in listed.job_types] == ["work"]
    stream = served.stub.StreamActivatedJobs(
        gateway.StreamActivatedJobsRequest(type="work", worker="anna", timeout=60_000)
    )
    await stream.initial_metadata()
    assert (await served.reading.Resume(wire.ResumeRequest(job_type="work"))).count == 1
    job: Any = await stream.read()
    assert job.type == "work"
    stream.cancel()


async def test_of_a_suspended_definition_no_instance_begins(served: Served) -> None:
    deployed = await served.deploy()
    key = deployed.deployments[0].process.processDefinitionKey
    await served.reading.Suspend(wire.SuspendRequest(process_definition_key=key))
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "it is suspended"):
        await served.create()
    listed = await served.reading.ListSuspensions(wire.ListSuspensionsRequest())
    assert [one.process_definition_key for one in listed.definitions] == [key]
    await served.reading.Resume(wire.ResumeRequest(process_definition_key=key))
    assert await served.create()


@pytest.mark.parametrize(
    "fields, code, words",
    [
        ({}, grpc.StatusCode.INVALID_ARGUMENT, "but found 0"),
        ({"process_instance_key": 7}, grpc.StatusCode.NOT_FOUND, "no such active process instance"),
        ({"process_definition_key": 7}, grpc.StatusCode.NOT_FOUND, "no such definition"),
        ({"job_type": "x" * 2_000}, grpc.StatusCode.INVALID_ARGUMENT, "at most 1000 characters"),
    ],
)
async def test_what_cannot_be_held_back_is_told(
    served: Served, fields: dict[str, Any], code: grpc.StatusCode, words: str
) -> None:
    async with refused(code, words):
        await served.reading.Suspend(wire.SuspendRequest(**fields))
