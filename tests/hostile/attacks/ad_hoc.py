"""Very many activities of an ad-hoc sub-process are activated, again and again, by a caller and by its worker.

Ten thousand ids that are none of ten thousand kept everybody waiting for seconds.
"""

from __future__ import annotations

import msgspec

from counterflow.kernel.elements.ad_hoc_activation import AT_ONCE
from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import element, end, extensions, model, path, service, start
from tests.hostile.attack import Attack
from tests.hostile.target import Target

MOST = 10_000
"""Entries of a list that a request may have."""
TASKS = "".join(element("task", id=f"none-of-those-{number}") for number in range(MOST))
ASK = service("ask", job="ask")
MANY = model(
    start(),
    element("adHocSubProcess", ASK, TASKS, id="crowd"),
    end(),
    path("start", "crowd", "end"),
    process_id="many",
)
LED = model(
    start(),
    element(
        "adHocSubProcess",
        extensions(element("zeebe:taskDefinition", type="lead")),
        ASK,
        element("task", id="pass"),
        id="team",
    ),
    end(),
    path("start", "team", "end"),
    process_id="led",
)
VARIABLES = msgspec.json.encode({str(number): 1 for number in range(4_000)}).decode()


async def run(target: Target, dose: int) -> None:
    """Each refusal, and as much as is taken, `dose` times."""
    await target.deploy("many.bpmn", MANY)
    await target.deploy("led.bpmn", LED)
    await _activate(target, dose)
    await _decide(target, dose)


async def _activate(target: Target, dose: int) -> None:
    client = target.gateway()
    operator = counterflow_v1.CounterflowStub(target.channel())
    begun = await client.CreateProcessInstance(
        gateway.CreateProcessInstanceRequest(bpmnProcessId="many", version=-1)
    )
    shown = await operator.GetProcessInstance(
        counterflow_v1.GetProcessInstanceRequest(process_instance_key=begun.processInstanceKey)
    )
    (key,) = (child.key for child in shown.root.children if child.element_id == "crowd")
    for names, variables in (
        (["nobody"] * MOST, ""),
        ([f"none-of-those-{number}x" for number in range(AT_ONCE)], ""),
        (["ask"] * MOST, '{"a":1}'),
        (["ask"] * AT_ONCE, VARIABLES),
        (["ask"] * AT_ONCE, ""),
    ):
        activities = [
            counterflow_v1.AdHocActivity(element_id=name, variables_json=variables) for name in names
        ]
        request = counterflow_v1.ActivateAdHocSubProcessActivitiesRequest(
            ad_hoc_sub_process_instance_key=key, activities=activities
        )
        await target.note_all(
            (operator.ActivateAdHocSubProcessActivities(request) for _ in range(dose)), at_once=4
        )
    await client.CancelProcessInstance(
        gateway.CancelProcessInstanceRequest(processInstanceKey=begun.processInstanceKey)
    )


async def _decide(target: Target, dose: int) -> None:
    """Its worker lets activities pass, and is asked again after each."""
    client = target.gateway()
    await client.CreateProcessInstance(gateway.CreateProcessInstanceRequest(bpmnProcessId="led", version=-1))
    for _ in range(dose):
        for names in (["nobody"] * MOST, ["pass"] * MOST, ["pass"] * AT_ONCE):
            begins = [gateway.JobResultActivateElement(elementId=name) for name in names]
            result = gateway.JobResult(type="adHocSubProcess", activateElements=begins)
            job = await _job(client)
            await target.note_call(client.CompleteJob(gateway.CompleteJobRequest(jobKey=job, result=result)))


async def _job(client: gateway.GatewayStub) -> int:
    request = gateway.ActivateJobsRequest(
        type="lead", worker="w", timeout=1, maxJobsToActivate=1, requestTimeout=10_000
    )
    while True:
        async for answer in client.ActivateJobs(request):
            for job in answer.jobs:
                return job.key


ATTACK = Attack("very many activities are activated, again and again", run, seen=5, small=0.4)
