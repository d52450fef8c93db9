"""Modification over the wire: the gateway's call, ours, which can more, and what is refused."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from counterflow_wire import counterflow_v1, gateway
from tests.edge.models import TWO_TASKS
from tests.edge.served import Served, refused

Modify = gateway.ModifyProcessInstanceRequest


async def child(served: Served, key: int, element_id: str) -> int:
    """The key of an element instance directly inside a process instance."""
    found = [one for one in (await served.instance(key)).root.children if one.element_id == element_id]
    return int(found[-1].key)


async def test_a_token_moves_by_the_gateway_s_call(served: Served) -> None:
    await served.deploy(TWO_TASKS)
    key = await served.create("two")
    second = Modify.ActivateInstruction(
        elementId="second",
        ancestorElementInstanceKey=-1,
        variableInstructions=[
            Modify.VariableInstruction(variables='{"a":1}'),
            Modify.VariableInstruction(variables='{"b":2}', scopeId="second"),
        ],
    )
    first = Modify.TerminateInstruction(elementInstanceKey=await child(served, key, "first"))
    await served.stub.ModifyProcessInstance(
        Modify(
            processInstanceKey=key,
            activateInstructions=[second],
            terminateInstructions=[first],
            operationReference=7,
        )
    )
    assert not await served.poll("first", requestTimeout=-1)
    (job,) = await served.poll("second")
    assert job.variables == '{"a":1,"b":2}'
    await served.complete(job)
    assert await served.state_of(key) == "COMPLETED"


@pytest.mark.parametrize(
    "change, status, words",
    [
        ({"activate": "nobody"}, grpc.StatusCode.INVALID_ARGUMENT, "has no such element"),
        ({"activate": "start"}, grpc.StatusCode.INVALID_ARGUMENT, "cannot be activated"),
        (
            {"activate": "second", "ancestor": 7},
            grpc.StatusCode.INVALID_ARGUMENT,
            "its ancestor '7' is not active",
        ),
        (
            {"activate": "second", "scope": "first"},
            grpc.StatusCode.INVALID_ARGUMENT,
            "neither 'second' nor a scope",
        ),
        ({"activate": "second", "variables": "[]"}, grpc.StatusCode.INVALID_ARGUMENT, "found an array"),
        ({"terminate": 7}, grpc.StatusCode.INVALID_ARGUMENT, "no active element instance with this key"),
        ({"terminate": 0}, grpc.StatusCode.INVALID_ARGUMENT, "names neither"),
        ({"of": 7}, grpc.StatusCode.NOT_FOUND, "no such active process instance"),
    ],
)
async def test_what_cannot_be_done_is_said_and_nothing_changes(
    served: Served, change: dict[str, str | int], status: grpc.StatusCode, words: str
) -> None:
    await served.deploy(TWO_TASKS)
    key = await served.create("two")
    activate = Modify.ActivateInstruction(
        elementId=str(change.get("activate", "second")),
        ancestorElementInstanceKey=int(change.get("ancestor", 0)),
    )
    activate.variableInstructions.add(
        variables=str(change.get("variables", "{}")), scopeId=str(change.get("scope", ""))
    )
    request = Modify(processInstanceKey=int(change.get("of", key)), activateInstructions=[activate])
    request.terminateInstructions.add(elementInstanceKey=await child(served, key, "first"))
    if "terminate" in change:
        request.terminateInstructions.add(elementInstanceKey=int(change["terminate"]))
    async with refused(status, words):
        await served.stub.ModifyProcessInstance(request)
    assert not await served.poll("second", requestTimeout=-1)
    (job,) = await served.poll("first")
    await served.complete(job)


async def test_our_own_call_moves_and_begins_behind_and_inside(served: Served) -> None:
    await served.deploy(TWO_TASKS)
    key = await served.create("two")
    move = counterflow_v1.MoveInstruction(source_element_id="first", target_element_id="second")
    await served.reading.ModifyProcessInstance(
        counterflow_v1.ModifyProcessInstanceRequest(process_instance_key=key, move=[move])
    )
    begun = [
        counterflow_v1.ActivateInstruction(element_id="two", kind=counterflow_v1.ACTIVATION_KIND_INSIDE),
        counterflow_v1.ActivateInstruction(element_id="first", kind=counterflow_v1.ACTIVATION_KIND_AFTER),
    ]
    ended = counterflow_v1.TerminateInstruction(element_id="second")
    await served.reading.ModifyProcessInstance(
        counterflow_v1.ModifyProcessInstanceRequest(
            process_instance_key=key, activate=begun, terminate=[ended]
        )
    )
    for job_type in ("first", "second"):
        assert len(await served.poll(job_type, requestTimeout=-1)) == 1
    unknown = counterflow_v1.ActivateInstruction(element_id="first", kind=9)  # type: ignore[arg-type]  # the mistake under test
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "Expected a kind of activation, but found 9"):
        await served.reading.ModifyProcessInstance(
            counterflow_v1.ModifyProcessInstanceRequest(process_instance_key=key, activate=[unknown])
        )
    many = [counterflow_v1.TerminateInstruction(element_id="first")] * 1_001
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "at most 1000 entries"):
        await served.reading.ModifyProcessInstance(
            counterflow_v1.ModifyProcessInstanceRequest(process_instance_key=key, terminate=many)
        )


async def test_an_instance_has_tags_and_a_business_id_and_so_have_its_jobs(served: Served) -> None:
    await served.deploy(TWO_TASKS)
    created = await served.stub.CreateProcessInstance(
        gateway.CreateProcessInstanceRequest(
            bpmnProcessId="two", version=-1, tags=["urgent", "vip:gold", "urgent"], businessId="order-7"
        )
    )
    assert (list(created.tags), created.businessId) == (["urgent", "vip:gold"], "order-7")
    await served.create("two")
    jobs = await served.poll("first")
    assert [list(job.tags) for job in jobs] == [["urgent", "vip:gold"], []]
    for asked in (
        counterflow_v1.ListProcessInstancesRequest(business_id="order-7"),
        counterflow_v1.ListProcessInstancesRequest(tag="vip:gold"),
    ):
        (found,) = (await served.reading.ListProcessInstances(asked)).process_instances
        assert (found.key, list(found.tags), found.business_id) == (
            created.processInstanceKey,
            ["urgent", "vip:gold"],
            "order-7",
        )
    nobody = counterflow_v1.ListProcessInstancesRequest(tag="vip")
    assert not (await served.reading.ListProcessInstances(nobody)).process_instances
    shown = (await served.instance(created.processInstanceKey)).process_instance
    assert (list(shown.tags), shown.business_id) == (["urgent", "vip:gold"], "order-7")


@pytest.mark.parametrize(
    "labels, words",
    [
        ({"tags": ["7up"]}, "Expected a tag to begin with a letter"),
        ({"tags": [f"t{number}" for number in range(11)]}, "at most 10 tags"),
        ({"businessId": ""}, "a business id of 1 to 256 characters"),
        ({"businessId": "x" * 257}, "but found 257"),
        ({"runtimeInstructions": [{}]}, "but it says nothing"),
        ({"runtimeInstructions": [{"terminate": {"afterElementId": "third"}}]}, "no such element"),
    ],
)
async def test_labels_that_cannot_be(served: Served, labels: dict[str, Any], words: str) -> None:
    await served.deploy(TWO_TASKS)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        await served.stub.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId="two", version=-1, **labels)
        )


async def test_an_instance_ends_after_an_element(served: Served) -> None:
    await served.deploy(TWO_TASKS)
    end = {"terminate": {"afterElementId": "first"}}
    created = await served.stub.CreateProcessInstance(
        gateway.CreateProcessInstanceRequest(bpmnProcessId="two", version=-1, runtimeInstructions=[end])
    )
    (job,) = await served.poll("first")
    await served.complete(job)
    assert await served.state_of(created.processInstanceKey) == "TERMINATED"
