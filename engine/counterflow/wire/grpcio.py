"""The contract over `grpc.aio`, the library that most servers in Python speak gRPC with. It is a way back to
it, and a second opinion on our own.

It takes every call as a stream both ways, since methods say only as they answer whether they stream. What it
does not have: rates of resets and of frames without content, places for new clients where all are taken, and
bounds on requests that are unfinished and on what it has taken over to send: there its own windows hold.
"""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, cast
from urllib.parse import quote, unquote

import grpc
import grpc.aio

from counterflow.budget import Account, Budgets
from counterflow.caller import Caller
from counterflow.wire import methods
from counterflow.wire.contract import CallIsOver, Method, RpcError, StatusCode, Tls, UnixSocket
from counterflow.wire.tls import server_context
from counterflow.wire.unix_socket import created_with, make_way

LAST_WORDS_SECONDS = 5.0
"""How long statuses may take to leave when calls have been broken off."""
STREAMS = 1_000
"""Calls of one connection at one moment."""
CONCURRENT_CALLS = 20_000
"""Calls of all clients at one moment; the library refuses those beyond with RESOURCE_EXHAUSTED."""
HANDSHAKE_MS = 10_000
"""How long a client may take to show that it speaks HTTP/2."""
METADATA_BYTES = 32_768
"""Headers of a request; of larger ones some are refused, of twice as large all."""
QUIET_MS = 30_000
"""How long a client may say nothing before it is asked for a sign of life."""
PONG_MS = 20_000
"""How long it may take to give one."""
_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class GrpcioCall:
    """A `Call` that a handler of `grpc.aio` carries out. What is written waits here until the handler has
    sent it.
    """

    def __init__(
        self, method: Method, context: Any, incoming: AsyncIterator[bytes], account: Account
    ) -> None:
        self.method = method
        self.account = account
        """What the client at the other end has of the server."""
        self.on_gone: Callable[[], object] | None = None
        self.on_drained: Callable[[], object] | None = None
        self.request_bytes = 0
        self.is_over = False
        self._context = context
        self._incoming = incoming
        self._outgoing: deque[bytes] = deque()
        self._is_to_begin = False
        self._has_begun = False
        self._status = (StatusCode.OK, "", b"")
        self._news = asyncio.Event()

    @property
    def caller(self) -> Caller:
        """Who calls."""
        names = self._context.peer_identities() or ()
        metadata = tuple((name, value) for name, value in self._context.invocation_metadata() or ())
        return Caller(
            unquote(self._context.peer()), metadata, tuple(name.decode(errors="replace") for name in names)
        )

    def answer(self, message: bytes) -> None:
        """The one message, and OK."""
        if self.is_over:
            return
        if self.account.takes(len(message)):
            self._outgoing.append(message)
            self.finish()
        else:
            self.finish(StatusCode.RESOURCE_EXHAUSTED, self._refusal(len(message)))

    def begin(self) -> None:
        """Headers now."""
        self._is_to_begin = not self._has_begun
        self._news.set()

    def send(self, message: bytes) -> bool:
        """One message of a stream; always held back until the library has taken it. Raises `CallIsOver`, also
        where too much waits unread already: then this ends the call.
        """
        if not self.is_over and not self.account.takes(len(message)):
            self.break_off(StatusCode.RESOURCE_EXHAUSTED, self._refusal(len(message)))
        if self.is_over:
            raise CallIsOver
        self._outgoing.append(message)
        self._news.set()
        return False

    async def write(self, message: bytes) -> None:
        """One message of a stream; returns when the library has taken it. Raises `CallIsOver`."""
        self.send(message)
        drained = asyncio.Event()
        self.on_drained = drained.set
        try:
            await drained.wait()
        finally:
            self.on_drained = None

    def finish(self, status: StatusCode = StatusCode.OK, details: str = "", proto: bytes = b"") -> None:
        """End the call, after what was sent."""
        if not self.is_over:
            self.is_over = True
            self.on_gone = None
            self._status = (status, details, proto)
            self._news.set()

    def refuse(self, error: RpcError) -> None:
        """End the call as an error says."""
        self.finish(error.status, error.details, error.proto)

    def break_off(self, status: StatusCode, details: str) -> None:
        """End the call over the head of whoever answers it."""
        gone, self.on_gone = self.on_gone, None
        self.finish(status, details)
        methods.call_gone(self.method, gone)

    async def requests(self) -> AsyncIterator[bytes]:
        """The messages of the request as they come."""
        async for message in self._incoming:
            yield message

    async def carry_out(self) -> None:
        """For the handler: begin, send what is written as the client takes it, end with the status."""
        timeout = self.method.timeout_seconds
        timer = (
            None if timeout is None else asyncio.get_running_loop().call_later(timeout, methods.expire, self)
        )
        try:
            await self._start()
            while not self.is_over or self._outgoing:
                await self._send_news()
        finally:
            if timer is not None:
                timer.cancel()
            self.account.gives(sum(map(len, self._outgoing)))
            self._outgoing.clear()
            if not self.is_over:
                self.break_off(StatusCode.CANCELLED, "The client has gone")
        self._say_status()

    async def _start(self) -> None:
        if self.method.takes_stream:
            methods.start(self.method, b"", self)
            return
        messages = [message async for message in _at_most(2, self._incoming)]
        if len(messages) != 1:
            self.finish(
                StatusCode.UNIMPLEMENTED,  # as gRPC's table of statuses has it
                f"Expected one message in the request, found {len(messages)} and the end",
            )
        elif not self.is_over:
            self.request_bytes = len(messages[0])
            methods.start(self.method, messages[0], self)

    async def _send_news(self) -> None:
        await self._news.wait()
        self._news.clear()
        if self._is_to_begin and not self._has_begun:
            self._has_begun = True
            await self._context.send_initial_metadata(())
        had_any = bool(self._outgoing)
        while self._outgoing:
            self._has_begun = True
            await self._context.write(self._outgoing[0])
            self.account.gives(len(self._outgoing.popleft()))
        if had_any and self.on_drained is not None and not self.is_over:
            self.on_drained()

    def _refusal(self, size: int) -> str:
        return (
            f"The call was carried out, but {self.account.size} bytes of answers wait unread for this "
            f"client, {self.account.kept_for_all} are kept for all (setting client_bytes), and {size} more "
            "would be too many: read them first, or ask for less"
        )

    def _say_status(self) -> None:
        status, details, proto = self._status
        self._context.set_code(_CODES[int(status)])
        self._context.set_details(details.encode(errors="replace").decode())
        if proto:
            self._context.set_trailing_metadata((("grpc-status-details-bin", proto),))


class GrpcioServer(grpc.GenericRpcHandler):
    """Serves methods on one address. Without TLS it speaks HTTP/2 in the clear."""

    def __init__(
        self,
        served: Iterable[Method],
        message_bytes: int,
        tls: Tls | None = None,
        age_seconds: float | None = None,
        *,
        connections: int = 1_000,
        budgets: Budgets | None = None,
    ) -> None:
        """`budgets` is what clients share with whoever answers them. Raises `UnusableTls`."""
        if tls is not None:
            server_context(tls)
        self._tls = tls
        self._methods = {method.path: method for method in served}
        self._message_bytes = message_bytes
        self._age_seconds = age_seconds
        self._connections = connections
        self._budgets = budgets or Budgets(64 * message_bytes, CONCURRENT_CALLS)
        self._accounts: dict[str, tuple[Account, int]] = {}
        """Of each client that has calls open, and how many."""
        self._calls: set[GrpcioCall] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self, host: str, port: int) -> int:
        """Accept calls; answers the port. Raises `OSError` for an address that cannot be listened on."""
        listened = self._listen(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        await self._server.start()
        return listened

    async def start_on(self, where: UnixSocket) -> None:
        """Accept calls on a socket in the file system. Raises `OSError` for one that cannot be made.

        The library itself takes away any socket that it finds there, and its own at the end.
        """
        make_way(where.path)
        with created_with(where.mode):
            self._listen(f"unix:{quote(str(where.path))}")
        await self._server.start()

    async def stop(self, grace_seconds: float) -> None:
        """Accept no more, let calls that are under way finish within the grace, break off what is left."""
        stopping = asyncio.ensure_future(self._server.stop(grace_seconds + LAST_WORDS_SECONDS))
        try:
            async with asyncio.timeout(grace_seconds):
                await self._idle.wait()
        except TimeoutError:
            for call in list(self._calls):
                call.break_off(StatusCode.UNAVAILABLE, "The server has stopped")
        await stopping

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """For the library: who answers a path."""
        path = handler_call_details.method
        method = self._methods.get(path) or _unknown(path)

        async def carry_out(incoming: AsyncIterator[bytes], context: Any) -> None:
            peer = context.peer()
            call = GrpcioCall(method, context, incoming, self._begun(peer))
            self._calls.add(call)
            self._idle.clear()
            try:
                await call.carry_out()
            finally:
                self._ended(peer)
                self._calls.discard(call)
                if not self._calls:
                    self._idle.set()

        return grpc.stream_stream_rpc_method_handler(cast("Any", carry_out))

    def _begun(self, peer: str) -> Account:
        """A call of a client begins; the account of its connection."""
        account, calls = self._accounts.get(peer) or (self._budgets.account(), 0)
        self._accounts[peer] = account, calls + 1
        return account

    def _ended(self, peer: str) -> None:
        account, calls = self._accounts.pop(peer)
        if calls > 1:
            self._accounts[peer] = account, calls - 1

    def _listen(self, address: str) -> int:
        options = [
            ("grpc.max_receive_message_length", self._message_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.so_reuseport", 0),
            # Zeebe's clients ping every 45 s, with or without a call: the library would hang up on them.
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.max_concurrent_streams", STREAMS),
            ("grpc.max_allowed_incoming_connections", self._connections),
            ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS),
            ("grpc.http2.settings_timeout", HANDSHAKE_MS),
            ("grpc.max_metadata_size", METADATA_BYTES),
            ("grpc.absolute_max_metadata_size", 2 * METADATA_BYTES),
            ("grpc.keepalive_time_ms", QUIET_MS),
            ("grpc.keepalive_timeout_ms", PONG_MS),
        ]
        if self._age_seconds is not None:
            options.append(("grpc.max_connection_age_ms", int(self._age_seconds * 1000)))
        self._server = grpc.aio.server(
            handlers=[self], options=options, maximum_concurrent_rpcs=CONCURRENT_CALLS
        )
        try:
            if self._tls is None:
                return self._server.add_insecure_port(address)
            return self._server.add_secure_port(address, _credentials(self._tls))
        except RuntimeError as error:
            raise OSError(errno.EADDRINUSE, f"{error}") from error


async def _at_most(count: int, incoming: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while count and (message := await anext(incoming, None)) is not None:
        count -= 1
        yield message


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    roots = tls.client_authority.read_bytes() if tls.client_authority is not None else None
    pair = (tls.key.read_bytes(), tls.certificate.read_bytes())
    return grpc.ssl_server_credentials([pair], roots, tls.client_authority is not None)


def _unknown(path: str) -> Method:
    return Method(
        path,
        lambda _, call: call.finish(StatusCode.UNIMPLEMENTED, f"There is no {path[:200]} on this server"),
        takes_stream=True,
    )
