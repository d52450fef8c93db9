"""One connection, seen from the server: bytes of the client become events, answers become bytes to send.

Nothing here waits, and nothing but `ConnectionEnded` comes of what a client does wrong: a faulty stream is reset, a faulty
connection gets GOAWAY. What a client may ask of memory and time is bounded by `Limits`.

    connection = Connection(Limits(), time.monotonic)
    for event in connection.receive(data): ...
    connection.respond(stream_id, headers, body, trailers)
    transport.write(connection.outgoing.take())
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from counterflow.http2 import codes
from counterflow.http2.budget import Budget
from counterflow.http2.codes import ErrorCode, Setting
from counterflow.http2.errors import ConnectionFault, StreamFault
from counterflow.http2.events import ConnectionEnded, DataArrived, Event, Headers, PongArrived, RequestBegun, StreamDrained, StreamReset
from counterflow.http2.headers import EncodedHeaders, HeaderDecoder, fault_of_request, fault_of_trailers
from counterflow.http2.limits import Limits
from counterflow.http2.outgoing import INITIAL_WINDOW, LEAST_FRAME_BYTES, Outgoing, frame
from counterflow.http2.payloads import MASK, content_length, expect_length, unpadded, window_update, without_priority
from counterflow.http2.stream import Stream

_FRAME_HEAD = struct.Struct(">HBBBL").unpack_from
_SETTING = struct.Struct(">HL")
_MOST_FRAME_BYTES = 2**24 - 1
_PADDED_OR_PRIORITY = codes.PADDED | codes.HAS_PRIORITY


class HeaderBlock:
    """Headers that go on in CONTINUATION frames."""

    def __init__(self, stream_id: int, flags: int, start: bytes) -> None:
        self.stream_id = stream_id
        self.flags = flags
        self.parts = [start]
        self.size = len(start)


class Connection:
    """`clock` answers seconds of any origin; floods are told by it."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self.outgoing = Outgoing()
        self.is_over = False
        """Nothing is read any more."""
        self.has_begun = False
        """The client has shown that it speaks HTTP/2."""
        self._left = b""
        self._has_preface = False
        self._decoder = HeaderDecoder(limits)
        self._block: HeaderBlock | None = None
        self._streams: dict[int, Stream] = {}
        self._closed: dict[int, bool] = {}
        """Streams that have ended, the oldest first: whether we ended them early, so that frames of theirs may be under way."""
        self._last_id = 0
        self._refused_after = codes.LARGEST_STREAM
        self._receive_window = limits.connection_window
        self._returned = 0
        self._initial_window = INITIAL_WINDOW
        self._events: list[Event] = []
        self._resets = Budget("streams that are reset", limits.resets, 4 * limits.resets, clock)
        self._control = Budget("frames that carry no call", limits.control_frames, limits.control_frames, clock)
        self._settings = Budget("SETTINGS frames", limits.settings_frames, 4 * limits.settings_frames, clock)
        self._handlers: tuple[Callable[[int, int, bytes], None], ...] = (
            self._data,
            self._headers,
            self._priority,
            self._rst_stream,
            self._settings_frame,
            self._push_promise,
            self._ping,
            self._goaway,
            self._window_update,
            self._continuation,
        )
        self._greet()

    # -- what comes -----------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> list[Event]:
        """Everything that these bytes, with those left over, tell."""
        if self.is_over:
            return []
        events = self._events = []
        try:
            self._read(self._left + data if self._left else data)
        except ConnectionFault as fault:
            self.close(fault.code, fault.reason)
            events.append(ConnectionEnded(fault.code, fault.reason))
        return events

    @property
    def open_streams(self) -> int:
        """Requests that have not been answered yet."""
        return len(self._streams)

    # -- what goes ------------------------------------------------------------------------------------------------

    def respond(self, stream_id: int, first: EncodedHeaders, body: bytes, last: EncodedHeaders) -> None:
        """A whole answer. Nothing happens for a stream that is gone, here and below."""
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        if self.outgoing.whole(stream, first, body, last):
            self._end(stream)
            return
        self.outgoing.headers(stream_id, first)
        self.send_data(stream_id, body)
        self.send_last(stream_id, last)

    def send_headers(self, stream_id: int, headers: EncodedHeaders) -> None:
        """The beginning of an answer, or all of it where they are the last."""
        stream = self._streams.get(stream_id)
        if stream is not None:
            self.outgoing.headers(stream_id, headers)
            if headers.is_last:
                self._end(stream)

    def send_data(self, stream_id: int, data: bytes) -> bool:
        """A part of an answer's body. Answers whether all of it has left; if not, `StreamDrained` tells when it has."""
        stream = self._streams.get(stream_id)
        return stream is not None and self.outgoing.data(stream, data)

    def send_last(self, stream_id: int, trailers: EncodedHeaders) -> None:
        """The end of an answer, once what is held of it has left."""
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        if stream.held:
            stream.last = trailers
        else:
            self.outgoing.headers(stream_id, trailers)
            self._end(stream)

    def consumed(self, stream_id: int, count: int) -> None:
        """So many bytes of a request are not kept any more: the client may send as many again."""
        stream = self._streams.get(stream_id)
        if stream is None or stream.ended_by_peer:
            return
        stream.returned += count
        if 2 * stream.returned >= self._limits.stream_window:
            self.outgoing.add(window_update(stream_id, stream.returned))
            stream.receive_window += stream.returned
            stream.returned = 0

    def reset(self, stream_id: int, code: ErrorCode) -> None:
        """End a stream early."""
        stream = self._streams.get(stream_id)
        if stream is not None:
            self.outgoing.reset(stream_id, code)
            self._forget(stream, by_us=True)

    def ping(self, payload: bytes) -> None:
        """Ask for a sign of life: eight bytes, which come back."""
        self.outgoing.add(frame(codes.PING, 0, 0, payload))

    def announce_end(self) -> None:
        """Ask the client for no more streams; those that are under way to us are still served (RFC 9113, clause 6.8)."""
        self.outgoing.go_away(codes.LARGEST_STREAM, ErrorCode.NO_ERROR, "the server is stopping")

    def refuse_new(self) -> None:
        """Serve no stream that has not been seen yet."""
        self._refused_after = self._last_id
        self.outgoing.go_away(self._last_id, ErrorCode.NO_ERROR, "the server is stopping")

    def close(self, code: ErrorCode, reason: str) -> None:
        """Say goodbye and read no more."""
        self.outgoing.go_away(self._last_id, code, reason)
        self.is_over = True
        self._left = b""
        self._block = None
        self._streams.clear()

    # -- reading --------------------------------------------------------------------------------------------------

    def _greet(self) -> None:
        limits = self._limits
        settings = (
            (Setting.MAX_CONCURRENT_STREAMS, limits.streams),
            (Setting.INITIAL_WINDOW_SIZE, limits.stream_window),
            (Setting.MAX_FRAME_SIZE, limits.frame_bytes),
            (Setting.MAX_HEADER_LIST_SIZE, limits.header_list_bytes),
        )
        self.outgoing.add(frame(codes.SETTINGS, 0, 0, b"".join(_SETTING.pack(*setting) for setting in settings)))
        self.outgoing.add(window_update(0, limits.connection_window - INITIAL_WINDOW))

    def _read(self, data: bytes) -> None:
        position = 0
        if not self._has_preface:
            position = self._read_preface(data)
            if not position:
                self._left = data
                return
        size, most = len(data), self._limits.frame_bytes
        while size - position >= codes.FRAME_HEAD_BYTES:
            high, low, kind, flags, stream_id = _FRAME_HEAD(data, position)
            length = high << 8 | low
            if length > most:
                raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, f"expected frames of at most {most} bytes, found one of {length}")
            start = position + codes.FRAME_HEAD_BYTES
            position = start + length
            if position > size:
                position = start - codes.FRAME_HEAD_BYTES
                break
            self._frame(kind, flags, stream_id & MASK, data[start:position])
        self._left = data[position:]

    def _read_preface(self, data: bytes) -> int:
        """Answers where the frames begin, or 0 as long as the preface is not whole."""
        if not data.startswith(codes.PREFACE):
            if codes.PREFACE.startswith(data):
                return 0
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "expected the preface of HTTP/2, found something else")
        self._has_preface = True
        return len(codes.PREFACE)

    def _frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if not self.has_begun:
            if kind != codes.SETTINGS or flags & codes.ACK:
                raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"expected SETTINGS as the first frame, found type {kind}")
            self.has_begun = True
        if self._block is not None and (kind != codes.CONTINUATION or stream_id != self._block.stream_id):
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"expected CONTINUATION of stream {self._block.stream_id}, found type {kind}")
        try:
            if kind < len(self._handlers):
                self._handlers[kind](flags, stream_id, payload)
            else:
                self._control.spend()  # a type that we do not know is to be ignored (RFC 9113, clause 4.1)
        except StreamFault as fault:
            self._resets.spend()
            self.outgoing.reset(fault.stream_id, fault.code)
            stream = self._streams.get(fault.stream_id)
            if stream is not None:
                self._forget(stream, by_us=True)
                self._events.append(StreamReset(fault.stream_id, fault.code))
            else:
                self._remember_closed(fault.stream_id, by_us=True)

    def _data(self, flags: int, stream_id: int, payload: bytes) -> None:
        length = len(payload)
        self._receive_window -= length
        if self._receive_window < 0:
            raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "more data than the connection's window has room for")
        self._give_back(length)
        stream = self._streams.get(stream_id)
        if stream is None:
            self._frame_of_no_stream("DATA", stream_id)
            return
        if stream.ended_by_peer:
            raise StreamFault(stream_id, ErrorCode.STREAM_CLOSED, "DATA after the end of the request")
        stream.receive_window -= length
        if stream.receive_window < 0:
            raise StreamFault(stream_id, ErrorCode.FLOW_CONTROL_ERROR, "more data than the stream's window has room for")
        if flags & codes.PADDED:
            payload = unpadded(payload)
            stream.returned += length - len(payload)
        ended = bool(flags & codes.END_STREAM)
        if not payload and not ended:
            self._control.spend()
        self._count_body(stream, len(payload), ended)
        stream.ended_by_peer = ended
        self._events.append(DataArrived(stream_id, payload, ended))

    def _headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        if not stream_id & 1:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"HEADERS on stream {stream_id}, which no client can open")
        if flags & _PADDED_OR_PRIORITY:
            if flags & codes.PADDED:
                payload = unpadded(payload)
            if flags & codes.HAS_PRIORITY:
                payload = without_priority(stream_id, payload)
        if flags & codes.END_HEADERS:
            self._header_block(flags, stream_id, payload)
        else:
            self._block = HeaderBlock(stream_id, flags, payload)

    def _continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        block = self._block
        if block is None:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"CONTINUATION of nothing on stream {stream_id}")
        block.parts.append(payload)
        block.size += len(payload)
        if len(block.parts) > self._limits.continuations + 1 or block.size > self._limits.header_block_bytes:
            raise ConnectionFault(
                ErrorCode.ENHANCE_YOUR_CALM,
                f"expected headers of at most {self._limits.header_block_bytes} bytes in {self._limits.continuations} continuations",
            )
        if flags & codes.END_HEADERS:
            self._block = None
            self._header_block(block.flags, stream_id, b"".join(block.parts))

    def _header_block(self, flags: int, stream_id: int, block: bytes) -> None:
        headers = self._decoder.decode(block)
        ended = bool(flags & codes.END_STREAM)
        stream = self._streams.get(stream_id)
        if stream is not None:
            self._trailers(stream, headers, ended)
        elif stream_id <= self._last_id:
            self._frame_of_no_stream("HEADERS", stream_id)
        else:
            self._last_id = stream_id
            if stream_id <= self._refused_after:
                self._begin(stream_id, headers, ended)

    def _begin(self, stream_id: int, headers: Headers, ended: bool) -> None:
        if len(self._streams) >= self._limits.streams:
            raise StreamFault(stream_id, ErrorCode.REFUSED_STREAM, f"expected at most {self._limits.streams} streams at once")
        if fault := fault_of_request(headers):
            raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, fault)
        stream = Stream(
            stream_id,
            send_window=self._initial_window,
            receive_window=self._limits.stream_window,
            body_left=content_length(stream_id, headers),
            ended_by_peer=ended,
        )
        if ended:
            self._count_body(stream, 0, ended=True)
        self._streams[stream_id] = stream
        self._events.append(RequestBegun(stream_id, headers, ended))

    def _trailers(self, stream: Stream, headers: Headers, ended: bool) -> None:
        if stream.ended_by_peer:
            raise StreamFault(stream.id, ErrorCode.STREAM_CLOSED, "HEADERS after the end of the request")
        if not ended:
            raise StreamFault(stream.id, ErrorCode.PROTOCOL_ERROR, "a second block of headers that does not end the request")
        if fault := fault_of_trailers(headers):
            raise StreamFault(stream.id, ErrorCode.PROTOCOL_ERROR, fault)
        self._count_body(stream, 0, ended=True)
        stream.ended_by_peer = True
        self._events.append(DataArrived(stream.id, b"", ended=True))

    def _priority(self, _flags: int, stream_id: int, payload: bytes) -> None:
        """Checked and ignored: the standard has given priorities up (RFC 9113, clause 5.3)."""
        self._control.spend()
        if not stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "PRIORITY of no stream")
        if len(payload) != 5:
            raise StreamFault(stream_id, ErrorCode.FRAME_SIZE_ERROR, f"expected PRIORITY of 5 bytes, found {len(payload)}")
        if int.from_bytes(payload[:4]) & MASK == stream_id:
            raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, "a stream that depends on itself")

    def _rst_stream(self, _flags: int, stream_id: int, payload: bytes) -> None:
        expect_length("RST_STREAM", payload, 4)
        self._expect_opened("RST_STREAM", stream_id)
        self._control.spend()
        stream = self._streams.get(stream_id)
        if stream is not None:
            self._resets.spend()
            self._forget(stream, by_us=False)
            self._events.append(StreamReset(stream_id, int.from_bytes(payload)))

    def _settings_frame(self, flags: int, stream_id: int, payload: bytes) -> None:
        if stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"SETTINGS of stream {stream_id}")
        if flags & codes.ACK:
            self._control.spend()
            expect_length("acknowledgement of SETTINGS", payload, 0)
            return
        self._settings.spend()
        if len(payload) % _SETTING.size or len(payload) > self._limits.settings_frame_bytes:
            raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, f"expected SETTINGS of 6 bytes each, found {len(payload)} bytes")
        for name, value in _SETTING.iter_unpack(payload):
            self._apply(name, value)
        self.outgoing.add(frame(codes.SETTINGS, codes.ACK, 0))
        self._pump()

    def _apply(self, name: int, value: int) -> None:
        if name == Setting.INITIAL_WINDOW_SIZE:
            if value > codes.LARGEST_WINDOW:
                raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, f"expected a window of at most 2^31-1, found {value}")
            change, self._initial_window = value - self._initial_window, value
            for stream in self._streams.values():
                stream.send_window += change
                if stream.send_window > codes.LARGEST_WINDOW:
                    raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, f"the window of stream {stream.id} has grown beyond 2^31-1")
        elif name == Setting.MAX_FRAME_SIZE:
            if not LEAST_FRAME_BYTES <= value <= _MOST_FRAME_BYTES:
                raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"expected frames of 2^14 to 2^24-1 bytes, found {value}")
            # Larger frames would let one stream hold up the others for longer.
            self.outgoing.frame_bytes = LEAST_FRAME_BYTES
        elif name == Setting.ENABLE_PUSH and value > 1:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"expected ENABLE_PUSH to be 0 or 1, found {value}")

    def _push_promise(self, _flags: int, stream_id: int, _payload: bytes) -> None:
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"PUSH_PROMISE of a client, on stream {stream_id}")

    def _ping(self, flags: int, stream_id: int, payload: bytes) -> None:
        if stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"PING of stream {stream_id}")
        expect_length("PING", payload, 8)
        self._control.spend()
        if flags & codes.ACK:
            self._events.append(PongArrived(payload))
        else:
            self.outgoing.add(frame(codes.PING, codes.ACK, 0, payload))

    def _goaway(self, _flags: int, stream_id: int, payload: bytes) -> None:
        """The client will open no more streams; those that are open go on."""
        self._control.spend()
        if stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"GOAWAY of stream {stream_id}")
        if len(payload) < 8:
            raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, f"expected GOAWAY of at least 8 bytes, found {len(payload)}")

    def _window_update(self, _flags: int, stream_id: int, payload: bytes) -> None:
        expect_length("WINDOW_UPDATE", payload, 4)
        self._control.spend()
        count = int.from_bytes(payload) & MASK
        if not stream_id:
            if not count:
                raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "a window that grows by nothing")
            self.outgoing.widen(count)
            self._pump()
            return
        self._expect_opened("WINDOW_UPDATE", stream_id)
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        if not count:
            raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, "a window that grows by nothing")
        stream.send_window += count
        if stream.send_window > codes.LARGEST_WINDOW:
            raise StreamFault(stream_id, ErrorCode.FLOW_CONTROL_ERROR, "the stream's window has grown beyond 2^31-1")
        if stream.held:
            self._pump()

    # -- streams --------------------------------------------------------------------------------------------------

    def _frame_of_no_stream(self, what: str, stream_id: int) -> None:
        """A frame of a stream that is not open: under way when we reset it, or a fault (RFC 9113, clause 5.1)."""
        if not stream_id or stream_id > self._last_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"{what} of stream {stream_id}, which was never opened")
        if stream_id > self._refused_after:
            return
        by_us = self._closed.get(stream_id)
        if by_us is None:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"{what} of stream {stream_id}, which lies behind stream {self._last_id}")
        if not by_us:
            raise ConnectionFault(ErrorCode.STREAM_CLOSED, f"{what} of stream {stream_id}, which has ended")

    def _expect_opened(self, what: str, stream_id: int) -> None:
        if not stream_id or stream_id > self._last_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"{what} of stream {stream_id}, which was never opened")

    def _count_body(self, stream: Stream, count: int, ended: bool) -> None:
        if stream.body_left is None:
            return
        stream.body_left -= count
        if stream.body_left < 0 or (ended and stream.body_left):
            raise StreamFault(stream.id, ErrorCode.PROTOCOL_ERROR, "a body that is not as long as its content-length says")

    def _give_back(self, count: int) -> None:
        """The connection's window is for what is under way; what is kept of each stream is bounded by its own."""
        self._returned += count
        if 2 * self._returned >= self._limits.connection_window:
            self.outgoing.add(window_update(0, self._returned))
            self._receive_window += self._returned
            self._returned = 0

    def _pump(self) -> None:
        for stream in self.outgoing.pump():
            if stream.last is not None:
                self.outgoing.headers(stream.id, stream.last)
                self._end(stream)
            else:
                self._events.append(StreamDrained(stream.id))

    def _end(self, stream: Stream) -> None:
        """Our answer is out. A client that still sends its request is told that nobody reads it (RFC 9113, clause 8.1)."""
        if not stream.ended_by_peer:
            self.outgoing.reset(stream.id, ErrorCode.NO_ERROR)
        self._forget(stream, by_us=not stream.ended_by_peer)

    def _forget(self, stream: Stream, *, by_us: bool) -> None:
        del self._streams[stream.id]
        self.outgoing.forget(stream.id)
        self._remember_closed(stream.id, by_us=by_us)

    def _remember_closed(self, stream_id: int, *, by_us: bool) -> None:
        self._closed[stream_id] = by_us
        if len(self._closed) > self._limits.closed_streams:
            del self._closed[next(iter(self._closed))]
