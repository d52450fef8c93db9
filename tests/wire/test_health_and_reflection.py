"""The two services that tools ask: how is it, and what is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

from counterflow.wire.health import Health
from counterflow.wire.reflection import PACKAGES, Reflection
from counterflow_wire.health_v1 import HealthListRequest, HealthStub
from counterflow_wire.reflection import SERVICE_NAMES, reflection_pool
from tests.wire.house import BOTH

Ask = Callable[..., Any]


@pytest.fixture(params=BOTH, ids=lambda make: make.__name__)
async def served(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Health, grpc.aio.Channel]]:
    health = Health(["", "some.Service"])
    server = request.param([*health.methods(), *Reflection(SERVICE_NAMES, reflection_pool()).methods()])
    port = await server.start("127.0.0.1", 0)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield health, channel
    await server.stop(0.05)


def health_call(channel: grpc.aio.Channel, rpc: str, pb: ModuleType = health_pb2) -> Any:
    connect = channel.unary_stream if rpc == "Watch" else channel.unary_unary
    return connect(
        f"/grpc.health.v1.Health/{rpc}",
        request_serializer=pb.HealthCheckRequest.SerializeToString,
        response_deserializer=pb.HealthCheckResponse.FromString,
    )


async def test_check(served: tuple[Health, grpc.aio.Channel]) -> None:
    health, channel = served
    check = health_call(channel, "Check")
    assert (await check(health_pb2.HealthCheckRequest())).status == health_pb2.HealthCheckResponse.NOT_SERVING
    health.set_serving(True)
    assert (
        await check(health_pb2.HealthCheckRequest(service="some.Service"))
    ).status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await check(health_pb2.HealthCheckRequest(service="none"))
    assert refusal.value.code() == grpc.StatusCode.NOT_FOUND


async def test_list(served: tuple[Health, grpc.aio.Channel]) -> None:
    health, channel = served
    health.set_serving(True)
    answer = await HealthStub(channel).List(HealthListRequest())
    serving = health_pb2.HealthCheckResponse.SERVING
    assert {name: found.status for name, found in answer.statuses.items()} == {
        "": serving,
        "some.Service": serving,
    }


async def test_watch(served: tuple[Health, grpc.aio.Channel]) -> None:
    health, channel = served
    known = health_call(channel, "Watch")(health_pb2.HealthCheckRequest())
    unknown = health_call(channel, "Watch")(health_pb2.HealthCheckRequest(service="none"))
    assert (await known.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert (await unknown.read()).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    health.set_serving(True)
    health.set_serving(True)
    assert (await known.read()).status == health_pb2.HealthCheckResponse.SERVING
    health.set_serving(False)
    assert (await known.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
    known.cancel()
    unknown.cancel()


@pytest.fixture(params=PACKAGES)
def ask(request: pytest.FixtureRequest, served: tuple[Health, grpc.aio.Channel]) -> Ask:
    method = (
        reflection_pool()
        .FindServiceByName(f"{request.param}.ServerReflection")
        .methods_by_name["ServerReflectionInfo"]
    )
    question, answer = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
    call: Any = served[1].stream_stream(
        f"/{request.param}.ServerReflection/ServerReflectionInfo",
        request_serializer=question.SerializeToString,
        response_deserializer=answer.FromString,
    )

    async def ask(**fields: Any) -> Any:
        (found,) = [message async for message in call(iter([question(**fields)]))]
        return found

    return ask


async def test_every_service_is_listed(ask: Ask) -> None:
    answer = await ask(list_services="", host="here")
    assert [service.name for service in answer.list_services_response.service] == sorted(SERVICE_NAMES)
    assert (answer.valid_host, answer.original_request.host) == ("here", "here")


@pytest.mark.parametrize(
    "symbol", [*SERVICE_NAMES, "gateway_protocol.ActivatedJob", "counterflow.v1.Counterflow.GetHistory"]
)
async def test_every_symbol_is_described_with_all_it_builds_on(ask: Ask, symbol: str) -> None:
    answer = await ask(file_containing_symbol=symbol)
    files = [
        FileDescriptorProto.FromString(content)
        for content in answer.file_descriptor_response.file_descriptor_proto
    ]
    assert {needed for file in files for needed in file.dependency} <= {file.name for file in files}
    assert symbol.startswith(files[0].package)


async def test_a_file_by_its_name(ask: Ask) -> None:
    answer = await ask(file_by_filename="gateway.proto")
    assert (
        FileDescriptorProto.FromString(answer.file_descriptor_response.file_descriptor_proto[0]).package
        == "gateway_protocol"
    )


async def test_extensions_of_a_message_that_has_none(ask: Ask) -> None:
    answer = await ask(all_extension_numbers_of_type="gateway_protocol.ActivatedJob")
    assert list(answer.all_extension_numbers_response.extension_number) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"file_by_filename": "none.proto"},
        {"file_containing_symbol": "no.Such"},
        {"all_extension_numbers_of_type": "no.Such"},
        {
            "file_containing_extension": {
                "containing_type": "gateway_protocol.ActivatedJob",
                "extension_number": 9,
            }
        },
        {},
    ],
)
async def test_what_is_not_there(ask: Ask, fields: dict[str, Any]) -> None:
    answer = await ask(**fields)
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
