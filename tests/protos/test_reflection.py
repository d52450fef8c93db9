"""Reflection and health on a server whose messages live in a private pool."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from counterflow_wire.reflection import SERVICE_NAMES, reflection_pool
from tests.protos import descriptions

SYMBOLS = [
    ("gateway_protocol.Gateway", "gateway.proto"),
    ("gateway_protocol.ModifyProcessInstanceRequest.ActivateInstruction", "gateway.proto"),
    ("counterflow.v1.ElementInstance", "counterflow.proto"),
    ("grpc.health.v1.Health", "health.proto"),
    ("grpc.reflection.v1alpha.ServerReflection", "reflection_v1alpha.proto"),
]


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    server = grpc.aio.server()
    servicer = health.aio.HealthServicer()
    await servicer.set("gateway_protocol.Gateway", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    reflection.enable_server_reflection(SERVICE_NAMES, server, pool=reflection_pool())
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    await server.stop(grace=None)


async def ask(
    channel: grpc.aio.Channel, request: reflection_pb2.ServerReflectionRequest
) -> reflection_pb2.ServerReflectionResponse:
    reflect: grpc.aio.StreamStreamMultiCallable[
        reflection_pb2.ServerReflectionRequest, reflection_pb2.ServerReflectionResponse
    ]
    reflect = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    answers = [answer async for answer in reflect(iter([request]))]
    assert len(answers) == 1
    return answers[0]


async def test_every_service_is_listed(channel: grpc.aio.Channel) -> None:
    answer = await ask(channel, reflection_pb2.ServerReflectionRequest(list_services=""))
    assert sorted(service.name for service in answer.list_services_response.service) == sorted(SERVICE_NAMES)


@pytest.mark.parametrize("symbol, file_name", SYMBOLS)
async def test_every_symbol_is_described(channel: grpc.aio.Channel, symbol: str, file_name: str) -> None:
    answer = await ask(channel, reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol))
    described = [
        FileDescriptorProto.FromString(file).name
        for file in answer.file_descriptor_response.file_descriptor_proto
    ]
    assert described == [file_name]


async def test_health_answers_for_the_gateway(channel: grpc.aio.Channel) -> None:
    check: grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse]
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    answer = await check(health_pb2.HealthCheckRequest(service="gateway_protocol.Gateway"))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize(
    "theirs", [health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR], ids=["health", "reflection"]
)
def test_our_descriptors_say_what_those_of_grpc_say(theirs: FileDescriptor) -> None:
    """Names, numbers, types and shapes are the protocol's; only comments and the file's name are ours."""
    (service,) = theirs.services_by_name.values()
    ours = reflection_pool().FindServiceByName(service.full_name).file
    assert in_words(ours) == in_words(theirs)


def in_words(file: FileDescriptor) -> list[object]:
    """Every message with its fields, every enum with its values, every method with its shape."""
    messages = {name: descriptions.fields(message) for name, message in descriptions.messages(file).items()}
    methods = [
        (
            method.full_name,
            method.input_type.full_name,
            method.client_streaming,
            method.output_type.full_name,
            method.server_streaming,
        )
        for service in file.services_by_name.values()
        for method in service.methods
    ]
    return [messages, descriptions.enums(file), methods]
