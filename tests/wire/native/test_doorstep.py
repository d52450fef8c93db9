"""Before a client has agreed on TLS: there are only so many of them, and whoever means well is let in all the same."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from counterflow.wire.contract import Tls
from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow.wire.native.doorstep import Doorstep
from counterflow.wire.native.limits import ServerLimits, WireLimits
from counterflow.wire.native.server import NativeServer
from tests.wire.certificates import LOCAL, Certificate, authority, issued
from tests.wire.house import PATIENCE_SECONDS, House

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificate, Certificate]:
    """Who vouches, and for which server."""
    folder = tmp_path_factory.mktemp("certificates")
    by = authority(folder, "ours")
    return by, issued(folder, by, "server", LOCAL)


@asynccontextmanager
async def serving(
    ours: tuple[Certificate, Certificate], together: ServerLimits, limits: WireLimits | None = None
) -> AsyncIterator[tuple[int, Doorstep]]:
    server = NativeServer(House().methods(), limits, Tls(*ours[1]), together=together)
    port = await server.start("127.0.0.1", 0)
    assert server._doorstep is not None
    try:
        yield port, server._doorstep
    finally:
        await server.stop(0.05)


async def agreed(port: int, ours: tuple[Certificate, Certificate]) -> bool:
    """Whether a client that means well is let in: it agrees, and hears of HTTP/2."""
    context = ssl.create_default_context(cafile=str(ours[0].certificate))
    context.set_alpn_protocols(["h2"])
    reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
    writer.write(codes.PREFACE + frame(codes.SETTINGS, 0, 0))
    async with asyncio.timeout(PATIENCE_SECONDS):
        head = await reader.readexactly(codes.FRAME_HEAD_BYTES)
    writer.close()
    return head[3] == codes.SETTINGS


@asynccontextmanager
async def come(port: int, count: int, words: bytes = b"") -> AsyncIterator[list[Line]]:
    """So many clients that say no more than this."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in lines:
        writer.write(words)
    try:
        yield lines
    finally:
        for _, writer in lines:
            writer.close()


async def hung_up(lines: list[Line], count: int) -> None:
    """Wait until so many have been sent away: the first that came."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for reader, _ in lines[:count]:
            try:
                await reader.read()
            except ConnectionResetError:
                continue


def hello() -> bytes:
    """What a client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


EACH = pytest.mark.parametrize("words", [b"", b"\x16", hello()], ids=["nothing", "a byte", "a hello"])


@EACH
async def test_the_eldest_of_those_who_do_not_agree_makes_way(
    ours: tuple[Certificate, Certificate], words: bytes
) -> None:
    async with (
        serving(ours, ServerLimits(handshakes=10)) as (port, doorstep),
        come(port, 30, words) as lines,
    ):
        await hung_up(lines, 20)
        assert len(doorstep._guests) <= 10
        assert await agreed(port, ours)


@EACH
async def test_who_does_not_agree_in_time_is_hung_up_on(
    ours: tuple[Certificate, Certificate], words: bytes
) -> None:
    began = time.monotonic()
    async with (
        serving(ours, ServerLimits(), WireLimits(preface_seconds=0.2)) as (port, doorstep),
        come(port, 3, words) as lines,
    ):
        await hung_up(lines, 3)
        assert time.monotonic() - began >= 0.15
        assert not doorstep._guests


async def test_of_one_address_come_so_many_a_second(ours: tuple[Certificate, Certificate]) -> None:
    limits = ServerLimits(arrivals=1, connections_per_address=5)
    async with serving(ours, limits) as (port, doorstep), come(port, 20) as lines:
        await hung_up(lines[15:], 5)
        assert len(doorstep._guests) < 15


async def test_a_stop_waits_for_nobody_who_has_not_agreed(ours: tuple[Certificate, Certificate]) -> None:
    began = time.monotonic()
    async with AsyncExitStack() as clients:
        async with serving(ours, ServerLimits(), WireLimits(preface_seconds=60)) as (port, _):
            lines = [*await clients.enter_async_context(come(port, 3))]
            lines += await clients.enter_async_context(come(port, 3, hello()))
            assert await agreed(port, ours)
        await hung_up(lines, 6)
    assert time.monotonic() - began < PATIENCE_SECONDS
