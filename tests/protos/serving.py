"""Servers on grpcio, for tests whose subject is a client, and as a yardstick: our tables as its handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc

from counterflow_wire import WireMethod


def service_handler(
    service: str, methods: Mapping[str, WireMethod], behaviours: Mapping[str, Callable[..., Any]]
) -> grpc.GenericRpcHandler:
    """What a server of `grpc` or `grpc.aio` registers with `add_generic_rpc_handlers((handler,))`.

    `behaviours` has a function per rpc name; it takes `(request, context)`, and answers with a response or,
    if the rpc streams, yields responses. An rpc without one is answered with UNIMPLEMENTED. Raises
    `ValueError` for a name that is no rpc.
    """
    unknown = sorted(set(behaviours) - set(methods))
    if unknown:
        raise ValueError(f"{service} has no rpc {', '.join(unknown)}; it has {', '.join(methods)}")
    handlers = {name: _method_handler(methods[name], behaviour) for name, behaviour in behaviours.items()}
    return grpc.method_handlers_generic_handler(service, handlers)


def _method_handler(method: WireMethod, behaviour: Callable[..., Any]) -> grpc.RpcMethodHandler[Any, Any]:
    make = (
        grpc.unary_stream_rpc_method_handler
        if method.server_streaming
        else grpc.unary_unary_rpc_method_handler
    )
    return make(
        behaviour,
        request_deserializer=method.request.FromString,
        response_serializer=method.response.SerializeToString,
    )
