"""User tasks over the wire: a person finds one, takes it, changes it, does it, and is told what cannot be."""

from __future__ import annotations

import grpc
import pytest

from counterflow_wire import counterflow_v1 as wire
from counterflow_wire import gateway
from tests.edge.models import line, process
from tests.edge.served import Served, refused

FORM = b'{"id": "review-form", "components": []}'


def user_task(element_id: str, extensions: str = "") -> str:
    return (
        f'<bpmn:userTask id="{element_id}" name="Review it"><bpmn:extensionElements><zeebe:userTask/>{extensions}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


OFFERED = (
    '<zeebe:assignmentDefinition candidateGroups="clerks" candidateUsers="ann"/>'
    '<zeebe:taskHeaders><zeebe:header key="tool" value="editor"/></zeebe:taskHeaders>'
)
REVIEW = process(line(user_task("review", OFFERED)))
WITH_FORM = process(line(user_task("review", '<zeebe:formDefinition formId="review-form"/>')))


async def tasks(served: Served, **wanted: object) -> list[wire.UserTask]:
    # what is wanted is one of the request's fields, each of its own type
    request = wire.ListUserTasksRequest(**wanted)  # type: ignore[arg-type]
    return list((await served.reading.ListUserTasks(request)).user_tasks)


async def only(served: Served, **wanted: object) -> wire.UserTask:
    (task,) = await tasks(served, **wanted)
    return task


async def test_a_person_finds_takes_changes_and_does_a_task(served: Served) -> None:
    await served.deploy(REVIEW)
    instance = await served.create(variables='{"order": 7}')
    task = await only(served, candidate_group="clerks")
    assert (task.element_id, task.element_name, task.bpmn_process_id) == ("review", "Review it", "order")
    assert task.state == wire.USER_TASK_STATE_CREATED
    await served.reading.AssignUserTask(
        wire.AssignUserTaskRequest(user_task_key=task.key, assignee="ann", by="ann")
    )
    await served.reading.UpdateUserTask(
        wire.UpdateUserTaskRequest(
            user_task_key=task.key, candidate_groups=wire.UserTaskNames(), priority=0, by="mary"
        )
    )
    assert await tasks(served, candidate_group="clerks") == []
    taken = await only(served, assignee="ann", candidate_user="ann", bpmn_process_id="order")
    assert (taken.state, taken.priority, list(taken.candidate_groups)) == (
        wire.USER_TASK_STATE_ASSIGNED,
        0,
        [],
    )
    shown = await served.reading.GetUserTask(wire.GetUserTaskRequest(user_task_key=task.key))
    assert [(one.name, one.value_json) for one in shown.variables] == [("order", "7")]
    assert shown.headers_json == '{"tool":"editor"}'
    await served.reading.CompleteUserTask(
        wire.CompleteUserTaskRequest(
            user_task_key=task.key, variables_json='{"ok": true}', by="bob", action="approve"
        )
    )
    assert await served.state_of(instance) == "COMPLETED"
    shown = await served.reading.GetUserTask(wire.GetUserTaskRequest(user_task_key=task.key))
    acts = [(act.what, act.by, act.action) for act in shown.user_task.acts]
    assert acts == [
        ("created", "", ""),
        ("assigned", "ann", "claim"),
        ("updated", "mary", "update"),
        ("completed", "bob", "approve"),
    ]
    assert shown.user_task.state == wire.USER_TASK_STATE_COMPLETED


async def test_what_has_ended_is_listed_where_it_is_asked_for(served: Served) -> None:
    await served.deploy(REVIEW)
    keys = [await served.create() for _ in range(3)]
    first, second = (await tasks(served))[2].key, (await tasks(served))[1].key
    await served.reading.CompleteUserTask(wire.CompleteUserTaskRequest(user_task_key=first, by="ann"))
    await served.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=keys[1]))
    assert [task.process_instance_key for task in await tasks(served)] == [keys[2]]
    completed = await only(served, state=wire.USER_TASK_STATE_COMPLETED)
    assert (completed.key, completed.ended_by, completed.ended_at_ms > 0) == (first, "ann", True)
    canceled = await only(served, state=wire.USER_TASK_STATE_CANCELED, candidate_group="clerks")
    assert canceled.key == second


async def test_what_cannot_be_is_refused(served: Served) -> None:
    await served.deploy(REVIEW)
    await served.create()
    key = (await only(served)).key
    assign = wire.AssignUserTaskRequest(user_task_key=key, assignee="ann")
    await served.reading.AssignUserTask(assign)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "it is assigned to 'ann'"):
        await served.reading.AssignUserTask(wire.AssignUserTaskRequest(user_task_key=key, assignee="bob"))
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "unassign it instead"):
        await served.reading.AssignUserTask(wire.AssignUserTaskRequest(user_task_key=key))
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "from 0 to 100, but found 101"):
        await served.reading.UpdateUserTask(wire.UpdateUserTaskRequest(user_task_key=key, priority=101))
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "catch the error with code 'FULL'"):
        await served.reading.ThrowUserTaskError(
            wire.ThrowUserTaskErrorRequest(user_task_key=key, error_code="FULL")
        )
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "one JSON object"):
        await served.reading.CompleteUserTask(
            wire.CompleteUserTaskRequest(user_task_key=key, variables_json="[]")
        )
    await served.reading.CompleteUserTask(wire.CompleteUserTaskRequest(user_task_key=key))
    async with refused(grpc.StatusCode.NOT_FOUND, "no such user task is open"):
        await served.reading.CompleteUserTask(wire.CompleteUserTaskRequest(user_task_key=key))
    async with refused(grpc.StatusCode.NOT_FOUND, "user task with key '7'"):
        await served.reading.GetUserTask(wire.GetUserTaskRequest(user_task_key=7))


async def test_a_form_is_deployed_beside_its_process_and_found_by_its_task(served: Served) -> None:
    answer = await served.stub.DeployResource(
        gateway.DeployResourceRequest(
            resources=[
                gateway.Resource(name="order.bpmn", content=WITH_FORM),
                gateway.Resource(name="review.form", content=FORM),
            ]
        )
    )
    (form,) = (one.form for one in answer.deployments if one.HasField("form"))
    assert (form.formId, form.version, form.resourceName) == ("review-form", 1, "review.form")
    await served.create()
    task = await only(served)
    assert task.form_key == form.formKey
    for key in (task.key, form.formKey):
        found = await served.reading.GetForm(wire.GetFormRequest(key=key))
        assert (found.schema_json, found.version, found.form_id) == (FORM.decode(), 1, "review-form")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"id": 7}', b'{"id": ""}', b"\xff"])
async def test_what_is_no_form_is_refused(served: Served, content: bytes) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "a form"):
        await served.deploy(content, "review.form")


async def test_a_task_without_a_form_says_so(served: Served) -> None:
    await served.deploy(REVIEW)
    await served.create()
    async with refused(grpc.StatusCode.NOT_FOUND, "it has none here"):
        await served.reading.GetForm(wire.GetFormRequest(key=(await only(served)).key))


async def test_why_names_who_could_do_it(served: Served) -> None:
    await served.deploy(REVIEW)
    key = await served.create()
    asked = wire.ExplainProcessInstanceRequest(process_instance_key=key)
    (reason,) = (await served.reading.ExplainProcessInstance(asked)).reasons
    assert reason.kind == wire.Reason.KIND_USER_TASK
    assert reason.waits_for == "somebody of the groups 'clerks' or users 'ann' to complete the user task"
