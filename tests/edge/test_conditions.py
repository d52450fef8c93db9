"""Conditions that begin instances: asked over the variables of a call."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import Served, refused, serving


async def evaluate(served: Served, **fields: Any) -> list[gateway.ProcessInstanceReference]:
    request = gateway.EvaluateConditionalRequest(**fields)
    return [*(await served.stub.EvaluateConditional(request)).processInstances]


async def test_an_instance_begins_where_the_condition_holds(served: Served) -> None:
    await served.deploy(models.STARTED_BY_CONDITION)
    (begun,) = await evaluate(served, variables='{"amount":101.50}')
    (job,) = await served.poll("pack")
    assert (job.processInstanceKey, job.processDefinitionKey) == (
        begun.processInstanceKey,
        begun.processDefinitionKey,
    )
    assert job.variables == '{"amount":101.50}'


@pytest.mark.parametrize("variables", ["", "{}", '{"amount":100}', '{"amount":"large"}', '{"amount":null}'])
async def test_nothing_begins_where_it_does_not(served: Served, variables: str) -> None:
    await served.deploy(models.STARTED_BY_CONDITION)
    assert await evaluate(served, variables=variables) == []


async def test_one_definition_may_be_meant_and_only_the_latest_version_begins(served: Served) -> None:
    await served.deploy(models.STARTED_BY_CONDITION)
    (first,) = await evaluate(served, variables='{"amount":101}')
    await served.deploy(models.STARTED_BY_CONDITION.replace(b"gt; 100", b"gt; 50"))
    (second,) = await evaluate(served, variables='{"amount":101}', processDefinitionKey=-1)
    assert second.processDefinitionKey > first.processDefinitionKey
    for definition, begun in ((first, 0), (second, 1)):
        key = definition.processDefinitionKey
        answer = await evaluate(served, variables='{"amount":101}', processDefinitionKey=key)
        assert [one.processDefinitionKey for one in answer] == [key] * begun


async def test_an_unknown_definition_is_told(served: Served) -> None:
    words = "Command 'EVALUATE' rejected with code 'NOT_FOUND'", "no such definition was found"
    async with refused(grpc.StatusCode.NOT_FOUND, *words):
        await evaluate(served, processDefinitionKey=7)


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"variables": "[]"}, "found an array"),
        ({"variables": f'{{"a":"{"x" * 2_000}"}}'}, "at most 1000 bytes"),
        ({"tenantId": "red"}, "multi-tenancy is off"),
    ],
)
async def test_what_cannot_be_asked(fields: dict[str, Any], words: str) -> None:
    async with serving(variable_bytes=1_000) as served, refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        await evaluate(served, **fields)


async def test_who_waits_for_a_condition_is_told_of(served: Served) -> None:
    """What it is, and which variables it reads; and when it is triggered, it waits no more."""
    await served.deploy(models.WAITING_FOR_CONDITION)
    key = await served.create("checking", '{"amount":1}')
    (waits,) = (one.waits for one in (await served.instance(key)).root.children if one.waits)
    (wait,) = waits
    assert (wait.kind, wait.element_id) == (wait.KIND_CONDITION, "wait")
    assert (wait.name, [*wait.variable_names]) == ("amount > 100", ["amount"])
