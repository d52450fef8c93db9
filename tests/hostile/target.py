"""The server, as one who attacks it sees it: channels of its own, raw connections, and what it was told."""

from __future__ import annotations

import asyncio
import itertools
import resource
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import grpc
import grpc.aio

from counterflow_wire import gateway
from tests.hostile.lines import line_to
from tests.hostile.raw import RawConnection

Answer = TypeVar("Answer")

_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_retries", 0),
)
UNTYPED = frozenset({"INTERNAL", "UNKNOWN", "LOST"})
"""What no refusal may be; `LOST` is a connection that ended without a word."""


def with_many_files() -> None:
    """As many connections may be open as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Target:
    """Where to attack, and how it was taken."""

    def __init__(
        self, address: str, process_id: int, transport: str, authority: str = "", http_address: str = ""
    ) -> None:
        self.address = address
        self.http_address = http_address
        self.authority = authority
        """The file of who vouches for the server; empty where there is no TLS."""
        self.process_id = process_id
        self.transport = transport
        self.told: Counter[str] = Counter()
        """Statuses of calls and codes of GOAWAY, by how often; `OK` is among them."""
        self.words: dict[str, str] = {}
        """What was said with each, the first time."""
        self.complaints: list[str] = []
        """What the attack itself has found wrong."""
        self._channels: list[grpc.aio.Channel] = []
        self._raw: list[RawConnection] = []

    def gateway(self) -> gateway.GatewayStub:
        """A client on a connection of its own, that stays open until the attack is over."""
        return gateway.GatewayStub(self.channel())

    def channel(self) -> grpc.aio.Channel:
        """As above, for other services."""
        channel = line_to(self.address, self.authority, _OPTIONS)
        self._channels.append(channel)
        return channel

    async def raw(self, *, reads: bool = True, greets: bool = True) -> RawConnection:
        """A connection on which every frame is written by hand."""
        connection = await RawConnection.connect(self.address, self.note, reads=reads, greets=greets)
        self._raw.append(connection)
        return connection

    async def ask(self, request: bytes) -> int:
        """Send one request by HTTP/1.1 over a connection of its own, as it stands there; answers the status, and
        notes it. 0 where the server hangs up instead.
        """
        host, _, port = self.http_address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            await writer.drain()
            words = (await reader.readline()).split(maxsplit=2)
            status = int(words[1]) if len(words) > 1 else 0
            told = await reader.read()
        except OSError:
            status, told = 0, b""
        finally:
            writer.close()
        names = {0: "LOST", 500: "INTERNAL"}
        self.note(
            names.get(status, f"HTTP {status}"), told.partition(b"\r\n\r\n")[2].decode(errors="replace")
        )
        return status

    async def flood(self, dose: int, at_once: int, frames: Callable[[RawConnection, int], bytes]) -> None:
        """Write `frames(connection, number)` for each number below the dose, so many at once, waiting until
        they are taken; where the server hangs up, go on over another connection.
        """
        numbers = iter(range(0, dose, at_once))
        for number in numbers:
            client = await self.raw()
            for first in itertools.chain((number,), numbers):
                written = b"".join(frames(client, each) for each in range(first, first + at_once))
                if not await client.write(written) or not await client.settle():
                    break
            client.close()

    async def deploy(self, name: str, content: bytes) -> None:
        """Deploy one file; it has to be taken."""
        await self.gateway().DeployResource(
            gateway.DeployResourceRequest(resources=[gateway.Resource(name=name, content=content)])
        )

    async def note_call(self, call: Awaitable[Answer]) -> Answer | None:
        """Wait for a call, and note how it ended; its answer, or None where it was refused."""
        try:
            answer = await call
        except grpc.aio.AioRpcError as error:
            self.note(error.code().name, error.details() or "")
            return None
        self.note("OK", "")
        return answer

    async def note_stream(self, call: Any) -> int:
        """Read a stream of answers to its end, and note that; how many there were."""
        count = 0
        try:
            async for _ in call:
                count += 1
        except grpc.aio.AioRpcError as error:
            self.note(error.code().name, error.details() or "")
        else:
            self.note("OK", "")
        return count

    async def note_all(self, calls: Iterable[Awaitable[Any]], at_once: int = 100) -> None:
        """As `note_call`, for many, so many of them at a time."""
        waiting = iter(calls)

        async def take() -> None:
            for call in waiting:
                await self.note_call(call)

        await asyncio.gather(*(take() for _ in range(at_once)))

    async def told_alone(self, call: Any) -> str:
        """How a call ends that is not part of the attack: its status. Streams are read to their end."""
        try:
            if hasattr(call, "__aiter__"):
                async for _ in call:
                    pass
            else:
                await call
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {error.details()}"
        return "OK"

    def note(self, status: str, words: str) -> None:
        """The server has ended something in this way."""
        self.told[status] += 1
        self.words.setdefault(status, words)

    async def close(self) -> None:
        """Let go of every connection."""
        for connection in self._raw:
            connection.close()
        for channel in self._channels:
            await channel.close(None)
