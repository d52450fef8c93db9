"""One connection, seen from the server: bytes of the client become events, answers become bytes to send.

Nothing here waits, and nothing but `ConnectionEnded` comes of what a client does wrong: a faulty stream is
reset, a faulty connection gets GOAWAY. What a client may ask of memory and time is bounded by
`ConnectionLimits`.

    connection = Http2Connection(ConnectionLimits(), time.monotonic)
    for event in connection.receive(data): ...
    connection.respond(stream_id, headers, body, trailers)
    transport.write(connection.outgoing.take())
"""

from __future__ import annotations

from collections.abc import Callable

from counterflow.wire.http2 import codes
from counterflow.wire.http2.bucket import Bucket
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.control import Control
from counterflow.wire.http2.errors import ConnectionFault, StreamFault
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
from counterflow.wire.http2.frames import FrameReader
from counterflow.wire.http2.headers import EncodedHeaders, HeaderDecoder, fault_of_trailers
from counterflow.wire.http2.incoming import Incoming, count_body
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import Outgoing, frame
from counterflow.wire.http2.patience import (
    CALL,
    CRUMB,
    FRAME,
    SMALL_DATA_BYTES,
    STREAM,
    Patience,
    shared_work,
)
from counterflow.wire.http2.payloads import MASK, check_length, content_length, unpadded
from counterflow.wire.http2.stream import Stream
from counterflow.wire.http2.streams import StreamTable


class Http2Connection:
    """`clock` answers seconds of any origin; floods are told by it."""

    def __init__(self, limits: ConnectionLimits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self.outgoing = Outgoing()
        self.is_over = False
        """Nothing is read any more."""
        self._patience = Patience(limits, shared_work(limits, clock))
        self._reader = FrameReader(limits, self._frame, self._patience)
        self.share_work = self._patience.share
        self._decoder = HeaderDecoder(limits, self._patience)
        self._streams = StreamTable(limits.ended_streams, limits.reset_streams)
        self._open = self._streams.open
        self._incoming = Incoming(limits, self.outgoing)
        self._events: list[Event] = []
        self._resets = Bucket("streams that are reset", limits.resets, 4 * limits.resets, clock)
        self._control = Control(limits, self.outgoing, self._streams, self._patience, clock)
        self._handlers: tuple[Callable[[int, int, bytes], None], ...] = (
            self._data,
            self._headers,
            self._control.priority,
            self._rst_stream,
            self._settings,
            self._control.push_promise,
            self._ping,
            self._control.go_away,
            self._window_update,
            self._continuation,
        )
        self._control.greet()

    # -- what comes ------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes, with those left over, tell; not all at once, if that is much. As long as
        `has_more`, this is to be asked with nothing, when others have had their turn.
        """
        if self.is_over:
            return []
        events = self._events = []
        try:
            self._reader.feed(data)
        except ConnectionFault as fault:
            self.close(fault.code, fault.reason)
            events.append(ConnectionEnded(fault.code, fault.reason))
        return events

    @property
    def has_more(self) -> bool:
        """Whether more is to be had of what has come."""
        return self._reader.has_more

    def keep(self, data: bytes) -> None:
        """Bytes that come while there is more: for later."""
        self._reader.keep(data)

    @property
    def work_done(self) -> int:
        """Units of work (`patience.py`) that the last bytes have made."""
        return self._limits.work_in_turn - self._patience.turn

    @property
    def waiting_bytes(self) -> int:
        """What has come and has not been looked at."""
        return self._reader.kept_bytes

    @property
    def has_begun(self) -> bool:
        """The client has shown that it speaks HTTP/2."""
        return self._reader.has_begun

    @property
    def open_streams(self) -> int:
        """Requests that have not been answered yet."""
        return len(self._open)

    # -- what goes -------------------------------------------------------------------------------------------

    def respond(self, stream_id: int, first: EncodedHeaders, body: bytes, last: EncodedHeaders) -> None:
        """A whole answer. Nothing happens for a stream that is gone, here and below."""
        stream = self._open.get(stream_id)
        if stream is None:
            return
        self._patience.earn()
        if self.outgoing.whole(stream, first, body, last):
            self._end(stream)
            return
        self.outgoing.headers(stream_id, first)
        self.send_data(stream_id, body)
        self.send_last(stream_id, last)

    def send_headers(self, stream_id: int, headers: EncodedHeaders) -> None:
        """The beginning of an answer, or all of it where they are the last."""
        stream = self._open.get(stream_id)
        if stream is not None:
            self.outgoing.headers(stream_id, headers)
            if headers.is_last:
                self._end(stream)

    def send_data(self, stream_id: int, data: bytes) -> bool:
        """A part of an answer's body. Answers whether all of it has left; if not, `StreamDrained` tells when
        it has.
        """
        stream = self._open.get(stream_id)
        if stream is None:
            return False
        self._patience.earn()
        return self.outgoing.data(stream, data)

    def send_last(self, stream_id: int, trailers: EncodedHeaders) -> None:
        """The end of an answer, once what is held of it has left."""
        stream = self._open.get(stream_id)
        if stream is None:
            return
        if stream.held:
            stream.last = trailers
        else:
            self.outgoing.headers(stream_id, trailers)
            self._end(stream)

    def consumed(self, stream_id: int, count: int) -> None:
        """So many bytes of a request are not kept any more: the client may send as many again."""
        stream = self._open.get(stream_id)
        if stream is not None and not stream.ended_by_peer:
            self._incoming.consumed(stream, count)

    def stalled(self) -> list[int]:
        """Streams whose answer is held, and of which nothing has been taken since this was asked before."""
        streams = []
        for stream in self.outgoing.holding.values():
            if stream.is_stalled:
                streams.append(stream.id)
            stream.is_stalled = True
        return streams

    def reset(self, stream_id: int, code: ErrorCode) -> None:
        """End a stream early."""
        if stream_id in self._open:
            self.outgoing.reset(stream_id, code)
            self._forget(stream_id, early=True)

    def ping(self, payload: bytes) -> None:
        """Ask for a sign of life: eight bytes, which come back."""
        self.outgoing.add(frame(codes.PING, 0, 0, payload))

    def announce_end(self, reason: str) -> None:
        """Ask the client for no more streams; those under way are still served (RFC 9113, clause 6.8)."""
        self.outgoing.go_away(codes.LARGEST_STREAM, ErrorCode.NO_ERROR, reason)

    def refuse_new(self, reason: str) -> None:
        """Serve no stream that has not been seen yet."""
        self._streams.serve_no_more()
        self.outgoing.go_away(self._streams.newest, ErrorCode.NO_ERROR, reason)

    def close(self, code: ErrorCode, reason: str) -> None:
        """Say goodbye and read no more."""
        self.outgoing.go_away(self._streams.newest, code, reason)
        self.is_over = True
        self.forget_all()

    def forget_all(self) -> None:
        """Nobody is there any more: no stream is open, and nothing is read or kept."""
        self.is_over = True
        self._reader.clear()
        self._open.clear()
        self.outgoing.forget_all()

    # -- reading ---------------------------------------------------------------------------------------------

    def _frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        try:
            if kind < len(self._handlers):
                self._handlers[kind](flags, stream_id, payload)
            else:
                # a type that we do not know is to be ignored (RFC 9113, clause 4.1)
                self._patience.spend()
        except StreamFault as fault:
            self._patience.spend(STREAM)
            self._resets.spend()
            self.outgoing.reset(fault.stream_id, fault.code)
            if fault.stream_id in self._open:
                self._events.append(StreamReset(fault.stream_id, fault.code))
            self._forget(fault.stream_id, early=True)

    def _data(self, flags: int, stream_id: int, payload: bytes) -> None:
        length = len(payload)
        self._incoming.arrived(length)
        stream = self._open.get(stream_id)
        if stream is None or stream.ended_by_peer:
            self._streams.takes(codes.DATA, stream_id)
            self._patience.spend()
            return
        stream.receive_window -= length
        if stream.receive_window < 0:
            raise StreamFault(
                stream_id, ErrorCode.FLOW_CONTROL_ERROR, "more data than the stream's window has room for"
            )
        if flags & codes.PADDED:
            payload = unpadded(payload)
            stream.returned += length - len(payload)
        ended = bool(flags & codes.END_STREAM)
        if not ended and len(payload) < SMALL_DATA_BYTES:
            self._patience.spend(CRUMB)
        count_body(stream, len(payload), ended)
        stream.ended_by_peer = ended
        self._events.append(DataArrived(stream_id, payload, ended))

    def _headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        if not stream_id & 1:
            raise ConnectionFault(
                ErrorCode.PROTOCOL_ERROR, f"HEADERS on stream {stream_id}, which no client can open"
            )
        block = self._reader.header_block(flags, stream_id, payload)
        if block is not None:
            self._header_block(flags, stream_id, block)

    def _continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._patience.spend()
        whole = self._reader.continued(flags, stream_id, payload)
        if whole is not None:
            self._header_block(whole[0], stream_id, whole[1])

    def _header_block(self, flags: int, stream_id: int, block: bytes) -> None:
        headers = self._decoder.decode(block)
        ended = bool(flags & codes.END_STREAM)
        if stream_id > self._streams.newest:
            if self._streams.meet(stream_id):
                self._begin(stream_id, headers, ended)
            return
        self._patience.spend()
        if self._streams.takes(codes.HEADERS, stream_id):
            self._trailers(self._open[stream_id], headers, ended)

    def _begin(self, stream_id: int, headers: Headers, ended: bool) -> None:
        if len(self._open) >= self._limits.streams:
            raise StreamFault(
                stream_id,
                ErrorCode.REFUSED_STREAM,
                f"expected at most {self._limits.streams} streams at once",
            )
        if fault := self._decoder.fault_of_request(headers):
            raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, fault)
        stream = Stream(
            stream_id,
            send_window=self._control.initial_window,
            receive_window=self._limits.stream_window,
            body_left=content_length(stream_id, headers),
            ended_by_peer=ended,
        )
        if ended:
            count_body(stream, 0, ended=True)
        self._open[stream_id] = stream
        self._patience.turn -= CALL
        self._events.append(RequestBegun(stream_id, headers, ended))

    def _trailers(self, stream: Stream, headers: Headers, ended: bool) -> None:
        if not ended:
            raise StreamFault(
                stream.id, ErrorCode.PROTOCOL_ERROR, "a second block of headers that does not end the request"
            )
        if fault := fault_of_trailers(headers):
            raise StreamFault(stream.id, ErrorCode.PROTOCOL_ERROR, fault)
        count_body(stream, 0, ended=True)
        stream.ended_by_peer = True
        self._events.append(DataArrived(stream.id, b"", ended=True))

    def _rst_stream(self, _flags: int, stream_id: int, payload: bytes) -> None:
        check_length("RST_STREAM", payload, 4)
        is_open = self._streams.takes(codes.RST_STREAM, stream_id)
        self._patience.spend(STREAM if is_open else FRAME)
        if is_open:
            self._resets.spend()
            self._forget(stream_id, early=False)
            self._events.append(StreamReset(stream_id, int.from_bytes(payload)))

    def _settings(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._control.settings(flags, stream_id, payload)
        self._pump_all()

    def _ping(self, flags: int, stream_id: int, payload: bytes) -> None:
        if self._control.ping(flags, stream_id, payload):
            self._events.append(PongArrived(payload))

    def _window_update(self, _flags: int, stream_id: int, payload: bytes) -> None:
        check_length("WINDOW_UPDATE", payload, 4)
        self._patience.spend()
        count = int.from_bytes(payload) & MASK
        if stream_id:
            self._widen(stream_id, count)
            return
        if not count:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "a window that grows by nothing")
        self.outgoing.widen(count)
        self._pump_all()

    def _widen(self, stream_id: int, count: int) -> None:
        stream = self._open.get(stream_id)
        if stream is None:
            self._streams.takes(codes.WINDOW_UPDATE, stream_id)
            return
        if not count:
            raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, "a window that grows by nothing")
        stream.send_window += count
        if stream.send_window > codes.LARGEST_WINDOW:
            raise StreamFault(
                stream_id, ErrorCode.FLOW_CONTROL_ERROR, "the stream's window has grown beyond 2^31-1"
            )
        if stream.held:
            self._patience.spend(CRUMB)
            if self.outgoing.pump(stream):
                self._drained(stream)

    # -- streams ---------------------------------------------------------------------------------------------

    def _pump_all(self) -> None:
        for stream in self.outgoing.pump_all():
            self._drained(stream)

    def _drained(self, stream: Stream) -> None:
        """Nothing of its answer is held any more."""
        if stream.last is not None:
            self.outgoing.headers(stream.id, stream.last)
            self._end(stream)
        else:
            self._events.append(StreamDrained(stream.id))

    def _end(self, stream: Stream) -> None:
        """Our answer is out. A client that still sends its request is told that nobody reads it (RFC 9113,
        clause 8.1).
        """
        if not stream.ended_by_peer:
            self.outgoing.reset(stream.id, ErrorCode.NO_ERROR)
        self._forget(stream.id, early=not stream.ended_by_peer)

    def _forget(self, stream_id: int, *, early: bool) -> None:
        stream = self._open.get(stream_id)
        if stream is not None:
            self.outgoing.forget(stream)
        self._streams.close(stream_id, early=early)
