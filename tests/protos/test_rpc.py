"""The tables serve: a server made of `service_handler` answers our stub and a stock client's alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as stock
from pyzeebe.proto import gateway_pb2_grpc as stock_grpc

from counterflow_wire import counterflow_v1, gateway, methods_of
from counterflow_wire.rpc import bind
from tests.protos.serving import service_handler

Context = grpc.aio.ServicerContext[object, object]


async def topology(request: gateway.TopologyRequest, context: Context) -> gateway.TopologyResponse:
    return gateway.TopologyResponse(clusterSize=1, gatewayVersion="8.6.0")


async def activate_jobs(
    request: gateway.ActivateJobsRequest, context: Context
) -> AsyncIterator[gateway.ActivateJobsResponse]:
    for key in range(request.maxJobsToActivate):
        yield gateway.ActivateJobsResponse(jobs=[gateway.ActivatedJob(key=key, type=request.type)])


async def get_history(
    request: counterflow_v1.GetHistoryRequest, context: Context
) -> AsyncIterator[counterflow_v1.HistoryRecord]:
    yield counterflow_v1.HistoryRecord(position=request.after_position + 1)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    server = grpc.aio.server()
    gateway_handler = service_handler(
        gateway.SERVICE, gateway.METHODS, {"Topology": topology, "ActivateJobs": activate_jobs}
    )
    reading_handler = service_handler(
        counterflow_v1.SERVICE, counterflow_v1.METHODS, {"GetHistory": get_history}
    )
    server.add_generic_rpc_handlers((gateway_handler, reading_handler))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(grace=None)


async def test_our_stub_calls_and_streams(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = gateway.GatewayStub(channel)
        answer = await stub.Topology(gateway.TopologyRequest())
        polled = [
            response
            async for response in stub.ActivateJobs(
                gateway.ActivateJobsRequest(type="pay", maxJobsToActivate=3)
            )
        ]
    assert isinstance(answer, gateway.TopologyResponse)
    assert answer.gatewayVersion == "8.6.0"
    assert [(job.key, job.type) for response in polled for job in response.jobs] == [
        (0, "pay"),
        (1, "pay"),
        (2, "pay"),
    ]


async def test_a_stock_stub_calls_the_same_server(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        stub: Any = stock_grpc.GatewayStub(channel)  # its types know synchronous channels only
        answer = await stub.Topology(stock.TopologyRequest())
        polled = [
            response
            async for response in stub.ActivateJobs(
                stock.ActivateJobsRequest(type="pay", maxJobsToActivate=1)
            )
        ]
    assert isinstance(answer, stock.TopologyResponse)
    assert answer.clusterSize == 1
    assert len(polled) == 1


async def test_two_services_share_a_server(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = counterflow_v1.CounterflowStub(channel)
        records = [
            record async for record in stub.GetHistory(counterflow_v1.GetHistoryRequest(after_position=41))
        ]
    assert [record.position for record in records] == [42]


async def test_what_has_no_behaviour_is_unimplemented(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await gateway.GatewayStub(channel).CompleteJob(gateway.CompleteJobRequest(jobKey=1))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_behaviour_for_an_unknown_method_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"gateway_protocol\.Gateway has no rpc Compleat; it has ActivateJobs, .*CompleteJob"
    ):
        service_handler(gateway.SERVICE, gateway.METHODS, {"Compleat": topology})


def test_the_method_table_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        gateway.METHODS["Topology"] = gateway.METHODS["CompleteJob"]  # type: ignore[index]  # that it is refused is the point


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(KeyError, match=r"gateway_protocol\.Workflow"):
        methods_of("gateway_protocol.Workflow")


def test_a_synchronous_channel_can_be_bound_too() -> None:
    class Calls:
        pass

    calls = Calls()
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        bind(calls, channel, gateway.METHODS)
    assert set(vars(calls)) == set(gateway.METHODS)
