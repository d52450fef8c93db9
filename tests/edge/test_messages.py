"""Messages: published, kept, received, refused."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from counterflow.kernel.rows import Message
from counterflow_wire import counterflow_v1, gateway
from tests.edge import models
from tests.edge.served import Served, refused, serving, until


async def publish(
    served: Served, name: str = "paid", correlation_key: str = "o-1", **fields: Any
) -> gateway.PublishMessageResponse:
    return await served.stub.PublishMessage(
        gateway.PublishMessageRequest(name=name, correlationKey=correlation_key, **fields)
    )


async def test_a_message_reaches_the_instance_that_waits_with_its_key(served: Served) -> None:
    await served.deploy(models.WAITING)
    first, second = [await served.create("waiting", f'{{"order":"o-{number}"}}') for number in (1, 2)]
    answer = await publish(served, correlation_key="o-2", variables='{"amount":12.50}')
    assert (answer.key > second, answer.tenantId) == (True, "<default>")
    assert [await served.state_of(key) for key in (first, second)] == ["ACTIVE", "COMPLETED"]
    root = (await served.instance(second)).root
    assert {variable.name: variable.value_json for variable in root.variables} == {
        "order": '"o-2"',
        "amount": "12.50",
    }


@pytest.mark.parametrize(
    "time_to_live_ms, state",
    [(60_000, "COMPLETED"), (2**63 - 1, "COMPLETED"), (0, "ACTIVE"), (-1, "ACTIVE"), (-(2**63), "ACTIVE")],
)
async def test_a_message_is_kept_for_as_long_as_it_says(
    served: Served, time_to_live_ms: int, state: str
) -> None:
    await served.deploy(models.WAITING)
    await publish(served, timeToLive=time_to_live_ms)
    assert await served.state_of(await served.create("waiting", '{"order":"o-1"}')) == state


async def test_a_message_whose_time_is_over_is_no_more(served: Served) -> None:
    await served.deploy(models.WAITING)
    await publish(served, timeToLive=1, messageId="m-1")
    await until(lambda: not served.state.shared[Message])
    assert await served.state_of(await served.create("waiting", '{"order":"o-1"}')) == "ACTIVE"
    await publish(served, messageId="m-1")


@pytest.mark.parametrize(
    "second, is_known",
    [
        ({"messageId": "m-1"}, True),
        ({"messageId": "m-1", "tenantId": "<default>"}, True),
        ({"messageId": "m-2"}, False),
        ({"messageId": ""}, False),
        ({"messageId": "m-1", "correlation_key": "o-2"}, False),
        ({"messageId": "m-1", "name": "refunded"}, False),
    ],
)
async def test_a_message_id_is_taken_once_per_name_and_key(
    served: Served, second: dict[str, Any], is_known: bool
) -> None:
    await publish(served, timeToLive=60_000, messageId="m-1")
    if not is_known:
        await publish(served, **second)
        return
    async with refused(
        grpc.StatusCode.ALREADY_EXISTS, "Command 'PUBLISH' rejected with code 'ALREADY_EXISTS'", "'m-1'"
    ):
        await publish(served, **second)


async def test_the_id_of_a_message_that_was_not_kept_can_be_used_again(served: Served) -> None:
    first = await publish(served, messageId="m-1")
    assert (await publish(served, messageId="m-1")).key > first.key


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"variables": "[]"}, "found an array"),
        ({"variables": '{"a":'}, "it breaks off"),
        ({"variables": f'{{"a":"{"x" * 2_000}"}}'}, "at most 1000 bytes"),
        ({"tenantId": "red"}, "multi-tenancy is off"),
        ({"tenantId": "r e d"}, "Expected a tenant id of 1 to 31"),
        ({"name": " "}, "name of the message to publish, but it is empty"),
    ],
)
async def test_what_cannot_be_published(fields: dict[str, Any], words: str) -> None:
    async with serving(variable_bytes=1_000) as served:
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
            await publish(served, timeToLive=60_000, **fields)
        assert not served.state.shared[Message]


async def test_a_message_begins_an_instance_and_the_next_with_its_key_another_when_that_has_ended(
    served: Served,
) -> None:
    await served.deploy(models.STARTED_BY_MESSAGE)
    for amount in (1, 2):
        await publish(served, timeToLive=60_000, variables=f'{{"amount":{amount}}}')
    (job,) = await served.poll("pack")
    assert job.variables == '{"amount":1}'
    await served.complete(job)
    (job,) = await served.poll("pack")
    assert job.variables == '{"amount":2}'


async def test_messages_without_a_key_begin_as_many_instances_as_come(served: Served) -> None:
    await served.deploy(models.STARTED_BY_MESSAGE)
    for _ in range(3):
        await publish(served, correlation_key="")
    assert len(await served.poll("pack")) == 3


async def test_a_process_that_only_messages_begin_is_not_begun_by_hand(served: Served) -> None:
    await served.deploy(models.STARTED_BY_MESSAGE)
    async with refused(
        grpc.StatusCode.FAILED_PRECONDITION,
        "Command 'CREATE' rejected with code 'INVALID_STATE'",
        "publish the message",
    ):
        await served.create("packing")


# -- signals -------------------------------------------------------------------------------------------------


async def broadcast(
    served: Served, name: str = "prices-changed", **fields: Any
) -> gateway.BroadcastSignalResponse:
    return await served.stub.BroadcastSignal(gateway.BroadcastSignalRequest(signalName=name, **fields))


async def test_a_signal_reaches_all_who_wait(served: Served) -> None:
    await served.deploy(models.HEARING)
    keys = [await served.create("hearing", f'{{"n":{number}}}') for number in (1, 2)]
    answer = await broadcast(served, variables='{"rate":1.50}')
    assert (answer.key > max(keys), answer.tenantId) == (True, "<default>")
    assert [await served.state_of(key) for key in keys] == ["COMPLETED"] * 2
    tree = await served.instance(keys[1])
    assert {variable.name: variable.value_json for variable in tree.root.variables} == {
        "n": "2",
        "rate": "1.50",
    }
    assert [(one.signal_key, one.name, one.element_id) for one in tree.received_signals] == [
        (answer.key, "prices-changed", "heard")
    ]


async def test_a_signal_for_nobody_is_well_done_and_gone(served: Served) -> None:
    await served.deploy(models.HEARING)
    first = await broadcast(served)
    assert await served.state_of(await served.create("hearing")) == "ACTIVE"
    assert (await broadcast(served, "other")).key > first.key


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"name": " "}, "name of the signal to broadcast, but it is empty"),
        ({"variables": "[1]"}, "Expected the variables to be one JSON object"),
        ({"tenantId": "other"}, "multi-tenancy is off"),
    ],
)
async def test_what_cannot_be_broadcast(served: Served, fields: dict[str, Any], words: str) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        await broadcast(served, **fields)


async def correlate(served: Served, correlation_key: str) -> counterflow_v1.CorrelateMessageResponse:
    return await served.reading.CorrelateMessage(
        counterflow_v1.CorrelateMessageRequest(
            name="paid", correlation_key=correlation_key, variables_json='{"amount":1}'
        )
    )


async def test_who_correlates_is_told_the_instance_that_was_reached(served: Served) -> None:
    await served.deploy(models.WAITING)
    key = await served.create("waiting", '{"order":"o-1"}')
    answer = await correlate(served, "o-1")
    assert (answer.process_instance_key, answer.bpmn_process_id, answer.begun) == (key, "waiting", False)
    assert await served.state_of(key) == "COMPLETED"
    fate = await served.reading.GetMessage(counterflow_v1.GetMessageRequest(message_key=answer.message_key))
    assert [receiver.process_instance_key for receiver in fate.receivers] == [key]


async def test_what_nobody_waits_for_is_refused(served: Served) -> None:
    async with refused(grpc.StatusCode.NOT_FOUND, "CORRELATE", "somebody to wait for the message 'paid'"):
        await correlate(served, "o-1")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "Expected the name of the message to correlate"):
        await served.reading.CorrelateMessage(counterflow_v1.CorrelateMessageRequest())
