"""The server as a whole: every call, health, reflection, abuse, overload, and how it falls silent."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from counterflow import __version__
from counterflow.edge.doors import PortTaken
from counterflow.edge.grpc.door import GrpcDoor
from counterflow.edge.grpc.families import instances
from counterflow.partition.writer import Writer
from counterflow.server import transport
from counterflow.service.service import Service
from counterflow.settings import Settings
from counterflow.store.memory import MemoryStore
from counterflow_wire import counterflow_v1, gateway
from tests.edge import models
from tests.edge.served import Served, refused, serving, stream_request, until


async def check(served: Served, service: str) -> int:
    call: grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse] = (
        served.channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
    )
    return (await call(health_pb2.HealthCheckRequest(service=service))).status


EMPTY_IS_MEANT = {"Topology", "EvaluateConditional"}
"""Calls that say all they need to with a request that says nothing."""


@pytest.mark.parametrize("rpc", sorted(gateway.METHODS))
async def test_every_call_of_the_contract_has_an_answer(served: Served, rpc: str) -> None:
    method = gateway.METHODS[rpc]
    call = getattr(served.stub, rpc)(method.request())
    code = await call.code()
    allowed = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED}
    assert code in (allowed if rpc not in EMPTY_IS_MEANT else {grpc.StatusCode.OK})
    assert "Method not found" not in (await call.details() or "")


async def test_the_topology_is_one_broker_that_leads_one_partition(served: Served) -> None:
    answer = await served.stub.Topology(gateway.TopologyRequest())
    assert (answer.clusterSize, answer.partitionsCount, answer.replicationFactor, answer.gatewayVersion) == (
        1,
        1,
        1,
        "8.6.0",
    )
    (broker,) = answer.brokers
    assert (broker.host, broker.port, broker.version) == (
        "127.0.0.1",
        served.port,
        f"8.6.0+counterflow.{__version__}",
    )
    (partition,) = broker.partitions
    assert (partition.partitionId, partition.role, partition.health) == (1, 0, 0)


@pytest.mark.parametrize("service", ["", "gateway_protocol.Gateway", "counterflow.v1.Counterflow"])
async def test_health(served: Served, service: str) -> None:
    assert await check(served, service) == health_pb2.HealthCheckResponse.SERVING


async def test_reflection_lists_every_service(served: Served) -> None:
    ask: grpc.aio.StreamStreamMultiCallable[
        reflection_pb2.ServerReflectionRequest, reflection_pb2.ServerReflectionResponse
    ]
    ask = served.channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    (answer,) = [
        answer async for answer in ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    ]
    listed = {service.name for service in answer.list_services_response.service}
    assert {"gateway_protocol.Gateway", "counterflow.v1.Counterflow", "grpc.health.v1.Health"} <= listed


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 64,
        b"GET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 400,
        b"\x16\x03\x01",
    ],
)
async def test_garbage_on_the_port_harms_nobody(served: Served, garbage: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(garbage)
    writer.write_eof()
    async with asyncio.timeout(20):
        await reader.read()
    writer.close()
    assert (await served.stub.Topology(gateway.TopologyRequest())).clusterSize == 1


async def test_a_message_that_is_no_protobuf_is_refused(served: Served) -> None:
    call: Any = served.channel.unary_unary("/gateway_protocol.Gateway/CompleteJob")
    with pytest.raises(grpc.aio.AioRpcError):
        await call(b"\xff\xff\xff")
    assert (await served.stub.Topology(gateway.TopologyRequest())).clusterSize == 1


async def test_a_message_of_five_megabytes_is_refused(served: Served) -> None:
    async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
        await served.create(variables=f'{{"scan":"{"x" * 5 * 1024 * 1024}"}}')
    assert (await served.stub.Topology(gateway.TopologyRequest())).clusterSize == 1


async def test_a_call_that_nobody_knows(served: Served) -> None:
    call: Any = served.channel.unary_unary("/gateway_protocol.Gateway/CreateWorkflowInstance")
    async with refused(grpc.StatusCode.UNIMPLEMENTED):
        await call(b"")


async def test_more_commands_than_may_wait_are_sent_away() -> None:
    async with serving(pending_commands=1) as served:
        await served.deploy()
        served.store.hold()
        first = asyncio.create_task(served.create())
        await served.held()
        async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "try again after a while"):
            await served.create()
        served.store.release()
        assert await first


async def test_callers_beyond_the_line_are_sent_away_and_work_under_way_ends() -> None:
    async with serving(
        new_calls_at_once=2, new_calls_in_line=3, new_calls_in_burst=3, refusal_pause_ms=0
    ) as served:
        await served.deploy()
        await served.create()
        (job,) = await served.poll()
        served.store.hold()
        accepted = [asyncio.create_task(served.create()) for _ in range(5)]
        await until(lambda: served.calls_under_way() == 5)
        for _ in range(20):
            async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "3 calls", "try again after a while"):
                await served.create()
        completed = asyncio.create_task(served.complete(job))
        await until(lambda: served.calls_under_way() == 6)
        served.store.release()
        await completed
        keys = await asyncio.gather(*accepted)
        assert await served.state_of(job.processInstanceKey) == "COMPLETED"
        assert [await served.state_of(key) for key in keys] == ["ACTIVE"] * 5


async def test_a_burst_is_taken_in_whole() -> None:
    async with serving() as served:
        await served.deploy()
        served.store.hold()
        burst = [asyncio.create_task(served.create()) for _ in range(300)]
        await until(lambda: served.calls_under_way() == 300)
        served.store.release()
        assert len(set(await asyncio.gather(*burst))) == 300


async def test_requests_in_line_are_bounded_by_their_bytes() -> None:
    async with serving(new_calls_at_once=1, client_bytes=262_144, variable_bytes=65_536) as served:
        await served.deploy()
        served.store.hold()
        long = f'{{"text":"{"x" * 40_000}"}}'
        accepted = [asyncio.create_task(served.create(variables=long))]
        await served.held()
        accepted.append(asyncio.create_task(served.create(variables=long)))
        await until(lambda: served.calls_under_way() == 2)
        async with refused(
            grpc.StatusCode.RESOURCE_EXHAUSTED, "bytes of requests and answers", "try again after a while"
        ):
            await served.create(variables=long)
        async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "bytes of requests and answers"):
            await served.deploy(models.ONE_TASK + b" " * 40_000)
        accepted[1].cancel()
        await until(lambda: served.calls_under_way() == 1)
        accepted[1] = asyncio.create_task(served.create(variables=long))
        await until(lambda: served.calls_under_way() == 2)
        served.store.release()
        assert len(set(await asyncio.gather(*accepted))) == 2
        await until(served.edge_is_idle)
        assert served.service.admission.budgets.memory.used == 0


async def test_as_many_calls_wait_as_may() -> None:
    async with serving(waiting_calls=1) as served:
        await served.deploy()
        waiting = asyncio.create_task(served.poll(requestTimeout=60_000))
        await until(lambda: served.waiting_polls() == 1)
        async with refused(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "1 polls, streams and calls",
            "setting waiting_calls",
            "try again after a while",
        ):
            await served.poll()
        await served.create()
        assert len(await waiting) == 1
        assert await served.poll() == []


async def test_a_store_that_fails_is_told_and_the_server_goes_on(served: Served) -> None:
    await served.deploy()
    served.store.failing = True
    async with refused(grpc.StatusCode.UNAVAILABLE, "not carried out", "the disk is full"):
        await served.create()
    served.store.failing = False
    assert await served.create()


async def test_an_answer_that_does_not_come_in_time() -> None:
    async with serving(request_timeout_ms=700) as served:
        await served.deploy()
        served.store.hold()
        async with refused(
            grpc.StatusCode.DEADLINE_EXCEEDED, "CreateProcessInstance was not answered in time"
        ):
            await served.create()


async def test_a_fault_of_ours_is_logged_and_told_without_its_insides(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("counterflow.service.deployments.refuse_unreadable", broken)
    async with refused(
        grpc.StatusCode.INTERNAL, "DeployResource met an internal fault (ZeroDivisionError)"
    ) as refusal:
        await served.deploy()
    assert "secret" not in str(refusal)
    assert [record.levelname for record in caplog.records if record.name == "counterflow.edge"] == ["ERROR"]


async def test_a_port_that_is_taken(served: Served) -> None:
    settings = Settings(grpc_port=served.port)
    service = Service(Writer(MemoryStore()), MemoryStore(), settings)
    second = GrpcDoor(service, settings, transport(settings, service.admission.budgets))
    with pytest.raises(PortTaken, match=rf"cannot listen on 127\.0\.0\.1:{served.port}.*--grpc-port"):
        await second.start()


async def test_stopping_lets_commands_under_way_finish(served: Served) -> None:
    await served.deploy()
    served.store.hold()
    creating = asyncio.create_task(served.create())
    await served.held()
    stopping = asyncio.create_task(served.door.stop(grace_seconds=20))
    await until(lambda: served.service.admission.is_closed)
    assert not creating.done()
    served.store.release()
    assert await creating
    await stopping


async def test_a_stopping_server_keeps_nobody_waiting_for_a_result() -> None:
    async with serving(new_calls_at_once=1) as served:
        await served.deploy()
        served.store.hold()
        request = gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=-1)
        awaited = [
            served.stub.CreateProcessInstanceWithResult(
                gateway.CreateProcessInstanceWithResultRequest(request=request)
            )
            for _ in range(2)
        ]
        await until(lambda: served.service.admission.budgets.waiting.used == 2)
        stopping = asyncio.create_task(served.door.stop(grace_seconds=20))
        await until(lambda: served.service.admission.is_closed)
        served.store.release()
        async with refused(grpc.StatusCode.CANCELLED, "was created and goes on"):
            await awaited[0]
        async with refused(grpc.StatusCode.UNAVAILABLE, "The server is stopping"):
            await awaited[1]
        await stopping


async def test_an_answer_that_cannot_be_written_leaves_no_turn_behind(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await served.deploy()

    def broken(_: object) -> None:
        raise ValueError("secret")

    monkeypatch.setattr(instances, "created", broken)
    async with refused(grpc.StatusCode.INTERNAL, "CreateProcessInstance met an internal fault"):
        await served.create()
    await until(served.edge_is_idle)
    assert served.service.turns._taken == 0


async def test_stopping_does_not_wait_for_ever(served: Served) -> None:
    await served.deploy()
    served.store.hold()
    creating = asyncio.create_task(served.create())
    await served.held()
    await served.door.stop(grace_seconds=0.05)
    with pytest.raises(grpc.aio.AioRpcError):
        await creating


async def test_a_stopping_server_refuses_new_calls_and_says_so_to_health_checks(served: Served) -> None:
    await served.deploy()
    served.store.hold()
    creating = asyncio.create_task(served.create())
    await served.held()
    stopping = asyncio.create_task(served.door.stop(grace_seconds=20))
    await until(lambda: served.service.admission.is_closed)
    async with refused(grpc.StatusCode.UNAVAILABLE, "The server is stopping"):
        await served.stub.Topology(gateway.TopologyRequest())
    async with refused(grpc.StatusCode.UNAVAILABLE, "The server is stopping"):
        await served.poll(requestTimeout=60_000)
    async with refused(grpc.StatusCode.UNAVAILABLE, "The server is stopping"):
        await served.stub.StreamActivatedJobs(stream_request()).read()
    assert await check(served, "") == health_pb2.HealthCheckResponse.NOT_SERVING
    served.store.release()
    await creating
    await stopping


async def test_someone_who_watches_health_does_not_hold_the_server_up(served: Served) -> None:
    watch: grpc.aio.UnaryStreamMultiCallable[
        health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse
    ] = served.channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    call = watch(health_pb2.HealthCheckRequest())
    first: Any = await call.read()
    assert first.status == health_pb2.HealthCheckResponse.SERVING
    async with asyncio.timeout(20):
        await served.door.stop(grace_seconds=600)
    second: Any = await call.read()
    assert second.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_both_services_have_every_call(served: Served) -> None:
    assert set(served.door._gateway()) == set(gateway.METHODS)
    assert set(served.door._counterflow()) == set(counterflow_v1.METHODS)
