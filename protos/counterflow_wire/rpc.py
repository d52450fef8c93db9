"""Services as tables: what a server needs to register one, and a client to call it.

A server hands its functions to `service_handler`; a client makes a stub of `counterflow_wire.gateway.GatewayStub` or its sister.
Both are made from the descriptors, so a method that is added to a proto appears in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import grpc
from google.protobuf.message import Message

from counterflow_wire.pool import message_class, service_descriptor


class Method(NamedTuple):
    """One rpc. `path` is what the wire calls it, e.g. `/gateway_protocol.Gateway/Topology`."""

    request: type[Message]
    response: type[Message]
    server_streaming: bool
    path: str


def methods_of(service: str) -> Mapping[str, Method]:
    """Every rpc of a service by its name, in the order of the proto. Raises `KeyError` for an unknown service."""
    return MappingProxyType(
        {
            method.name: Method(
                request=message_class(method.input_type.full_name),
                response=message_class(method.output_type.full_name),
                server_streaming=method.server_streaming,
                path=f"/{service}/{method.name}",
            )
            for method in service_descriptor(service).methods
        }
    )


def service_handler(service: str, methods: Mapping[str, Method], behaviours: Mapping[str, Callable[..., Any]]) -> grpc.GenericRpcHandler:
    """What a server (`grpc.server` or `grpc.aio.server`) registers with `add_generic_rpc_handlers((handler,))`.

    `behaviours` has a function per rpc name; it takes `(request, context)`, and answers with a response or, if the rpc streams,
    yields responses. An rpc without one is answered with UNIMPLEMENTED. Raises `ValueError` for a name that is no rpc.
    """
    unknown = sorted(set(behaviours) - set(methods))
    if unknown:
        raise ValueError(f"{service} has no rpc {', '.join(unknown)}; it has {', '.join(methods)}")
    handlers = {name: _method_handler(methods[name], behaviour) for name, behaviour in behaviours.items()}
    return grpc.method_handlers_generic_handler(service, handlers)


def _method_handler(method: Method, behaviour: Callable[..., Any]) -> grpc.RpcMethodHandler[Any, Any]:
    make = grpc.unary_stream_rpc_method_handler if method.server_streaming else grpc.unary_unary_rpc_method_handler
    return make(behaviour, request_deserializer=method.request.FromString, response_serializer=method.response.SerializeToString)


def bind(stub: object, channel: Any, methods: Mapping[str, Method]) -> None:
    """Give `stub` a callable for each rpc, on a `grpc.Channel` or a `grpc.aio.Channel`."""
    for name, method in methods.items():
        connect = channel.unary_stream if method.server_streaming else channel.unary_unary
        setattr(
            stub,
            name,
            connect(method.path, request_serializer=method.request.SerializeToString, response_deserializer=method.response.FromString),
        )
