"""One call, from its headers to its status.

Whoever answers a call may do so at once, later from a callback, or from a task; what it writes leaves with
everything else that its connection has to say in the same turn of the event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from counterflow.budget import Account
from counterflow.caller import Caller
from counterflow.wire.contract import CallIsOver, Method, RpcError, StatusCode
from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.http2.events import Headers
from counterflow.wire.methods import call_gone
from counterflow.wire.native.limits import UNCOMPRESSED, WireLimits
from counterflow.wire.native.messages import (
    PREFIX_BYTES,
    MessageReader,
    PrefixedMessage,
    compressed,
    framed,
    opened,
)
from counterflow.wire.native.request import accepts_gzip
from counterflow.wire.native.trailers import HEADERS, HEADERS_GZIP, OK, OK_ALONE, trailers


class Line(Protocol):
    """What a call needs of the connection on which it came."""

    @property
    def http2(self) -> Http2Connection:
        """Where headers, messages and trailers are put; `flush_soon` sends them."""
        ...

    @property
    def limits(self) -> WireLimits:
        """What the client is granted."""
        ...

    @property
    def account(self) -> Account:
        """What the client has of the server."""
        ...

    def caller(self, headers: Headers) -> Caller:
        """Who has sent a request with these headers."""
        ...

    def refusal_to_keep(self, size: int) -> str:
        """Why a part of an answer, of so many bytes, cannot be kept until the client reads it, or nothing."""
        ...

    def flush_soon(self) -> None:
        """Write what there is at the end of this turn of the event loop."""
        ...

    def takes_more(self, call: NativeCall) -> bool:
        """Whether what is written leaves; if not, `drained` is called when it has."""
        ...

    def begin_large(self, begin: Callable[[], None]) -> None:
        """Call `begin`, which reads a large message, when it is its turn."""
        ...

    def taken(self, call: NativeCall, count: int) -> None:
        """So many bytes of its requests are not kept any more."""
        ...

    def forget(self, call: NativeCall) -> None:
        """It is over."""
        ...


class NativeCall:
    """A `Call` on one stream of one connection."""

    __slots__ = (
        "_awaited",
        "_has_begun",
        "_headers",
        "_line",
        "_may_compress",
        "arrived",
        "encoding",
        "has_ended",
        "is_over",
        "kept_bytes",
        "method",
        "on_drained",
        "on_gone",
        "own_bytes",
        "reader",
        "request_bytes",
        "stream_id",
        "timer",
    )

    def __init__(self, line: Line, stream_id: int, method: Method, encoding: bytes, headers: Headers) -> None:
        self._line = line
        self.stream_id = stream_id
        self.method = method
        self.encoding = encoding
        self._headers = headers
        self.reader: MessageReader | None = None
        """Puts the request together, where it does not come in one piece."""
        self.request_bytes = 0
        """The one message of the request, once it is whole."""
        self.timer: asyncio.TimerHandle | None = None
        self.on_gone: Callable[[], object] | None = None
        """Called once if the call ends in another way than by an answer. It is taken back, out of time, its
        connection lost, or its server stopped.
        """
        self.on_drained: Callable[[], object] | None = None
        """Called when all that was written has left, after `send` has answered False."""
        self.is_over = False
        self._has_begun = False
        self._may_compress = False
        self.arrived: deque[PrefixedMessage] = deque()
        """Messages of the request that nobody has taken yet, as small as they came."""
        self.has_ended = False
        """No more of them will come."""
        self.kept_bytes = 0
        """What has come of the request and is kept: whole messages, and the beginning of one."""
        self.own_bytes = 0
        """What is counted of the call itself and its headers."""
        self._awaited: asyncio.Future[None] | None = None

    @property
    def caller(self) -> Caller:
        """Who calls: read from the headers when somebody asks."""
        return self._line.caller(self._headers)

    @property
    def account(self) -> Account:
        """What the client has of the server."""
        return self._line.account

    # -- answering -------------------------------------------------------------------------------------------

    def answer(self, message: bytes) -> None:
        """The one message of a unary call, and OK. Nothing happens if the call is over, here and in
        `finish`.
        """
        if self.is_over:
            return
        if unread := self._line.refusal_to_keep(len(message)):
            self.finish(StatusCode.RESOURCE_EXHAUSTED, unread)
        else:
            if len(message) >= self._line.limits.compressed_bytes and accepts_gzip(self._headers):
                self._line.http2.respond(self.stream_id, HEADERS_GZIP, compressed(message), OK)
            else:
                self._line.http2.respond(self.stream_id, HEADERS, framed(message), OK)
            self._close()

    def begin(self) -> None:
        """Send headers now, so that the client knows it is heard before there is a message."""
        if not self._has_begun and not self.is_over:
            self._has_begun = True
            self._may_compress = self._line.limits.compressed_bytes < UNCOMPRESSED and accepts_gzip(
                self._headers
            )
            self._line.http2.send_headers(self.stream_id, HEADERS_GZIP if self._may_compress else HEADERS)
            self._line.flush_soon()

    def send(self, message: bytes) -> bool:
        """One message of a stream. Answers False when it is held back because the client does not read: wait
        for `on_drained`.

        Raises `CallIsOver`, also where too much waits unread on the connection already: then this ends the
        call.
        """
        if unread := self._line.refusal_to_keep(len(message)):
            self.break_off(StatusCode.RESOURCE_EXHAUSTED, unread)
        if self.is_over:
            raise CallIsOver
        self.begin()
        is_large = self._may_compress and len(message) >= self._line.limits.compressed_bytes
        has_left = self._line.http2.send_data(
            self.stream_id, compressed(message) if is_large else framed(message)
        )
        self._line.flush_soon()
        return has_left and self._line.takes_more(self)

    async def write(self, message: bytes) -> None:
        """One message of a stream; returns when it has left. Raises `CallIsOver`."""
        if self.send(message):
            return
        drained = asyncio.get_running_loop().create_future()

        def resume() -> None:
            if not drained.done():
                drained.set_result(None)

        self.on_drained = resume
        try:
            await drained
        finally:
            self.on_drained = None

    def finish(self, status: StatusCode = StatusCode.OK, details: str = "", proto: bytes = b"") -> None:
        """End the call with a status, after what was sent."""
        if self.is_over:
            return
        http2 = self._line.http2
        if self._has_begun:
            http2.send_last(
                self.stream_id, OK if status is StatusCode.OK else trailers(status, details, proto)
            )
        else:
            http2.send_headers(
                self.stream_id,
                OK_ALONE if status is StatusCode.OK else trailers(status, details, proto, alone=True),
            )
        self._close()

    # -- asking ----------------------------------------------------------------------------------------------

    def arrive(self, messages: list[PrefixedMessage], *, ended: bool) -> None:
        """For the connection: messages of the request, and whether they were the last."""
        self.arrived.extend(messages)
        self.has_ended = self.has_ended or ended
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    async def requests(self) -> AsyncIterator[bytes]:
        """The messages of a stream of requests as they come; the client may send more as they are taken."""
        while True:
            while self.arrived:
                frame = self.arrived.popleft()
                yield self.opened(frame)
                self._line.taken(self, len(frame.data) + PREFIX_BYTES)
            if self.has_ended:
                return
            self._awaited = asyncio.get_running_loop().create_future()
            await self._awaited

    def opened(self, frame: PrefixedMessage) -> bytes:
        """A message that has come, decompressed. Raises `RpcError`."""
        return opened(frame, self.encoding, self._line.limits.message_bytes)

    def drained(self) -> None:
        """For the connection: all that was written has left."""
        if self.on_drained is not None and not self.is_over:
            self.on_drained()

    # -- ending ----------------------------------------------------------------------------------------------

    def break_off(self, status: StatusCode, details: str) -> None:
        """End the call over the head of whoever answers it."""
        gone, self.on_gone = self.on_gone, None
        self.finish(status, details)
        call_gone(self.method, gone)

    def go(self) -> None:
        """For the connection: nobody waits for an answer any more."""
        if self.is_over:
            return
        gone, self.on_gone = self.on_gone, None
        self._close()
        call_gone(self.method, gone)

    def refuse(self, error: RpcError) -> None:
        """End the call as an error says."""
        self.finish(error.status, error.details, error.proto)

    def _close(self) -> None:
        self.is_over = True
        self.on_gone = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self._line.forget(self)
