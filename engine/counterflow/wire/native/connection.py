"""One client's connection: its bytes become calls, and what the calls have to say leaves in one write per
turn of the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol, cast

from counterflow.wire import methods
from counterflow.wire.contract import Method, RpcError, StatusCode
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.http2.events import (
    ConnectionEnded,
    DataArrived,
    Event,
    Headers,
    PongArrived,
    RequestBegun,
    StreamDrained,
    StreamReset,
)
from counterflow.wire.http2.headers import EncodedHeaders
from counterflow.wire.native.call import NEVER, NativeCall
from counterflow.wire.native.caller import identities_of, peer_of
from counterflow.wire.native.limits import WireLimits
from counterflow.wire.native.messages import PREFIX_BYTES, MessageReader
from counterflow.wire.native.request import Request, read_request
from counterflow.wire.native.trailers import trailers

logger = logging.getLogger("counterflow.wire")

REMEMBERED_REQUESTS = 500
SMALL_ANSWER_BYTES = 65_536
_ENCODINGS = (b"identity", b"gzip")
_ALIVE = b"alive?  "
_STOPPING = b"stopping"


class Owner(Protocol):
    """Who keeps the connections."""

    @property
    def methods(self) -> Mapping[bytes, Method]:
        """By path."""
        ...

    @property
    def limits(self) -> WireLimits:
        """What each connection is granted."""
        ...

    def joined(self, connection: RpcConnection, /) -> None:
        """A client has come."""
        ...

    def left(self, connection: RpcConnection, /) -> None:
        """A client has gone."""
        ...


class RpcConnection(asyncio.Protocol):
    """The calls of one client."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._limits = owner.limits
        self.compressed_bytes = (
            NEVER if owner.limits.compressed_bytes is None else owner.limits.compressed_bytes
        )
        """A message of an answer that is as large is compressed where the client takes it."""
        self._loop = asyncio.get_running_loop()
        self.http2 = Http2Connection(owner.limits.http2, self._loop.time)
        self._transport: asyncio.Transport | None = None
        self.peer = ""
        """The client's end of the line, in gRPC's form."""
        self.identities: tuple[str, ...] = ()
        """What its certificate names it, if it was verified."""
        self._calls: dict[int, NativeCall] = {}
        self._requests: dict[Headers, Request] = {}
        self._strangers: dict[int, Request] = {}
        """Requests that are no gRPC, by stream, until they have ended."""
        self._kept_bytes = 0
        self._flush_is_due = False
        self._is_paused = False
        self._waiting: list[NativeCall] = []
        """Calls whose message has left their stream while the transport took no more."""
        self._is_leaving = False
        self._leaves_for = ""
        """Why the client is asked to leave."""
        self._came_at = self._heard_at = self._loop.time()
        self._is_asked = False
        self._watch: asyncio.TimerHandle | None = None
        self._age: asyncio.TimerHandle | None = None

    # -- asyncio ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come. Over TLS it must have agreed on HTTP/2."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(self._limits.unsent_bytes)
        secure = transport.get_extra_info("ssl_object")
        if secure is not None and secure.selected_alpn_protocol() != "h2":
            self._transport.abort()
            return
        self.peer = peer_of(transport.get_extra_info("peername"))
        self.identities = identities_of(secure.getpeercert() if secure is not None else None)
        self._owner.joined(self)
        self._look_after_soon(min(self._limits.preface_seconds, self._limits.quiet_seconds))
        if self._limits.age_seconds is not None:
            self._age = self._loop.call_later(
                self._limits.age_seconds, self.ask_to_leave, "the connection has reached its age"
            )
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Whatever these bytes ask; what can be answered at once leaves with the next write."""
        self._heard_at = self._loop.time()
        self._flush_is_due = True
        for event in self.http2.receive(data):
            self._on(event)
        self._flush()

    def eof_received(self) -> bool:
        """The client says no more: nor do we."""
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        """The client has gone, or we have sent it away."""
        if self._watch is not None:
            self._watch.cancel()
        if self._age is not None:
            self._age.cancel()
        self._transport = None
        self.http2.is_over = True
        self._end_calls()
        self._owner.left(self)

    def pause_writing(self) -> None:
        """The client does not take what we write: nothing more is read from it, so that it cannot make us
        keep more.
        """
        self._is_paused = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It does again."""
        self._is_paused = False
        self._heard_at = self._loop.time()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            self._drained(call)

    @property
    def message_bytes(self) -> int:
        """A message of a request, decompressed, at most."""
        return self._limits.message_bytes

    # -- for calls -------------------------------------------------------------------------------------------

    def flush_soon(self) -> None:
        """Write what there is at the end of this turn of the event loop."""
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def takes_more(self, call: NativeCall) -> bool:
        """Whether the transport does; if not, the call is told when it does again."""
        if self._is_paused:
            self._waiting.append(call)
        return not self._is_paused

    def refusal_to_keep(self, size: int) -> str:
        """Why a part of an answer, of so many bytes, cannot be kept until the client reads it, or nothing.
        Small ones always can.
        """
        if size <= SMALL_ANSWER_BYTES or self._transport is None:
            return ""
        unread = self.http2.outgoing.kept_bytes + self._transport.get_write_buffer_size()
        if unread <= self._limits.unread_bytes:
            return ""
        return (
            f"The call was carried out, but {unread} bytes of answers wait unread on this connection: read "
            "them first, or ask for less"
        )

    def forget(self, call: NativeCall) -> None:
        """It is over."""
        self._calls.pop(call.stream_id, None)
        self._kept_bytes -= call.kept_bytes
        self.flush_soon()
        if self._is_leaving and not self._calls:
            self._loop.call_soon(self.close)

    def taken(self, call: NativeCall, count: int) -> None:
        """So many bytes of its requests are not kept any more."""
        if not call.is_over:
            call.kept_bytes -= count
            self._kept_bytes -= count
            self.http2.consumed(call.stream_id, count)
            self.flush_soon()

    # -- leaving ---------------------------------------------------------------------------------------------

    def ask_to_leave(self, reason: str) -> None:
        """Calls that are under way are still taken, then no more, and with the last one the connection
        ends.
        """
        self._leaves_for = reason
        self.http2.announce_end(reason)
        self.http2.ping(_STOPPING)
        self.flush_soon()

    def close(self) -> None:
        """End what is left of calls, say goodbye, go."""
        for call in list(self._calls.values()):
            call.break_off(StatusCode.UNAVAILABLE, "The server has stopped")
        self._hang_up(ErrorCode.NO_ERROR, "the server has stopped")

    def abort(self) -> None:
        """Go without a word."""
        if self._transport is not None:
            self._transport.abort()

    # -- events ----------------------------------------------------------------------------------------------

    def _on(self, event: Event) -> None:
        match event:
            case RequestBegun():
                self._begin(event)
            case DataArrived():
                call = self._calls.get(event.stream_id)
                if call is not None:
                    self._feed(call, event.data, ended=event.ended)
                else:
                    self._feed_stranger(event)
            case StreamDrained():
                call = self._calls.get(event.stream_id)
                if call is not None and self.takes_more(call):
                    self._drained(call)
            case StreamReset():
                call = self._calls.get(event.stream_id)
                self._strangers.pop(event.stream_id, None)
                if call is not None:
                    call.go()
            case PongArrived():
                self._pong(event.payload)
            case ConnectionEnded():
                logger.debug("A client's connection was ended: %s (%s)", event.reason, event.code.name)
                self._end_calls()
                self._hang_up(None, "")

    def _begin(self, event: RequestBegun) -> None:
        request = self._requests.get(event.headers)
        if request is None:
            request = read_request(event.headers)
            if len(self._requests) >= REMEMBERED_REQUESTS:
                self._requests.clear()
            if sum(len(value) for _, value in event.headers) <= self._limits.http2.remembered_block_bytes:
                self._requests[event.headers] = request
        if request.http_status != 200:
            self._strangers[event.stream_id] = request
            self._feed_stranger(DataArrived(event.stream_id, b"", event.ended))
            return
        method = self._owner.methods.get(request.path)
        if method is None or request.encoding not in _ENCODINGS:
            found = request.path if method is None else b"grpc-encoding " + request.encoding
            details = f"There is no {found.decode(errors='replace')} on this server"
            self.http2.send_headers(event.stream_id, trailers(StatusCode.UNIMPLEMENTED, details, alone=True))
            return
        call = NativeCall(self, event.stream_id, method, request.encoding, event.headers)
        self._calls[event.stream_id] = call
        self._arm(call, request.timeout_seconds)
        if method.takes_stream:
            self._start(call, b"")
        if event.ended:
            self._feed(call, b"", ended=True)

    def _feed_stranger(self, event: DataArrived) -> None:
        """Nobody reads this part of a request. One that is no gRPC is told so in its own words when it has
        ended.
        """
        self.http2.consumed(event.stream_id, len(event.data))
        request = self._strangers.pop(event.stream_id, None) if event.ended else None
        if request is not None:
            headers = (
                (b":status", str(request.http_status).encode()),
                (b"content-type", b"text/plain; charset=utf-8"),
            )
            self.http2.send_headers(event.stream_id, EncodedHeaders(headers))
            self.http2.send_data(event.stream_id, request.fault.encode())
            self.http2.send_last(event.stream_id, EncodedHeaders(((b"grpc-status", b"13"),), last=True))

    def _arm(self, call: NativeCall, asked_seconds: float | None) -> None:
        allowed = call.method.timeout_seconds
        limits = [seconds for seconds in (allowed, asked_seconds) if seconds is not None]
        if limits:
            call.timer = self._loop.call_later(min(limits), methods.expire, call)

    def _feed(self, call: NativeCall, data: bytes, *, ended: bool) -> None:
        method = call.method
        if ended and not call.kept_bytes and not method.takes_stream and self._is_one_message(data):
            self._start(call, data[PREFIX_BYTES:])  # by far the most calls: one message in one frame
            return
        reader = call.reader
        if reader is None:
            reader = call.reader = MessageReader(self._limits.message_bytes)
        call.kept_bytes += len(data)
        self._kept_bytes += len(data)
        most = self._limits.unfinished_bytes
        if self._kept_bytes > most:
            call.break_off(
                StatusCode.RESOURCE_EXHAUSTED,
                f"Expected at most {most} bytes of unfinished requests on a connection",
            )
            return
        try:
            call.arrive(reader.feed(data), ended=ended)
            if not method.takes_stream:
                self.http2.consumed(call.stream_id, len(data))
                self._start_single(call, is_whole=not reader.unfinished_bytes)
        except RpcError as error:
            call.break_off(error.status, error.details)

    def _is_one_message(self, data: bytes) -> bool:
        size = len(data) - PREFIX_BYTES
        return (
            0 <= size <= self._limits.message_bytes
            and not data[0]
            and int.from_bytes(data[1:PREFIX_BYTES]) == size
        )

    def _start_single(self, call: NativeCall, *, is_whole: bool) -> None:
        """The end of the request may follow its message in a frame of its own."""
        if len(call.arrived) > 1 or (call.has_ended and not (call.arrived and is_whole)):
            raise RpcError(
                StatusCode.INTERNAL,
                f"Expected one message in the request, found {len(call.arrived)} and the end",
            )
        if call.has_ended:
            self._kept_bytes -= call.kept_bytes
            call.kept_bytes, call.reader = 0, None
            self._start(call, call.opened(call.arrived.popleft()))

    def _start(self, call: NativeCall, message: bytes) -> None:
        call.request_bytes = len(message)
        methods.start(call.method, message, call)

    def _drained(self, call: NativeCall) -> None:
        if call.on_drained is not None and not call.is_over:
            call.on_drained()

    # -- life ------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        self._flush_is_due = False
        outgoing, transport = self.http2.outgoing, self._transport
        if not outgoing.is_empty and transport is not None and not transport.is_closing():
            transport.write(outgoing.take())

    def _look_after_soon(self, seconds: float) -> None:
        self._watch = self._loop.call_later(seconds, self._look_after)

    def _look_after(self) -> None:
        """Clients that never say a word of HTTP/2, and those that have vanished without one, are let go."""
        limits, now = self._limits, self._loop.time()
        quiet = now - self._heard_at
        is_stranger = not self.http2.has_begun
        if (is_stranger and now - self._came_at >= limits.preface_seconds) or (
            self._is_asked and quiet >= limits.pong_seconds
        ):
            self.abort()
        elif is_stranger:
            self._look_after_soon(min(limits.preface_seconds, limits.quiet_seconds))
        elif quiet >= limits.quiet_seconds:
            self._is_asked = True
            self.http2.ping(_ALIVE)
            self.flush_soon()
            self._look_after_soon(limits.pong_seconds)
        else:
            self._is_asked = False
            self._look_after_soon(limits.quiet_seconds - quiet)

    def _pong(self, payload: bytes) -> None:
        if payload == _ALIVE and self._watch is not None:
            self._is_asked = False
            self._watch.cancel()
            self._look_after_soon(self._limits.quiet_seconds)
        elif payload == _STOPPING:
            self._is_leaving = True
            self.http2.refuse_new(self._leaves_for)
            if not self._calls:
                self._loop.call_soon(self.close)

    def _end_calls(self) -> None:
        for call in list(self._calls.values()):
            call.go()

    def _hang_up(self, code: ErrorCode | None, reason: str) -> None:
        if code is not None and not self.http2.is_over:
            self.http2.close(code, reason)
        self._flush()
        if self._transport is not None:
            self._transport.close()
            if self._watch is not None:
                self._watch.cancel()
            self._watch = self._loop.call_later(self._limits.pong_seconds, self.abort)
