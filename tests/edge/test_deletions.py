"""DeleteResource: nothing begins on what is deleted, what runs goes on, and what has happened can be looked at."""

from __future__ import annotations

import grpc

from counterflow_wire import counterflow_v1, gateway
from tests.edge import models
from tests.edge.served import Served, refused


async def delete(served: Served, key: int) -> gateway.DeleteResourceResponse:
    return await served.stub.DeleteResource(gateway.DeleteResourceRequest(resourceKey=key))


async def deployed_key(served: Served, content: bytes = models.ONE_TASK) -> int:
    return (await served.deploy(content)).deployments[0].process.processDefinitionKey


async def listed(served: Served) -> list[int]:
    answer = await served.reading.ListDefinitions(counterflow_v1.ListDefinitionsRequest())
    return [one.version for one in answer.definitions]


async def test_what_is_deleted_begins_nothing_and_is_listed_no_more(served: Served) -> None:
    key = await deployed_key(served)
    running = await served.create()
    assert await delete(served, key) == gateway.DeleteResourceResponse()
    assert await listed(served) == []
    async with refused(grpc.StatusCode.NOT_FOUND, "process ID 'order'"):
        await served.create()
    async with refused(
        grpc.StatusCode.NOT_FOUND, "Command 'DELETE' rejected with code 'NOT_FOUND'", "deleted before"
    ):
        await delete(served, key)
    (job,) = await served.poll()
    await served.complete(job)
    assert await served.state_of(running) == "COMPLETED"
    diagram = await served.reading.GetDefinitionXml(
        counterflow_v1.GetDefinitionXmlRequest(process_definition_key=key)
    )
    assert diagram.resource_name == "order.bpmn"


async def test_the_version_before_is_the_latest_again(served: Served) -> None:
    await served.deploy()
    key = await deployed_key(served, models.ONE_TASK.replace(b"</bpmn:process>", b"<!-- --></bpmn:process>"))
    await delete(served, key)
    request = counterflow_v1.ListDefinitionsRequest(latest_only=True)
    assert [one.version for one in (await served.reading.ListDefinitions(request)).definitions] == [1]
    created = await served.stub.CreateProcessInstance(
        gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=-1)
    )
    assert created.version == 1


async def test_a_key_of_nothing_is_refused(served: Served) -> None:
    for key in (0, -1, 7):
        async with refused(grpc.StatusCode.NOT_FOUND, "no such resource was found"):
            await delete(served, key)
