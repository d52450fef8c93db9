"""What comes on a connection, until it is a call that a method has begun to answer, or is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from counterflow.wire import methods
from counterflow.wire.contract import Method, RpcError, StatusCode
from counterflow.wire.http2.events import DataArrived, Headers, RequestBegun
from counterflow.wire.http2.headers import EncodedHeaders, size_of
from counterflow.wire.http2.remembered import Remembered
from counterflow.wire.native.call import Line, NativeCall
from counterflow.wire.native.messages import PREFIX_BYTES, MessageReader
from counterflow.wire.native.request import Request, read_request
from counterflow.wire.native.rounds import LARGE_BYTES
from counterflow.wire.native.trailers import trailers

MESSAGE_BYTES = 128
"""What a message takes beside its bytes while it waits to be taken: an empty one is five on the wire."""
CALLS_AT_EASE = 16
"""So many open calls of a connection are not counted."""
CALL_BYTES = 2_048
"""What one takes in memory beside what it says."""
QUOTED = 200
"""So much of what there is not is shown."""
_ENCODINGS = (b"identity", b"gzip")


class Reception:
    """Receives the requests of one connection; `served` are the methods by path."""

    def __init__(self, line: Line, served: Mapping[bytes, Method]) -> None:
        self._line = line
        self._http2 = line.http2
        self._limits = line.limits
        self._account = line.account
        self._loop = asyncio.get_running_loop()
        self._served = served
        self.calls: dict[int, NativeCall] = {}
        """Those that are not over, by stream."""
        self._requests: Remembered[Headers, Request] = Remembered(line.limits.http2.remembered_bytes)
        self._strangers: dict[int, Request] = {}
        """Requests that are no gRPC, by stream, until they have ended."""
        self._kept_bytes = 0

    def begin(self, event: RequestBegun) -> None:
        """The headers of a request: a call that waits for its message, or a refusal."""
        own_bytes = 0
        request = self._requests.get(event.headers)
        if request is None:  # clients send the same headers again and again: they are read once
            request = read_request(event.headers)
            own_bytes = size_of(event.headers)
            self._requests.keep(event.headers, request, own_bytes)
        method = self._served.get(request.path)
        if request.fault or method is None or request.encoding not in _ENCODINGS:
            self._refuse(event, request, is_known=method is not None)
            return
        call = NativeCall(self._line, event.stream_id, method, request.encoding, event.headers)
        if len(self.calls) >= CALLS_AT_EASE and not self._keep_call(call, own_bytes):
            return
        self.calls[event.stream_id] = call
        self._arm(call, request.timeout_seconds)
        if method.takes_stream:
            _start(call, b"")
        if event.ended:
            self.feed(call, b"", ended=True)

    def feed(self, call: NativeCall, data: bytes, *, ended: bool) -> None:
        """Bytes of a call's request. With the last of them a method that takes one message starts."""
        method = call.method
        if ended and not call.kept_bytes and not method.takes_stream and self._is_one_message(data):
            _start(call, data[PREFIX_BYTES:])  # by far the most calls: one message in one frame
            return
        reader = call.reader
        if reader is None:
            reader = call.reader = MessageReader(self._limits.message_bytes)
        if not self._keep(call, len(data)):
            return
        try:
            messages = reader.feed(data)
            if method.takes_stream and not self._keep(call, len(messages) * MESSAGE_BYTES):
                return
            call.arrive(messages, ended=ended)
            if not method.takes_stream:
                self._http2.consumed(call.stream_id, len(data))
                self._start_single(call, is_whole=not reader.unfinished_bytes)
        except RpcError as error:
            call.break_off(error.status, error.details)

    def _refuse(self, event: RequestBegun, request: Request, *, is_known: bool) -> None:
        if not request.is_grpc:
            self._strangers[event.stream_id] = request
            self.pass_over(DataArrived(event.stream_id, b"", event.ended))
            return
        status, details = StatusCode.INVALID_ARGUMENT, request.fault
        if not details:
            missing = b"grpc-encoding " + request.encoding if is_known else request.path
            details = f"There is no {missing[:QUOTED].decode(errors='replace')} on this server"
            status = StatusCode.UNIMPLEMENTED
        self._http2.send_headers(event.stream_id, trailers(status, details, alone=True))

    def _keep_call(self, call: NativeCall, header_bytes: int) -> bool:
        """Count one more call beside many, with its headers where they are its own; False without room. The
        client is told so then.
        """
        size = CALL_BYTES + header_bytes
        if self._account.takes(size):
            call.own_bytes = size
            return True
        details = (
            f"{len(self.calls)} calls are open on this connection, and {self._account.kept_for_all} bytes "
            "are kept for all clients (setting client_bytes); try again after a while"
        )
        self._http2.send_headers(call.stream_id, trailers(StatusCode.RESOURCE_EXHAUSTED, details, alone=True))
        return False

    def _keep(self, call: NativeCall, size: int) -> bool:
        """So many bytes of a call's request are kept; False where they cannot be, and the call is told so."""
        most = self._limits.unfinished_bytes
        call.kept_bytes += size
        self._kept_bytes += size
        if self._kept_bytes <= most and self._account.has_room(size):
            self._account.counts(size)
            return True
        self._account.counts(size)  # until the call has ended, which is now
        call.break_off(
            StatusCode.RESOURCE_EXHAUSTED,
            f"Expected at most {most} bytes of unfinished requests on a connection, and room for {size} more "
            f"beside {self._account.kept_for_all} of all clients (setting client_bytes); try again after a "
            "while",
        )
        return False

    def pass_over(self, event: DataArrived) -> None:
        """A part of a request that no call reads. One that is no gRPC is told so in its own words when it has
        ended.
        """
        self._http2.consumed(event.stream_id, len(event.data))
        request = self._strangers.pop(event.stream_id, None) if event.ended else None
        if request is not None:
            headers = (
                (b":status", b"415"),
                (b"content-type", b"text/plain; charset=utf-8"),
            )
            self._http2.send_headers(event.stream_id, EncodedHeaders(headers))
            self._http2.send_data(event.stream_id, request.fault.encode())
            self._http2.send_last(event.stream_id, EncodedHeaders(((b"grpc-status", b"13"),), last=True))

    def taken_back(self, stream_id: int) -> None:
        """The client wants no answer any more."""
        self._strangers.pop(stream_id, None)
        call = self.calls.get(stream_id)
        if call is not None:
            call.go()

    def release(self, call: NativeCall, count: int) -> None:
        """So many bytes of a call's request are not kept any more."""
        call.kept_bytes -= count
        self._kept_bytes -= count
        self._account.gives(count)

    def forget(self, call: NativeCall) -> None:
        """It is over, and nothing is kept of it any more."""
        if call.kept_bytes:
            self.release(call, call.kept_bytes)
        if call.own_bytes:
            self._account.gives(call.own_bytes)

    def _arm(self, call: NativeCall, asked_seconds: float | None) -> None:
        allowed = call.method.timeout_seconds
        limits = [seconds for seconds in (allowed, asked_seconds) if seconds is not None]
        if limits:
            call.timer = self._loop.call_later(min(limits), methods.expire, call)

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
                StatusCode.UNIMPLEMENTED,  # as gRPC's table of statuses has it
                f"Expected one message in the request, found {len(call.arrived)} and the end",
            )
        if call.has_ended:
            call.reader = None
            if call.kept_bytes <= LARGE_BYTES and not call.arrived[0].flag:
                self._start_whole(call)
            else:
                self._line.begin_large(partial(self._start_whole, call))

    def _start_whole(self, call: NativeCall) -> None:
        if call.is_over:
            return
        self.release(call, call.kept_bytes)
        try:
            message = call.opened(call.arrived.popleft())
        except RpcError as error:
            call.break_off(error.status, error.details)
        else:
            _start(call, message)


def _start(call: NativeCall, message: bytes) -> None:
    call.request_bytes = len(message)
    methods.start(call.method, message, call)
