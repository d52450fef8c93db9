"""The server: an address, the methods it answers, and the order in which it falls silent."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping

from counterflow.rpc.connection import RpcConnection
from counterflow.rpc.limits import Limits
from counterflow.rpc.methods import Method


class RpcServer:
    """Serves methods on one address. Without a TLS context it speaks HTTP/2 in the clear, to clients that know (as gRPC's do)."""

    def __init__(self, methods: Iterable[Method], limits: Limits | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.methods: Mapping[bytes, Method] = {method.path.encode(): method for method in methods}
        self.limits = limits or Limits()
        self._tls = tls
        self._listener: asyncio.Server | None = None
        self._connections: set[RpcConnection] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self, host: str, port: int) -> int:
        """Accept calls; answers the port. Raises `OSError` for an address that cannot be listened on."""
        if self._tls is not None:
            self._tls.set_alpn_protocols(["h2"])
        running = asyncio.get_running_loop()
        self._listener = await running.create_server(lambda: RpcConnection(self), host, port, ssl=self._tls, backlog=1_024)
        found: int = self._listener.sockets[0].getsockname()[1]
        return found

    async def stop(self, grace_seconds: float) -> None:
        """Accept no more, let calls that are under way finish, within the grace; then break off what is left."""
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.ask_to_leave()
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

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return
