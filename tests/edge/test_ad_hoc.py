"""Ad-hoc sub-processes over the wire: the job that decides, the call that activates, and what is refused."""

from __future__ import annotations

import grpc

from counterflow_wire import counterflow_v1, gateway
from tests.edge.models import process, task
from tests.edge.served import Served, refused

LEAD = '<bpmn:extensionElements><zeebe:taskDefinition type="lead"/></bpmn:extensionElements>'
INSIDE = task("ask", "ask") + task("book", "book")


def team(extensions: str = "") -> bytes:
    scope = f'<bpmn:adHocSubProcess id="team">{extensions}{INSIDE}</bpmn:adHocSubProcess>'
    begin = '<bpmn:startEvent id="start"/>'
    flows = (
        '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="team"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="team" targetRef="end"/>'
    )
    return process(f'{begin}{scope}<bpmn:endEvent id="end"/>{flows}', "trip")


def asked(
    key: int, *elements: str, instead: bool = False
) -> counterflow_v1.ActivateAdHocSubProcessActivitiesRequest:
    return counterflow_v1.ActivateAdHocSubProcessActivitiesRequest(
        ad_hoc_sub_process_instance_key=key,
        activities=[
            counterflow_v1.AdHocActivity(element_id=element, variables_json='{"who":"Ada"}')
            for element in elements
        ],
        cancel_remaining_instances=instead,
    )


async def test_a_worker_decides_what_begins_and_that_it_is_done(served: Served) -> None:
    await served.deploy(team(LEAD))
    key = await served.create("trip")
    (job,) = await served.poll("lead")
    assert job.kind == gateway.ActivatedJob.AD_HOC_SUB_PROCESS
    begins = gateway.JobResultActivateElement(elementId="ask", variables='{"who":"Ada"}')
    result = gateway.JobResult(type="adHocSubProcess", activateElements=[begins])
    await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key, result=result))
    (ask,) = await served.poll("ask")
    assert (ask.kind, '"who":"Ada"' in ask.variables) == (gateway.ActivatedJob.BPMN_ELEMENT, True)
    await served.complete(ask)
    (job,) = await served.poll("lead")
    done = gateway.JobResult(type="adHocSubProcess", isCompletionConditionFulfilled=True)
    await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key, result=done))
    assert await served.state_of(key) == "COMPLETED"


async def test_what_a_worker_cannot_decide_is_refused_and_its_job_stays(served: Served) -> None:
    await served.deploy(team(LEAD))
    await served.create("trip")
    (job,) = await served.poll("lead")
    nobody = gateway.JobResultActivateElement(elementId="nobody")
    for result, status in (
        (gateway.JobResult(type="adHocSubProcess", activateElements=[nobody]), grpc.StatusCode.NOT_FOUND),
        (gateway.JobResult(type="userTask", denied=True), grpc.StatusCode.INVALID_ARGUMENT),
    ):
        async with refused(status):
            await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key, result=result))
    await served.complete(job)


async def test_a_caller_activates_all_or_nothing(served: Served) -> None:
    await served.deploy(team())
    key = await served.create("trip")
    scope = next(child for child in (await served.instance(key)).root.children if child.element_id == "team")
    async with refused(grpc.StatusCode.NOT_FOUND, "'nobody'"):
        await served.reading.ActivateAdHocSubProcessActivities(asked(scope.key, "ask", "nobody"))
    assert not await served.poll("ask", requestTimeout=-1)
    large = asked(scope.key, "book")
    large.activities[0].variables_json = f'{{"who":"{"a" * 100_000}"}}'
    await served.reading.ActivateAdHocSubProcessActivities(large)
    await served.reading.ActivateAdHocSubProcessActivities(asked(scope.key, "ask", "ask"))
    await served.reading.ActivateAdHocSubProcessActivities(asked(scope.key, "book", instead=True))
    assert not await served.poll("ask", requestTimeout=-1)
    (book,) = await served.poll("book")
    await served.complete(book)
    assert await served.state_of(key) == "COMPLETED"
    async with refused(grpc.StatusCode.NOT_FOUND):
        await served.reading.ActivateAdHocSubProcessActivities(asked(scope.key, "ask"))
