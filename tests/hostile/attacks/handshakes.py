"""Clients of a server that speaks TLS begin to agree on it and never do: each was a connection that nobody
counted, of tens of kilobytes, and a thousand hellos at once held the event loop for more than a second.
"""

from __future__ import annotations

import asyncio
import socket
import ssl

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target, with_many_files

AT_ONCE = 200
"""Hellos that come in the same moment."""


async def run(target: Target, dose: int) -> None:
    """Open `dose` connections: of four one says nothing, one a byte, and two a hello and no more.
    Then be a new client, who must be heard.
    """
    with_many_files()
    hello = _hello()
    lines: list[socket.socket] = []
    try:
        for first in range(0, dose, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, dose))
            lines += [line for line in [await _connect(target) for _ in numbers] if line is not None]
            for number, line in enumerate(lines[-AT_ONCE:]):
                await _say(line, (b"", hello[:1], hello, hello)[number % 4])
            await target.told_alone(target.gateway().Topology(gateway.TopologyRequest(), timeout=20))
        heard = await target.told_alone(target.gateway().Topology(gateway.TopologyRequest(), timeout=20))
    finally:
        for line in lines:
            line.close()
    assert heard == "OK", f"a new client was told {heard}"


async def _connect(target: Target) -> socket.socket | None:
    host, _, port = target.address.rpartition(":")
    line = socket.socket()
    line.setblocking(False)
    try:
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().sock_connect(line, (host, int(port)))
    except OSError:
        line.close()
        target.note("NOT LET IN", "")
        return None
    return line


async def _say(line: socket.socket, words: bytes) -> None:
    try:
        await asyncio.get_running_loop().sock_sendall(line, words)
    except OSError:
        return


def _hello() -> bytes:
    """What a client says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["h2"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    agreeing = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        agreeing.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a client has agreed with nobody")


ATTACK = Attack(
    "connections that begin to agree on TLS",
    run,
    seen=1_000,
    small=0.4,
    is_secure=True,
    transports=("native",),
)
