"""Migration on the wire: as the gateway asks for it, and as our own service plans and does it."""

from __future__ import annotations

import grpc
import pytest

from counterflow_wire import counterflow_v1 as wire
from counterflow_wire import gateway
from tests.behaviours.script import BOOK
from tests.edge.served import Served, refused

TRIP = (BOOK / "migration" / "trip.bpmn").read_bytes()
LATER = (BOOK / "migration" / "second" / "trip.bpmn").read_bytes()
WITHOUT_UNDO = (BOOK / "migration" / "second" / "trip-without-undo.bpmn").read_bytes()


async def definition(served: Served, content: bytes) -> int:
    """Deploy a version; its key."""
    await served.deploy(content)
    listed = await served.reading.ListDefinitions(
        wire.ListDefinitionsRequest(bpmn_process_id="trip", latest_only=True)
    )
    return int(listed.definitions[0].key)


async def running(served: Served) -> int:
    """A trip whose hotel is booked."""
    await served.deploy(TRIP)
    key = await served.create("trip")
    (job,) = await served.poll("hotel")
    await served.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key))
    return key


def asked(key: int, target: int, **mappings: str) -> gateway.MigrateProcessInstanceRequest:
    """A request of a client of the gateway."""
    plan = gateway.MigrateProcessInstanceRequest.MigrationPlan(
        targetProcessDefinitionKey=target,
        mappingInstructions=[
            gateway.MigrateProcessInstanceRequest.MappingInstruction(
                sourceElementId=before, targetElementId=after
            )
            for before, after in mappings.items()
        ],
    )
    return gateway.MigrateProcessInstanceRequest(processInstanceKey=key, migrationPlan=plan)


async def test_a_client_of_the_gateway_migrates_what_it_maps(served: Served) -> None:
    key = await running(served)
    target = await definition(served, LATER)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "Command 'MIGRATE' rejected", "'car' of type"):
        await served.stub.MigrateProcessInstance(asked(key, target))
    await served.stub.MigrateProcessInstance(asked(key, target, car="car"))
    found = await served.instance(key)
    assert (found.process_instance.version, found.process_instance.process_definition_key) == (2, target)
    assert [(record.element_id, record.handler_element_id) for record in found.undo_records] == [
        ("hotel", "refund-hotel")
    ]
    await served.stub.MigrateProcessInstance(asked(key, target, car="car"))
    (job,) = await served.poll("car")
    assert (job.processDefinitionVersion, job.processDefinitionKey) == (2, target)


@pytest.mark.parametrize(
    "mappings, code, words",
    [
        ({"nobody": "car"}, grpc.StatusCode.INVALID_ARGUMENT, "source elements"),
        ({"car": "nobody"}, grpc.StatusCode.INVALID_ARGUMENT, "target elements"),
        ({"car": "late"}, grpc.StatusCode.FAILED_PRECONDITION, "of type serviceTask, and 'late'"),
    ],
)
async def test_senseless_instructions_are_refused(
    served: Served, mappings: dict[str, str], code: grpc.StatusCode, words: str
) -> None:
    key = await running(served)
    target = await definition(served, LATER)
    async with refused(code, words):
        await served.stub.MigrateProcessInstance(asked(key, target, **mappings))
    assert (await served.instance(key)).process_instance.version == 1


async def test_an_element_is_mapped_once(served: Served) -> None:
    key = await running(served)
    request = asked(key, await definition(served, LATER), car="car")
    request.migrationPlan.mappingInstructions.append(request.migrationPlan.mappingInstructions[0])
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "several for 'car'"):
        await served.stub.MigrateProcessInstance(request)


async def test_who_is_not_there_is_not_found(served: Served) -> None:
    key = await running(served)
    target = await definition(served, LATER)
    async with refused(grpc.StatusCode.NOT_FOUND, "no such definition"):
        await served.stub.MigrateProcessInstance(asked(key, key))
    async with refused(grpc.StatusCode.NOT_FOUND, "no such active process instance"):
        await served.stub.MigrateProcessInstance(asked(target, target))
    await served.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=key))
    async with refused(grpc.StatusCode.NOT_FOUND, "it has ended already: terminated at"):
        await served.stub.MigrateProcessInstance(asked(key, target))


async def test_a_plan_says_what_would_be_lost_and_changes_nothing(served: Served) -> None:
    key = await running(served)
    target = await definition(served, WITHOUT_UNDO)
    request = wire.PlanMigrationRequest(process_instance_key=key, target_definition_key=target)
    plan = await served.reading.PlanMigration(request)
    assert list(plan.losses) == ["what 'hotel' has done could no longer be undone"]
    assert [(one.what, one.element_id, one.outcome) for one in plan.moves] == [
        ("process", "trip", "moved"),
        ("serviceTask", "car", "moved"),
        ("job", "car", "moved"),
        ("undo", "hotel", "lost"),
    ]
    assert (plan.version, plan.target_version, list(plan.problems), plan.is_there) == (1, 2, [], False)
    assert (await served.instance(key)).process_instance.version == 1
    go = wire.MigrateRequest(process_instance_key=key, target_definition_key=target)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, "'hotel' has done could no longer be undone"):
        await served.reading.Migrate(go)
    go.accept_losses = True
    await served.reading.Migrate(go)
    assert (await served.reading.PlanMigration(request)).is_there


async def test_mappings_are_heeded(served: Served) -> None:
    key = await running(served)
    target = await definition(served, LATER)
    request = wire.PlanMigrationRequest(
        process_instance_key=key,
        target_definition_key=target,
        mappings=[wire.ElementMapping(source_element_id="car", target_element_id="pay")],
    )
    found = {
        one.source_element_id: one.target_element_id
        for one in (await served.reading.PlanMigration(request)).mappings
    }
    assert found == {"trip": "trip", "car": "pay", "hotel": "hotel"}
