"""uvicorn at a door of ours: on the server's own event loop, within what all clients may use together.

What uvicorn leaves to whoever stands in front of it is here: how long a client may take to say what it wants,
how many may be connected, and that whoever does not read is not waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import socket
from collections.abc import Iterator, Sequence
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from counterflow.budget import Budgets
from counterflow.edge.http.asgi import Application
from counterflow.edge.http.framing import framed_once
from counterflow.edge.http.problems import raw_problem
from counterflow.edge.http.visitors import HttpLine
from counterflow.wire.contract import Tls
from counterflow.wire.tls import server_context

HEADER_BYTES: Final = 65_536
"""The longest head of a request, all headers together."""
PIECE_BYTES: Final = 16_384
"""What is read at once: h11 looks at the length of a head only while that is not whole."""
HEADER_SECONDS: Final = 10.0
"""How long a client may take to send it."""
LONGEST_GRACE_SECONDS: Final = 3_600
IDLE_SECONDS: Final = 60.0
"""How long a connection is kept on which nothing is asked."""


class Serving:
    """One application served on sockets that listen already."""

    def __init__(self, application: Application, budgets: Budgets, connections: int, tls: Tls | None) -> None:
        self._server = _Server(application, budgets, connections)
        config = self._server.config
        config.load()
        # whatever makes a protocol will do: uvicorn calls it, and says a class
        config.http_protocol_class = functools.partial(_Connection, self._server)  # type: ignore[assignment]
        if tls is not None:
            config.ssl = server_context(tls, ("http/1.1",))
        self._task: asyncio.Task[None] | None = None

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Let clients in."""
        self._task = asyncio.get_running_loop().create_task(self._server.serve(list(sockets)))

    async def stop(self, grace_seconds: float) -> None:
        """Let nobody in any more, let calls under way finish within the grace, and break off what is left."""
        self._server.leave(grace_seconds)
        if self._task is not None:
            await self._task


class _Server(uvicorn.Server):
    """uvicorn's server without its signals, which are the program's, and without its ten looks a second."""

    def __init__(self, application: Application, budgets: Budgets, connections: int) -> None:
        super().__init__(
            uvicorn.Config(
                framed_once(application),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=int(IDLE_SECONDS),
                h11_max_incomplete_event_size=HEADER_BYTES,
            )
        )
        self.budgets = budgets
        self.most_connections = connections
        self._leaving = asyncio.Event()

    def leave(self, grace_seconds: float) -> None:
        """Go, when what is under way has ended, or this time is over."""
        self.config.timeout_graceful_shutdown = math.ceil(min(max(grace_seconds, 0), LONGEST_GRACE_SECONDS))
        self.should_exit = True
        self._leaving.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's affair."""
        yield

    async def main_loop(self) -> None:
        """Once a second the date of answers is set anew."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._leaving.wait()


class _Connection(H11Protocol):
    """One client."""

    line: HttpLine

    def __init__(self, house: _Server, **given: Any) -> None:
        super().__init__(**given)
        self._house = house
        self._hurry: asyncio.TimerHandle | None = None

    # as uvicorn declares it, narrower than asyncio's: what it is given is always a transport to write to
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        most = self._house.most_connections
        self.line = HttpLine(self._house.budgets.account(), transport)
        self.app_state = {"line": self.line}
        if len(self.connections) > most:
            self._send_away(
                f"{most} clients are connected by HTTP, which is as many as may (setting "
                "connections); try again after a while"
            )
            return
        self._hurry = self.loop.call_later(HEADER_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """A client that has begun to say what it wants says it to the end soon."""
        for start in range(0, len(data), PIECE_BYTES):
            if self.transport.is_closing():
                break
            super().data_received(data[start : start + PIECE_BYTES])
        cycle: RequestResponseCycle | None = self.cycle
        is_unsaid = cycle is None or cycle.response_complete
        if not is_unsaid:
            self._hurry_no_more()
        elif self._hurry is None and not self.transport.is_closing():
            self._hurry = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._hurry_no_more()
        super().connection_lost(exc)
        self.line.gone()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing was asked for long; an answer that was not read in that time is not going to be."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, *_: object, **__: object) -> None:
        """What came was no HTTP."""
        can_answer: frozenset[object] = frozenset((h11.IDLE, h11.SEND_RESPONSE))
        if self.conn.our_state in can_answer:
            self.transport.write(
                raw_problem(400, "INVALID_ARGUMENT", "Expected a request as HTTP/1.1 says, found none")
            )
        self.transport.close()

    def _send_away(self, why: str) -> None:
        self.transport.write(raw_problem(503, "RESOURCE_EXHAUSTED", why))
        self.transport.close()

    def _hurry_no_more(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
