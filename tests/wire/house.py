"""Methods on bytes that echo, wait, refuse and stream, on either server; and a stock client of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from counterflow.wire.contract import Call, Method, RpcError, RpcServer, StatusCode, Tls
from counterflow.wire.grpcio import GrpcioServer
from counterflow.wire.methods import from_conversation
from counterflow.wire.native.limits import WireLimits
from counterflow.wire.native.server import NativeServer

PATIENCE_SECONDS = 20
MESSAGE_BYTES = 4 * 1024 * 1024


def native(
    methods: Sequence[Method],
    message_bytes: int = MESSAGE_BYTES,
    tls: Tls | None = None,
    age_seconds: float | None = None,
) -> RpcServer:
    return NativeServer(methods, WireLimits(message_bytes=message_bytes, age_seconds=age_seconds), tls)


def grpcio(
    methods: Sequence[Method],
    message_bytes: int = MESSAGE_BYTES,
    tls: Tls | None = None,
    age_seconds: float | None = None,
) -> RpcServer:
    return GrpcioServer(methods, message_bytes, tls, age_seconds)


Made = Callable[..., RpcServer]
BOTH: tuple[Made, ...] = (native, grpcio)
"""Whoever keeps the contract: they sit the same exam."""


class House:
    """Methods that echo, wait, refuse and stream; it notes what becomes of calls."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self.gone: list[str] = []
        self.changed = asyncio.Event()

    def methods(self) -> Sequence[Method]:
        return (
            Method("/house/echo", lambda message, call: call.answer(message)),
            Method("/house/wait", self._wait),
            Method("/house/wait-a-little", self._wait, timeout_seconds=0.05),
            Method("/house/refuse", self._refuse),
            Method("/house/break", self._break),
            Method("/house/stream", self._stream),
            from_conversation("/house/talk", self._talk),
        )

    async def until(self, condition: Any) -> None:
        """Wait for something to have happened to a call."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def _wait(self, message: bytes, call: Call) -> None:
        name = message.decode()
        self.calls[name] = call

        def gone() -> None:
            self.gone.append(name)
            self.changed.set()

        call.on_gone = gone
        self.changed.set()

    def _refuse(self, message: bytes, _call: Call) -> None:
        raise RpcError(StatusCode.FAILED_PRECONDITION, message.decode(), b"\x08\x09")

    def _break(self, _message: bytes, _call: Call) -> None:
        raise ZeroDivisionError("secret")

    def _stream(self, message: bytes, call: Call) -> None:
        for number in range(int(message)):
            call.send(str(number).encode())
        call.finish()

    async def _talk(self, requests: AsyncIterator[bytes], call: Call) -> None:
        async for request in requests:
            if request == b"enough":
                raise RpcError(StatusCode.ABORTED, "as you wish")
            if request == b"break":
                raise ZeroDivisionError("secret")
            await call.write(request.upper())


@asynccontextmanager
async def serving(make: Made, **options: Any) -> AsyncIterator[tuple[House, RpcServer, int]]:
    house = House()
    server = make(house.methods(), **options)
    port = await server.start("127.0.0.1", 0)
    try:
        yield house, server, port
    finally:
        await server.stop(0.05)


@asynccontextmanager
async def calling(port: int, **options: Any) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", **options) as channel:
        yield channel


def unary(channel: grpc.aio.Channel, name: str) -> Any:
    return channel.unary_unary(f"/house/{name}")


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value
