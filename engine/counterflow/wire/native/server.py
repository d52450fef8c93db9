"""The server: an address, the methods it answers, and the order in which it falls silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping

from counterflow.budget import Budgets
from counterflow.wire.contract import Method, Tls, UnixSocket
from counterflow.wire.listening import BACKLOG, listening
from counterflow.wire.native.connection import RpcConnection
from counterflow.wire.native.doorstep import Doorstep
from counterflow.wire.native.limits import ServerLimits, WireLimits
from counterflow.wire.native.places import Places
from counterflow.wire.native.rounds import Rounds
from counterflow.wire.tls import server_context
from counterflow.wire.unix_socket import SocketFile
from counterflow.wire.unix_socket import listening as listening_on_file


class NativeServer:
    """Serves methods on one address. Without TLS it speaks HTTP/2 in the clear, to clients that know (as
    gRPC's do).
    """

    def __init__(
        self,
        methods: Iterable[Method],
        limits: WireLimits | None = None,
        tls: Tls | None = None,
        *,
        together: ServerLimits | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        """`together` is what all clients may use, `budgets` what they share with whoever answers them. Raises
        `UnusableTls`.
        """
        self.methods: Mapping[bytes, Method] = {method.path.encode(): method for method in methods}
        self.limits = limits or WireLimits()
        self._together = together or ServerLimits()
        self.budgets = budgets or Budgets(self._together.client_bytes, self._together.waiting_calls)
        self.places = Places(
            self._together, self.limits.http2, time.monotonic, are_counted_before=tls is not None
        )
        self.rounds = Rounds()
        self._tls = server_context(tls) if tls is not None else None
        self._doorstep: Doorstep | None = None
        """Where there is TLS."""
        self._listeners: list[asyncio.Server] = []
        self._file: SocketFile | None = None
        self._connections: set[RpcConnection] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self, host: str, port: int) -> int:
        """Accept calls; answers the port. Raises `OSError` for an address that cannot be listened on."""
        bound = listening(host, port)
        running = asyncio.get_running_loop()
        self._listeners = [
            await running.create_server(
                lambda: RpcConnection(self), sock=one, backlog=BACKLOG, start_serving=self._tls is None
            )
            for one in bound
        ]
        self._open_doorstep()
        chosen: int = bound[0].getsockname()[1]
        return chosen

    async def start_on(self, where: UnixSocket) -> None:
        """Accept calls on a socket in the file system. Raises `OSError` for one that cannot be made."""
        bound = listening_on_file(where)
        self._file = SocketFile(where.path)
        listener = await asyncio.get_running_loop().create_unix_server(
            lambda: RpcConnection(self),
            sock=bound,
            backlog=BACKLOG,
            start_serving=self._tls is None,
        )
        self._listeners = [listener]
        self._open_doorstep()

    def _open_doorstep(self) -> None:
        """Over TLS a client has as long to agree on it as others have to say what they speak."""
        if self._tls is not None:
            seconds, most = self.limits.preface_seconds, self._together.handshakes
            self._doorstep = Doorstep(self.places, self._tls, lambda: RpcConnection(self), seconds, most)
            bound = [one for listener in self._listeners for one in listener.sockets]
            self._doorstep.open([one.fileno() for one in bound], BACKLOG)

    async def stop(self, grace_seconds: float) -> None:
        """Accept no more, let calls that are under way finish within the grace, break off what is left."""
        if self._file is not None:
            self._file.take_away()
        if self._doorstep is not None:
            self._doorstep.close()
        for listener in self._listeners:
            listener.close()
        for connection in list(self._connections):
            connection.ask_to_leave("the server is stopping")
        await self._wait(grace_seconds)
        for connection in list(self._connections):
            connection.close()
        await self._wait(grace_seconds)
        for connection in list(self._connections):
            connection.abort()
        await self._empty.wait()

    def joined(self, connection: RpcConnection) -> None:
        """A client has come."""
        self._connections.add(connection)
        self._empty.clear()

    def left(self, connection: RpcConnection) -> None:
        """A client has gone."""
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()

    def may_linger(self) -> bool:
        """Whether a connection that is over may wait until its last words have been taken: not too many."""
        return len(self._connections) - len(self.places.taken) <= self._together.goodbyes

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return
