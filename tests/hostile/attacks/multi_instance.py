"""An activity is done for each of very many items, and cancelled when all of them wait for their jobs."""

from __future__ import annotations

import asyncio

import msgspec

from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import boundary, catch_error, element, end, extensions, model, path, service, start
from tests.bpmn.loops import loop
from tests.hostile.attack import Attack
from tests.hostile.target import Target


def many(process_id: str, task: str, *more: str) -> bytes:
    """start → work, for each of `items` → end"""
    return model(start(), task, end(), path("start", "work", "end"), *more, process_id=process_id)


JOBS = element(
    "serviceTask",
    extensions(element("zeebe:taskDefinition", type='= if item = last then "last" else "work"')),
    loop(),
    id="work",
)
CANCELLED = many("cancelled", JOBS)
INTERRUPTED = model(
    start(),
    element(
        "subProcess",
        start("s"),
        element("parallelGateway", id="fork"),
        JOBS,
        service("fails", job="fails"),
        path("s", "fork", "work"),
        path("fork", "fails"),
        id="inside",
    ),
    boundary("caught", "inside", catch_error("A")),
    service("after", job="after"),
    path("start", "inside"),
    path("caught", "after"),
    process_id="interrupted",
)


async def run(target: Target, dose: int) -> None:
    """With `dose` items: done at once, then waiting for jobs and cancelled, then interrupted by an error."""
    client = target.gateway()
    await target.deploy("passed.bpmn", many("passed", element("task", loop(), id="work")))
    await target.deploy("cancelled.bpmn", CANCELLED)
    await target.deploy("interrupted.bpmn", INTERRUPTED)
    variables = msgspec.json.encode({"items": list(range(dose)), "last": dose - 1}).decode()
    await target.note_call(
        client.CreateProcessInstanceWithResult(
            gateway.CreateProcessInstanceWithResultRequest(
                request=gateway.CreateProcessInstanceRequest(
                    bpmnProcessId="passed", version=-1, variables=variables
                ),
                requestTimeout=100_000,
                fetchVariables=["last"],
            )
        )
    )
    begun = await _begin(client, "cancelled", variables)
    await _job(client, "last")
    await client.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=begun))
    await _ended(target, begun)
    await _begin(client, "interrupted", variables)
    await _job(client, "last")
    fails = await _job(client, "fails")
    await client.ThrowError(gateway.ThrowErrorRequest(jobKey=fails, errorCode="A"))
    await _job(client, "after")


async def _begin(client: gateway.GatewayStub, process_id: str, variables: str) -> int:
    request = gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1, variables=variables)
    return (await client.CreateProcessInstance(request)).processInstanceKey


async def _job(client: gateway.GatewayStub, job_type: str) -> int:
    """The key of a job of a type, when there is one."""
    request = gateway.ActivateJobsRequest(
        type=job_type,
        worker="w",
        timeout=600_000,
        maxJobsToActivate=1,
        requestTimeout=10_000,
        fetchVariable=["last"],
    )
    while True:
        async for answer in client.ActivateJobs(request):
            for job in answer.jobs:
                return job.key


async def _ended(target: Target, key: int) -> None:
    reader = counterflow_v1.CounterflowStub(target.channel())
    request = counterflow_v1.ListProcessInstancesRequest(
        bpmn_process_id="cancelled", state=counterflow_v1.PROCESS_INSTANCE_STATE_ACTIVE
    )
    while any(  # noqa: ASYNC110 - as a person asks who waits for it
        found.key == key for found in (await reader.ListProcessInstances(request)).process_instances
    ):
        await asyncio.sleep(0.2)


ATTACK = Attack(
    "an activity for each of many items, and all of them swept away", run, seen=10_000, small=0.03
)
