"""Listeners of user tasks over the wire: what they are told, what they say, and who waits for that."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from counterflow_wire import counterflow_v1 as wire
from counterflow_wire import gateway
from tests.edge.models import line, process
from tests.edge.served import Served, refused

LISTENERS = (
    '<zeebe:assignmentDefinition candidateGroups="clerks"/>'
    '<zeebe:taskHeaders><zeebe:header key="tool" value="editor"/></zeebe:taskHeaders><zeebe:taskListeners>'
    '<zeebe:taskListener eventType="assigning" type="tell"/>'
    '<zeebe:taskListener eventType="completing" type="check"/></zeebe:taskListeners>'
)
MODEL = process(
    line(
        f'<bpmn:userTask id="review"><bpmn:extensionElements><zeebe:userTask/>{LISTENERS}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )
)


async def the_task(served: Served) -> wire.UserTask:
    answer = await served.reading.ListUserTasks(wire.ListUserTasksRequest())
    (task,) = answer.user_tasks
    return task


def completion(
    job: gateway.ActivatedJob, result: gateway.JobResult | None = None
) -> gateway.CompleteJobRequest:
    return gateway.CompleteJobRequest(jobKey=job.key, result=result)


async def test_who_completes_a_task_waits_for_the_answer_of_its_listener(served: Served) -> None:
    await served.deploy(MODEL)
    await served.create()
    key = (await the_task(served)).key
    request = wire.CompleteUserTaskRequest(user_task_key=key, variables_json='{"ok": true}', by="ada")
    asked = asyncio.ensure_future(served.reading.CompleteUserTask(request))
    (job,) = await served.poll("check", requestTimeout=20_000)
    assert (job.kind, job.listenerEventType) == (job.TASK_LISTENER, job.COMPLETING)
    assert (job.userTask.userTaskKey, job.userTask.action) == (key, "complete")
    assert list(job.userTask.candidateGroups) == ["clerks"]
    assert not job.userTask.HasField("assignee")
    assert job.variables == '{"ok":true}'
    assert '"tool":"editor"' in job.customHeaders
    assert (await the_task(served)).state == wire.USER_TASK_STATE_COMPLETING
    assert not asked.done()
    await served.stub.CompleteJob(completion(job))
    await asked
    assert not (await served.reading.ListUserTasks(wire.ListUserTasksRequest())).user_tasks


async def test_who_is_denied_is_told_why_and_can_ask_again(served: Served) -> None:
    await served.deploy(MODEL)
    await served.create()
    key = (await the_task(served)).key
    asked = asyncio.ensure_future(
        served.reading.CompleteUserTask(wire.CompleteUserTaskRequest(user_task_key=key))
    )
    (job,) = await served.poll("check", requestTimeout=20_000)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "it is completing"):
        await served.reading.AssignUserTask(wire.AssignUserTaskRequest(user_task_key=key, assignee="bob"))
    await served.stub.CompleteJob(
        completion(job, gateway.JobResult(type="userTask", denied=True, deniedReason="no report"))
    )
    with pytest.raises(grpc.aio.AioRpcError, match="listener 'check' has denied it: no report"):
        await asked
    assert (await the_task(served)).state == wire.USER_TASK_STATE_CREATED


async def test_a_listener_corrects_what_was_asked_for(served: Served) -> None:
    await served.deploy(MODEL)
    await served.create()
    key = (await the_task(served)).key
    request = wire.AssignUserTaskRequest(user_task_key=key, assignee="ada", allow_override=True)
    asked = asyncio.ensure_future(served.reading.AssignUserTask(request))
    (job,) = await served.poll("tell", requestTimeout=20_000)
    assert list(job.userTask.changedAttributes) == ["assignee"]
    corrections = gateway.JobResultCorrections(
        assignee="bob", priority=70, candidateGroups=gateway.StringList(), dueDate="2030-01-31T09:00:00Z"
    )
    await served.stub.CompleteJob(completion(job, gateway.JobResult(corrections=corrections)))
    await asked
    task = await the_task(served)
    assert (task.assignee, task.priority, list(task.candidate_groups)) == ("bob", 70, [])
    assert task.due_date == "2030-01-31T09:00:00Z"


async def test_a_result_of_both_kinds_is_refused(served: Served) -> None:
    result = gateway.JobResult(type="userTask", denied=True, isCompletionConditionFulfilled=True)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "belongs to both"):
        await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=1, result=result))


async def test_who_waits_when_the_task_goes_is_told(served: Served) -> None:
    await served.deploy(MODEL)
    instance = await served.create()
    key = (await the_task(served)).key
    asked = asyncio.ensure_future(
        served.reading.CompleteUserTask(wire.CompleteUserTaskRequest(user_task_key=key))
    )
    await served.poll("check", requestTimeout=20_000)
    await served.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=instance))
    with pytest.raises(grpc.aio.AioRpcError, match="it was canceled meanwhile"):
        await asked
