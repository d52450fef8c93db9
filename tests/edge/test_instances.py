"""Process instances: started, awaited, cancelled, given variables."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import Served, refused, serving, until

UNKNOWN = 2**51 + 999_999


async def with_result(
    served: Served, process_id: str = "order", **fields: Any
) -> gateway.CreateProcessInstanceWithResultResponse:
    request = gateway.CreateProcessInstanceRequest(
        bpmnProcessId=process_id, version=-1, variables=fields.pop("variables", "")
    )
    return await served.stub.CreateProcessInstanceWithResult(
        gateway.CreateProcessInstanceWithResultRequest(request=request, **fields)
    )


async def test_by_id_the_latest_version_or_a_given_one_and_by_key(served: Served) -> None:
    first = (await served.deploy()).deployments[0].process
    second = (await served.deploy(models.ONE_TASK + b"\n")).deployments[0].process
    cases = [
        (gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=-1), second),
        (gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=1), first),
        (gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=2), second),
        (gateway.CreateProcessInstanceRequest(processDefinitionKey=first.processDefinitionKey), first),
        (
            gateway.CreateProcessInstanceRequest(
                bpmnProcessId="order", version=-1, processDefinitionKey=first.processDefinitionKey
            ),
            second,
        ),
        (
            gateway.CreateProcessInstanceRequest(
                bpmnProcessId="order", version=-1, tenantId="<default>", operationReference=7
            ),
            second,
        ),
    ]
    for request, definition in cases:
        answer = await served.stub.CreateProcessInstance(request)
        assert answer == gateway.CreateProcessInstanceResponse(
            processDefinitionKey=definition.processDefinitionKey,
            bpmnProcessId="order",
            version=definition.version,
            processInstanceKey=answer.processInstanceKey,
            tenantId="<default>",
        )


@pytest.mark.parametrize(
    "fields, status, words",
    [
        (
            {"bpmnProcessId": "nobody", "version": -1},
            grpc.StatusCode.NOT_FOUND,
            "Command 'CREATE' rejected with code 'NOT_FOUND'",
        ),
        ({"bpmnProcessId": "order"}, grpc.StatusCode.NOT_FOUND, "version '0'"),
        ({"bpmnProcessId": "order", "version": 9}, grpc.StatusCode.NOT_FOUND, "version '9'"),
        ({"processDefinitionKey": 5}, grpc.StatusCode.NOT_FOUND, "key '5'"),
        ({}, grpc.StatusCode.INVALID_ARGUMENT, "none of them was given"),
        (
            {"bpmnProcessId": "order", "version": -1, "variables": "[]"},
            grpc.StatusCode.INVALID_ARGUMENT,
            "found an array",
        ),
        (
            {"bpmnProcessId": "order", "version": -1, "tenantId": "red"},
            grpc.StatusCode.INVALID_ARGUMENT,
            "multi-tenancy is off",
        ),
        (
            {
                "bpmnProcessId": "order",
                "version": -1,
                "runtimeInstructions": [{"terminate": {"afterElementId": "nowhere"}}],
            },
            grpc.StatusCode.INVALID_ARGUMENT,
            "nowhere",
        ),
        *(
            (
                {
                    "bpmnProcessId": "order",
                    "version": -1,
                    "startInstructions": [{"elementId": "work"}, {"elementId": element_id}],
                },
                grpc.StatusCode.INVALID_ARGUMENT,
                f"of process 'order' at element '{element_id}', but {why}",
            )
            for element_id, why in [
                ("nowhere", "no such element was found"),
                ("", "no such element was found"),
                ("order", "the element of type process"),
                ("start", "the element of type startEvent"),
                ("flow-0", "no such element was found"),
            ]
        ),
    ],
)
async def test_what_cannot_be_started(
    served: Served, fields: dict[str, Any], status: grpc.StatusCode, words: str
) -> None:
    await served.deploy()
    async with refused(status, words):
        await served.stub.CreateProcessInstance(gateway.CreateProcessInstanceRequest(**fields))


def started_at(
    process_id: str, *element_ids: str, variables: str = ""
) -> gateway.CreateProcessInstanceRequest:
    instructions = [
        gateway.ProcessInstanceCreationStartInstruction(elementId=element_id) for element_id in element_ids
    ]
    return gateway.CreateProcessInstanceRequest(
        bpmnProcessId=process_id, version=-1, startInstructions=instructions, variables=variables or "{}"
    )


@pytest.mark.parametrize(
    "model, request_, found",
    [
        (models.TWO_TASKS, started_at("two", "second"), {"second": 1}),
        (models.TWO_TASKS, started_at("two", "first", "second"), {"first": 1, "second": 1}),
        (models.TWO_TASKS, started_at("two", "second", "second"), {"second": 2}),
        (models.NESTED, started_at("nested", "second"), {"second": 1}),
        (models.NESTED, started_at("nested", "first", "second"), {"first": 1, "second": 1}),
        (models.NESTED, started_at("nested", "inside"), {"first": 1}),
    ],
)
async def test_an_instance_begins_at_chosen_elements(
    served: Served, model: bytes, request_: gateway.CreateProcessInstanceRequest, found: dict[str, int]
) -> None:
    await served.deploy(model)
    await served.stub.CreateProcessInstance(request_)
    jobs = {job_type: len(await served.poll(job_type)) for job_type in ("first", "second")}
    assert {job_type: count for job_type, count in jobs.items() if count} == found


async def test_an_instance_that_begins_at_a_chosen_element_has_its_result(served: Served) -> None:
    await served.deploy(models.NESTED)
    request = started_at("nested", "second", variables='{"a":1}')
    waiting = served.stub.CreateProcessInstanceWithResult(
        gateway.CreateProcessInstanceWithResultRequest(request=request)
    )
    (job,) = await served.poll("second", requestTimeout=60_000)
    await served.complete(job, '{"b":2}')
    assert (await waiting).variables == '{"a":1,"b":2}'


async def test_an_instance_begins_where_it_has_no_start_event_for_people(served: Served) -> None:
    await served.deploy(models.STARTED_BY_MESSAGE)
    await served.stub.CreateProcessInstance(started_at("packing", "pack"))
    assert len(await served.poll("pack")) == 1


async def test_a_result_comes_with_the_end(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(with_result(served, variables='{"a":1}'))
    (job,) = await served.poll(requestTimeout=60_000)
    await served.complete(job, '{"b":[1, 2]}')
    answer = await waiting
    assert (answer.processInstanceKey, answer.variables, answer.version) == (
        job.processInstanceKey,
        '{"a":1,"b":[1, 2]}',
        1,
    )


@pytest.mark.parametrize("wanted, variables", [([], '{"a":1,"b":2}'), (["b", "c"], '{"b":2}')])
async def test_a_process_without_a_wait_has_its_result_at_once(
    served: Served, wanted: list[str], variables: str
) -> None:
    await served.deploy(models.NO_TASK)
    answer = await with_result(served, "straight", variables='{"a":1,"b":2}', fetchVariables=wanted)
    assert answer.variables == variables


async def test_a_result_that_does_not_come_in_time(served: Served) -> None:
    await served.deploy()
    async with refused(
        grpc.StatusCode.DEADLINE_EXCEEDED, "was created, but has not completed within 30 ms", "it goes on"
    ):
        await with_result(served, requestTimeout=30)
    (job,) = await served.poll()
    await served.complete(job)


@pytest.mark.parametrize("request_timeout_ms", [0, -1])
async def test_a_result_is_awaited_as_long_as_the_server_says(request_timeout_ms: int) -> None:
    async with serving(request_timeout_ms=700) as served:
        await served.deploy()
        async with refused(grpc.StatusCode.DEADLINE_EXCEEDED, "within 700 ms"):
            await with_result(served, requestTimeout=request_timeout_ms)


async def test_a_cancelled_instance_has_no_result(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(with_result(served))
    (job,) = await served.poll(requestTimeout=60_000)
    await served.stub.CancelProcessInstance(
        gateway.CancelProcessInstanceRequest(processInstanceKey=job.processInstanceKey)
    )
    async with refused(
        grpc.StatusCode.CANCELLED, f"'{job.processInstanceKey}' was terminated before it could complete"
    ):
        await waiting


async def completing(served: Served, key: int) -> None:
    (job,) = await served.poll()
    await served.complete(job, '{"b":2}')


async def taking_over(served: Served, key: int) -> None:
    await served.stub.PublishMessage(
        gateway.PublishMessageRequest(name="paid", correlationKey="o-1", variables='{"b":2}')
    )


async def cancelling(served: Served, key: int) -> None:
    await served.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=key))


async def giving_up(served: Served, key: int) -> None:
    await served.writer.submit(QuarantineInstance(process_instance_key=key, reason="odd"))
    await cancelling(served, key)


async def throwing(served: Served, key: int) -> None:
    (job,) = await served.poll()
    await served.stub.ThrowError(gateway.ThrowErrorRequest(jobKey=job.key, errorCode="unforeseen"))


@pytest.mark.parametrize(
    "model, process_id, ending, status, words",
    [
        (models.ONE_TASK, "order", completing, grpc.StatusCode.OK, '"b":2'),
        (models.TERMINATED, "terminated", completing, grpc.StatusCode.OK, '"b":2'),
        (models.TAKEN_OVER, "taken-over", taking_over, grpc.StatusCode.OK, '"b":2'),
        (models.WAITING, "waiting", taking_over, grpc.StatusCode.OK, '"b":2'),
        (models.CALLING, "calling", completing, grpc.StatusCode.OK, '"b":2'),
        (
            models.ONE_TASK,
            "order",
            cancelling,
            grpc.StatusCode.CANCELLED,
            "was terminated before it could complete",
        ),
        (
            models.CALLING,
            "calling",
            cancelling,
            grpc.StatusCode.CANCELLED,
            "was terminated before it could complete",
        ),
        (
            models.ONE_TASK,
            "order",
            giving_up,
            grpc.StatusCode.CANCELLED,
            "was terminated before it could complete",
        ),
        (
            models.ONE_TASK,
            "order",
            throwing,
            grpc.StatusCode.DEADLINE_EXCEEDED,
            "has not completed within 2000 ms; it goes on",
        ),
    ],
)
async def test_every_ending_has_its_answer(
    served: Served,
    model: bytes,
    process_id: str,
    ending: Callable[[Served, int], Awaitable[None]],
    status: grpc.StatusCode,
    words: str,
) -> None:
    await served.deploy()
    await served.deploy(model)
    waiting = asyncio.create_task(
        with_result(
            served,
            process_id,
            variables='{"order":"o-1"}',
            requestTimeout=2_000 if status is grpc.StatusCode.DEADLINE_EXCEEDED else 60_000,
        )
    )
    await until(lambda: served.service.results._awaited != {})
    (key,) = served.service.results._awaited.values()
    await ending(served, key)
    if status is grpc.StatusCode.OK:
        assert words in (await waiting).variables
    else:
        async with refused(status, str(key), words):
            await waiting
    assert served.writer._decider.ends._waiting == {}


async def test_a_result_that_nobody_waits_for_any_more(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(with_result(served))
    (job,) = await served.poll(requestTimeout=60_000)
    waiting.cancel()
    await until(served.edge_is_idle)
    assert served.writer._decider.ends._waiting == {}
    await served.complete(job)


async def test_a_caller_that_leaves_before_the_commit_is_forgotten(served: Served) -> None:
    await served.deploy()
    served.store.hold()
    waiting = asyncio.create_task(with_result(served))
    await served.held()
    waiting.cancel()
    await until(served.edge_is_idle)
    served.store.release()
    assert len(await served.poll(requestTimeout=60_000)) == 1
    assert served.writer._decider.ends._waiting == {}


async def test_a_stopping_server_tells_those_who_wait_that_their_instance_goes_on(served: Served) -> None:
    await served.deploy()
    waiting = asyncio.create_task(with_result(served))
    await served.poll(requestTimeout=60_000)
    await served.door.stop(grace_seconds=20)
    async with refused(grpc.StatusCode.CANCELLED, "goes on when it is back"):
        await waiting


async def test_what_cannot_be_started_has_no_result(served: Served) -> None:
    async with refused(
        grpc.StatusCode.NOT_FOUND, "Command 'CREATE_WITH_AWAITING_RESULT' rejected with code 'NOT_FOUND'"
    ):
        await with_result(served, "nobody")


async def test_cancelling(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    (job,) = await served.poll()
    request = gateway.CancelProcessInstanceRequest(processInstanceKey=key)
    await served.stub.CancelProcessInstance(request)
    assert await served.state_of(key) == "TERMINATED"
    async with refused(
        grpc.StatusCode.NOT_FOUND, "Command 'CANCEL' rejected with code 'NOT_FOUND'", str(key)
    ):
        await served.stub.CancelProcessInstance(request)
    async with refused(grpc.StatusCode.NOT_FOUND):
        await served.complete(job)


async def test_a_called_instance_is_not_cancelled_without_the_one_that_called_it(served: Served) -> None:
    await served.deploy()
    await served.deploy(models.CALLING)
    await served.deploy(
        models.CALLING.replace(b'"calling"', b'"outer"').replace(b'processId="order"', b'processId="calling"')
    )
    root = await served.create("outer")
    (job,) = await served.poll()
    child = job.processInstanceKey
    async with refused(
        grpc.StatusCode.FAILED_PRECONDITION,
        "Command 'CANCEL' rejected with code 'INVALID_STATE'",
        f"'{child}'",
        f"root process instance '{root}'",
    ):
        await cancelling(served, child)
    await cancelling(served, root)
    assert [await served.state_of(key) for key in (root, child)] == ["TERMINATED", "TERMINATED"]
    async with refused(grpc.StatusCode.NOT_FOUND, f"'{child}'"):
        await cancelling(served, child)


@pytest.mark.parametrize(
    "rpc, request_",
    [
        ("CancelProcessInstance", gateway.CancelProcessInstanceRequest(processInstanceKey=UNKNOWN)),
        ("SetVariables", gateway.SetVariablesRequest(elementInstanceKey=UNKNOWN, variables="{}")),
        ("ResolveIncident", gateway.ResolveIncidentRequest(incidentKey=UNKNOWN)),
    ],
)
async def test_keys_that_nobody_has(served: Served, rpc: str, request_: Any) -> None:
    async with refused(grpc.StatusCode.NOT_FOUND, str(UNKNOWN)):
        await getattr(served.stub, rpc)(request_)


@pytest.mark.parametrize(
    "rpc, request_",
    [
        ("CancelProcessInstance", gateway.CancelProcessInstanceRequest(processInstanceKey=5)),
        ("SetVariables", gateway.SetVariablesRequest(elementInstanceKey=5)),
        ("ResolveIncident", gateway.ResolveIncidentRequest(incidentKey=5)),
    ],
)
async def test_keys_that_cannot_be_of_this_server(served: Served, rpc: str, request_: Any) -> None:
    async with refused(
        grpc.StatusCode.NOT_FOUND, "rejected with code 'NOT_FOUND'", "with key '5', but no such"
    ):
        await getattr(served.stub, rpc)(request_)


@pytest.mark.parametrize("local, root, task", [(True, {"a": "1"}, {"a": "2"}), (False, {"a": "2"}, {})])
async def test_variables_are_set_locally_or_where_they_are(
    served: Served, local: bool, root: dict[str, str], task: dict[str, str]
) -> None:
    await served.deploy()
    key = await served.create(variables='{"a":1}')
    (job,) = await served.poll()
    answer = await served.stub.SetVariables(
        gateway.SetVariablesRequest(
            elementInstanceKey=job.elementInstanceKey, variables='{"a":2}', local=local
        )
    )
    assert answer.key > job.key
    found = (await served.instance(key)).root
    assert {variable.name: variable.value_json for variable in found.variables} == root
    assert {
        variable.name: variable.value_json for child in found.children for variable in child.variables
    } == task


async def test_variables_to_set_are_an_object(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "found a number (byte 0)"):
        await served.stub.SetVariables(gateway.SetVariablesRequest(elementInstanceKey=key, variables="5"))
