"""One call, from its headers to its status.

Whoever answers a call may do so at once, later from a callback, or from a task; what it writes leaves with
everything else that its connection has to say in the same turn of the event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from counterflow.wire.contract import Caller, CallIsOver, Method, RpcError, StatusCode
from counterflow.wire.http2.events import Headers
from counterflow.wire.methods import tell_gone
from counterflow.wire.native.caller import metadata
from counterflow.wire.native.messages import PREFIX_BYTES, Frame, MessageReader, compressed, framed, opened
from counterflow.wire.native.request import accepts_gzip
from counterflow.wire.native.trailers import HEADERS, HEADERS_GZIP, OK, OK_ALONE, trailers

if TYPE_CHECKING:
    from counterflow.wire.native.connection import RpcConnection


NEVER = 1 << 62
"""More bytes than any message has."""


class NativeCall:
    """A `Call` on one stream of one connection."""

    __slots__ = (
        "_asked",
        "_connection",
        "_has_begun",
        "_headers",
        "_may_compress",
        "arrived",
        "encoding",
        "has_ended",
        "is_over",
        "kept_bytes",
        "method",
        "on_drained",
        "on_gone",
        "reader",
        "request_bytes",
        "stream_id",
        "timer",
    )

    def __init__(
        self, connection: RpcConnection, stream_id: int, method: Method, encoding: bytes, headers: Headers
    ) -> None:
        self._connection = connection
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
        """Called once if the call ends in another way than by an answer: taken back, out of time, connection
        lost, server stopped.
        """
        self.on_drained: Callable[[], object] | None = None
        """Called when all that was written has left, after `send` has answered False."""
        self.is_over = False
        self._has_begun = False
        self._may_compress = False
        self.arrived: deque[Frame] = deque()
        """Messages of the request that nobody has taken yet, as small as they came."""
        self.has_ended = False
        """No more of them will come."""
        self.kept_bytes = 0
        """What has come of the request and is kept: whole messages, and the beginning of one."""
        self._asked: asyncio.Future[None] | None = None

    @property
    def caller(self) -> Caller:
        """Who calls: read from the headers when somebody asks."""
        return Caller(self._connection.peer, metadata(self._headers), self._connection.identities)

    # -- answering -------------------------------------------------------------------------------------------

    def answer(self, message: bytes) -> None:
        """The one message of a unary call, and OK. Nothing happens if the call is over, here and in
        `finish`.
        """
        if self.is_over:
            return
        if unread := self._connection.refusal_to_keep(len(message)):
            self.finish(StatusCode.RESOURCE_EXHAUSTED, unread)
        else:
            if len(message) >= self._connection.compressed_bytes and accepts_gzip(self._headers):
                self._connection.http2.respond(self.stream_id, HEADERS_GZIP, compressed(message), OK)
            else:
                self._connection.http2.respond(self.stream_id, HEADERS, framed(message), OK)
            self._close()

    def begin(self) -> None:
        """Send headers now, so that the client knows it is heard before there is a message."""
        if not self._has_begun and not self.is_over:
            self._has_begun = True
            self._may_compress = self._connection.compressed_bytes < NEVER and accepts_gzip(self._headers)
            self._connection.http2.send_headers(
                self.stream_id, HEADERS_GZIP if self._may_compress else HEADERS
            )
            self._connection.flush_soon()

    def send(self, message: bytes) -> bool:
        """One message of a stream. Answers False when it is held back because the client does not read: wait
        for `on_drained`.

        Raises `CallIsOver`, also where too much waits unread on the connection already: then this ends the
        call.
        """
        if unread := self._connection.refusal_to_keep(len(message)):
            self.break_off(StatusCode.RESOURCE_EXHAUSTED, unread)
        if self.is_over:
            raise CallIsOver
        self.begin()
        is_large = self._may_compress and len(message) >= self._connection.compressed_bytes
        left = self._connection.http2.send_data(
            self.stream_id, compressed(message) if is_large else framed(message)
        )
        self._connection.flush_soon()
        return left and self._connection.takes_more(self)

    async def write(self, message: bytes) -> None:
        """One message of a stream; returns when it has left. Raises `CallIsOver`."""
        if self.send(message):
            return
        drained = asyncio.get_running_loop().create_future()

        def tell() -> None:
            if not drained.done():
                drained.set_result(None)

        self.on_drained = tell
        try:
            await drained
        finally:
            self.on_drained = None

    def finish(self, status: StatusCode = StatusCode.OK, details: str = "", proto: bytes = b"") -> None:
        """End the call with a status, after what was sent."""
        if self.is_over:
            return
        http2 = self._connection.http2
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

    def arrive(self, messages: list[Frame], *, ended: bool) -> None:
        """For the connection: messages of the request, and whether they were the last."""
        self.arrived.extend(messages)
        self.has_ended = self.has_ended or ended
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(None)

    async def requests(self) -> AsyncIterator[bytes]:
        """The messages of a stream of requests as they come; the client may send more as they are taken."""
        while True:
            while self.arrived:
                frame = self.arrived.popleft()
                yield self.opened(frame)
                self._connection.taken(self, len(frame.data) + PREFIX_BYTES)
            if self.has_ended:
                return
            self._asked = asyncio.get_running_loop().create_future()
            await self._asked

    def opened(self, frame: Frame) -> bytes:
        """A message that has come, decompressed. Raises `RpcError`."""
        return opened(frame, self.encoding, self._connection.message_bytes)

    # -- ending ----------------------------------------------------------------------------------------------

    def break_off(self, status: StatusCode, details: str) -> None:
        """End the call over the head of whoever answers it."""
        gone, self.on_gone = self.on_gone, None
        self.finish(status, details)
        tell_gone(self.method, gone)

    def go(self) -> None:
        """For the connection: nobody waits for an answer any more."""
        if self.is_over:
            return
        gone, self.on_gone = self.on_gone, None
        self._close()
        tell_gone(self.method, gone)

    def refuse(self, error: RpcError) -> None:
        """End the call as an error says."""
        self.finish(error.status, error.details, error.proto)

    def _close(self) -> None:
        self.is_over = True
        self.on_gone = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self._connection.forget(self)
