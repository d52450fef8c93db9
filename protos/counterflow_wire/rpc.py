"""Services as tables: what a server needs to register one, and a client to call it.

A server answers `WireMethod`s by their paths; a client makes a stub of `counterflow_wire.gateway.GatewayStub`
or its sister. Both are made from the descriptors, so a method that is added to a proto appears in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from google.protobuf.message import Message

from counterflow_wire.pool import message_class, service_descriptor


class WireMethod(NamedTuple):
    """One rpc. `path` is what the wire calls it, e.g. `/gateway_protocol.Gateway/Topology`."""

    name: str
    request: type[Message]
    response: type[Message]
    client_streaming: bool
    server_streaming: bool
    path: str


def methods_of(service: str) -> Mapping[str, WireMethod]:
    """Every rpc of a service by its name, in the order of the proto.

    Raises `KeyError` for an unknown service.
    """
    return MappingProxyType(
        {
            method.name: WireMethod(
                name=method.name,
                request=message_class(method.input_type.full_name),
                response=message_class(method.output_type.full_name),
                client_streaming=method.client_streaming,
                server_streaming=method.server_streaming,
                path=f"/{service}/{method.name}",
            )
            for method in service_descriptor(service).methods
        }
    )


def bind(stub: object, channel: Any, methods: Mapping[str, WireMethod]) -> None:
    """Give `stub` a callable for each rpc, on a `grpc.Channel` or a `grpc.aio.Channel`."""
    for name, method in methods.items():
        sends, receives = (
            "stream" if is_stream else "unary"
            for is_stream in (method.client_streaming, method.server_streaming)
        )
        connect = getattr(channel, f"{sends}_{receives}")
        setattr(
            stub,
            name,
            connect(
                method.path,
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            ),
        )
