"""The reading service on the wire."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow_wire import counterflow_v1 as wire
from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import Served, refused, serving

UNKNOWN = 2**51 + 999_999


async def history(served: Served, **fields: Any) -> list[wire.HistoryRecord]:
    return [record async for record in served.reading.GetHistory(wire.GetHistoryRequest(**fields))]


async def test_definitions_newest_first(served: Served) -> None:
    await served.deploy()
    await served.deploy(models.ONE_TASK + b"\n")
    await served.deploy(models.TWO_TASKS)
    listed = await served.reading.ListDefinitions(wire.ListDefinitionsRequest())
    assert [(found.bpmn_process_id, found.version) for found in listed.definitions] == [
        ("two", 1),
        ("order", 2),
        ("order", 1),
    ]
    latest = await served.reading.ListDefinitions(
        wire.ListDefinitionsRequest(bpmn_process_id="order", latest_only=True)
    )
    assert [found.version for found in latest.definitions] == [2]


async def test_instances_by_state_a_page_at_a_time(served: Served) -> None:
    await served.deploy()
    keys = [await served.create() for _ in range(3)]
    await served.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=keys[1]))
    first = await served.reading.ListProcessInstances(
        wire.ListProcessInstancesRequest(state="PROCESS_INSTANCE_STATE_ACTIVE", page_size=1)
    )
    second = await served.reading.ListProcessInstances(
        wire.ListProcessInstancesRequest(
            state="PROCESS_INSTANCE_STATE_ACTIVE", page_size=1, page_key=first.next_page_key
        )
    )
    assert [found.key for page in (first, second) for found in page.process_instances] == [keys[2], keys[0]]
    ended = await served.reading.ListProcessInstances(
        wire.ListProcessInstancesRequest(state="PROCESS_INSTANCE_STATE_TERMINATED")
    )
    assert [found.key for found in ended.process_instances] == [keys[1]]


async def test_an_instance_as_a_tree(served: Served) -> None:
    await served.deploy()
    key = await served.create(variables='{"a":1}')
    found = await served.instance(key)
    assert found.root.key == found.process_instance.key == key
    assert [child.element_id for child in found.root.children] == ["start", "work"]
    active = await served.reading.GetProcessInstance(
        wire.GetProcessInstanceRequest(process_instance_key=key, active_only=True)
    )
    assert [child.element_id for child in active.root.children] == ["work"]
    assert active.elements_left_out == 1


async def test_the_history_of_one_instance_and_of_all(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    await served.create()
    of_one = await history(served, process_instance_key=key)
    assert of_one[0].event == "ProcessInstanceCreated"
    assert of_one[-1].event == "JobCreated"
    assert {record.process_instance_key for record in of_one} == {key}
    of_all = await history(served)
    assert [record.position for record in of_all] == list(range(1, len(of_all) + 1))
    assert await history(served, after_position=of_all[-3].position) == of_all[-2:]
    assert await history(served, limit=2) == of_all[:2]


async def test_a_long_history_comes_whole(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterflow.service.questions.RECORDS_AT_ONCE", 7)
    await served.deploy()
    for _ in range(4):
        await served.create()
    positions = [record.position for record in await history(served)]
    assert positions == list(range(1, len(positions) + 1))
    assert len(positions) > 28


async def test_a_quarantined_instance_is_listed_and_released(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    await served.writer.submit(QuarantineInstance(process_instance_key=key, reason="odd"))
    (found,) = (await served.reading.GetQuarantine(wire.GetQuarantineRequest())).quarantined_instances
    assert (found.process_instance_key, found.reason, found.version) == (key, "odd", 1)
    assert await served.poll() == []
    await served.reading.ReleaseQuarantined(wire.ReleaseQuarantinedRequest(process_instance_key=key))
    assert len(await served.poll()) == 1
    async with refused(
        grpc.StatusCode.FAILED_PRECONDITION, "Command 'RELEASE' rejected with code 'INVALID_STATE'"
    ):
        await served.reading.ReleaseQuarantined(wire.ReleaseQuarantinedRequest(process_instance_key=key))


@pytest.mark.parametrize(
    "rpc, request_, status",
    [
        (
            "GetProcessInstance",
            wire.GetProcessInstanceRequest(process_instance_key=UNKNOWN),
            grpc.StatusCode.NOT_FOUND,
        ),
        (
            "GetDefinitionXml",
            wire.GetDefinitionXmlRequest(process_definition_key=UNKNOWN),
            grpc.StatusCode.NOT_FOUND,
        ),
        (
            "ReleaseQuarantined",
            wire.ReleaseQuarantinedRequest(process_instance_key=UNKNOWN),
            grpc.StatusCode.NOT_FOUND,
        ),
        (
            "ListProcessInstances",
            wire.ListProcessInstancesRequest(page_size=-1),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "ListProcessInstances",
            wire.ListProcessInstancesRequest(bpmn_process_id="nobody"),
            grpc.StatusCode.NOT_FOUND,
        ),
        ("ListIncidents", wire.ListIncidentsRequest(page_size=-1), grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_what_cannot_be_answered(
    served: Served, rpc: str, request_: Any, status: grpc.StatusCode
) -> None:
    async with refused(status, "Expected"):
        await getattr(served.reading, rpc)(request_)


async def test_a_state_that_is_none(served: Served) -> None:
    request = wire.ListProcessInstancesRequest()
    request.MergeFromString(b"\x18\x09")  # field 3, state: 9, which the enum does not have
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "found 9"):
        await served.reading.ListProcessInstances(request)


@pytest.mark.parametrize(
    "fields, status", [({"process_instance_key": UNKNOWN}, "NOT_FOUND"), ({"limit": -1}, "INVALID_ARGUMENT")]
)
async def test_a_history_that_cannot_be_told(served: Served, fields: dict[str, Any], status: str) -> None:
    async with refused(grpc.StatusCode[status], "Expected"):
        await history(served, **fields)


async def test_an_answer_larger_than_a_message_is_refused_with_advice() -> None:
    async with serving(message_bytes=65_536, variable_bytes=65_536) as served:
        await served.deploy(models.TWO_TASKS)
        key = await served.create("two", variables=f'{{"a":"{"x" * 40_000}"}}')
        (job,) = await served.poll("first")
        await served.stub.SetVariables(
            gateway.SetVariablesRequest(
                elementInstanceKey=job.elementInstanceKey, variables=f'{{"b":"{"x" * 40_000}"}}', local=True
            )
        )
        async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "has room for 65536", "ask for fewer"):
            await served.instance(key)


async def test_an_instance_is_explained_and_its_undo_planned(served: Served) -> None:
    await served.deploy()
    key = await served.create()
    explained = await served.reading.ExplainProcessInstance(
        wire.ExplainProcessInstanceRequest(process_instance_key=key)
    )
    (reason,) = explained.reasons
    assert (reason.kind, reason.element_id, reason.name) == (wire.Reason.KIND_JOB, "work", "work")
    assert (explained.state, reason.is_asked_for) == (wire.PROCESS_INSTANCE_STATE_ACTIVE, False)
    plan = await served.reading.PlanUndo(wire.PlanUndoRequest(process_instance_key=key))
    assert (plan.scope_key, plan.order, len(plan.handlers)) == (key, "mirror", 0)
    await served.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=key))
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "is terminated"):
        await served.reading.PlanUndo(wire.PlanUndoRequest(process_instance_key=key))
