"""What goes out: frames in the order they may leave, within the stream's and connection's window."""

from __future__ import annotations

from counterflow.wire.http2.codes import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    GOAWAY,
    LARGEST_WINDOW,
    RST_STREAM,
    ErrorCode,
)
from counterflow.wire.http2.errors import ConnectionFault
from counterflow.wire.http2.headers import NO_TABLE, EncodedHeaders
from counterflow.wire.http2.stream import Stream

LEAST_FRAME_BYTES = 16_384
INITIAL_WINDOW = 65_535


def frame(kind: int, flags: int, stream_id: int, payload: bytes = b"") -> bytes:
    """A whole frame (RFC 9113, clause 4.1)."""
    return b"".join((len(payload).to_bytes(3), bytes((kind, flags)), stream_id.to_bytes(4), payload))


class Outgoing:
    """The sending side of a connection. `take` what it has whenever there is a moment to send it."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._counted = 0
        """So many of them have been counted, by whoever asked for `kept_bytes`."""
        self._ready_bytes = 0
        self.taken_bytes = 0
        """What has been taken so far."""
        self._began = False
        self._in_turn: dict[int, Stream] = {}
        """Streams whose data the connection's window alone holds back, the longest waiting first. Who waits
        for a window of its own is asked for only when that is opened.
        """
        self.holding: dict[int, Stream] = {}
        """Streams of which the windows hold something back."""
        self.held_bytes = 0
        """How much that is, of all of them."""
        self.window = INITIAL_WINDOW
        self.frame_bytes = LEAST_FRAME_BYTES

    def take(self) -> bytes:
        """Everything that is ready to be sent, once."""
        data = b"".join(self._frames)
        self._frames.clear()
        self._counted = self._ready_bytes = 0
        self.taken_bytes += len(data)
        return data

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take."""
        return not self._frames

    @property
    def kept_bytes(self) -> int:
        """Bytes that have not been taken yet, with what the windows hold back. Each frame is counted once,
        however often this is asked.
        """
        fresh = self._frames[self._counted :]
        self._counted = len(self._frames)
        self._ready_bytes += sum(map(len, fresh))
        return self._ready_bytes + self.held_bytes

    def add(self, data: bytes) -> None:
        """A frame that no window holds back."""
        self._frames.append(data)

    def headers(self, stream_id: int, headers: EncodedHeaders) -> None:
        """Headers, in as many frames as they need."""
        if self._began and len(headers.block) <= self.frame_bytes:
            self._frames.append(b"".join((headers.head, stream_id.to_bytes(4), headers.block)))
            return
        block = headers.block if self._began else NO_TABLE + headers.block
        self._began = True
        rest, flags = block[self.frame_bytes :], headers.head[4]
        self._frames.append(
            frame(
                headers.head[3], flags & ~END_HEADERS if rest else flags, stream_id, block[: self.frame_bytes]
            )
        )
        while rest:
            part, rest = rest[: self.frame_bytes], rest[self.frame_bytes :]
            self._frames.append(frame(CONTINUATION, 0 if rest else END_HEADERS, stream_id, part))

    def whole(self, stream: Stream, first: EncodedHeaders, data: bytes, last: EncodedHeaders) -> bool:
        """An answer in one piece, if all of it may leave now. Answers whether it has."""
        size = len(data)
        if (
            not self._began
            or stream.held
            or size > stream.send_window
            or size > self.window
            or size > self.frame_bytes
        ):
            return False
        self.window -= size
        number = stream.id.to_bytes(4)
        self._frames.append(
            b"".join(
                (
                    first.head,
                    number,
                    first.block,
                    size.to_bytes(3),
                    b"\0\0",
                    number,
                    data,
                    last.head,
                    number,
                    last.block,
                )
            )
        )
        return True

    def data(self, stream: Stream, data: bytes) -> bool:
        """A part of an answer's body: leaves now, or is held. Answers whether all of it has left."""
        size = len(data)
        if (
            not stream.held
            and size <= stream.send_window
            and size <= self.window
            and size <= self.frame_bytes
        ):
            stream.send_window -= size
            self.window -= size
            self._frames.append(b"".join((size.to_bytes(3), b"\0\0", stream.id.to_bytes(4), data)))
            return True
        if not data:
            return not stream.held
        if not stream.held:
            stream.is_stalled = False
            self.holding[stream.id] = stream
        stream.held += data
        self.held_bytes += size
        return self.pump(stream)

    def forget(self, stream: Stream) -> None:
        """The stream is gone, and what was held for it."""
        if stream.held:
            del self.holding[stream.id]
            self._in_turn.pop(stream.id, None)
            self.held_bytes -= len(stream.held)

    def forget_all(self) -> None:
        """Nothing that is held will leave any more."""
        self.holding.clear()
        self._in_turn.clear()
        self.held_bytes = 0

    def reset(self, stream_id: int, code: int) -> None:
        """End a stream early."""
        self._frames.append(frame(RST_STREAM, 0, stream_id, code.to_bytes(4)))

    def go_away(self, last_stream_id: int, code: int, reason: str) -> None:
        """No streams after this one."""
        self._frames.append(
            frame(GOAWAY, 0, 0, last_stream_id.to_bytes(4) + code.to_bytes(4) + reason.encode()[:500])
        )

    def widen(self, count: int) -> None:
        """The client lets us send so many bytes more on the connection. Raises `ConnectionFault`."""
        self.window += count
        if self.window > LARGEST_WINDOW:
            raise ConnectionFault(
                ErrorCode.FLOW_CONTROL_ERROR, "the connection's window has grown beyond 2^31-1"
            )

    def await_turn(self, stream: Stream) -> None:
        """A stream whose window has changed: what is held of it waits for the connection's alone, or not."""
        if stream.held and stream.send_window > 0:
            self._in_turn[stream.id] = stream

    def pump(self, stream: Stream) -> bool:
        """Let go what the windows allow now of one stream. Answers whether nothing of it is held any more."""
        while stream.held and self._let_go(stream):
            pass
        self.await_turn(stream)
        return not stream.held

    def pump_all(self) -> list[Stream]:
        """Let go what the connection's window allows now, a frame of each stream in turn. Answers the streams
        of which nothing is held any more.
        """
        drained: list[Stream] = []
        while self.window > 0 and self._in_turn:
            stream = self._in_turn.pop(next(iter(self._in_turn)))
            self._let_go(stream)
            if stream.held:
                self.await_turn(stream)  # behind the others
            else:
                drained.append(stream)
        return drained

    def _let_go(self, stream: Stream) -> bool:
        """A frame of what is held. Answers whether any has left."""
        size = min(len(stream.held), stream.send_window, self.window, self.frame_bytes)
        if size <= 0:
            return False
        self._frames.append(frame(DATA, 0, stream.id, bytes(stream.held[:size])))
        del stream.held[:size]
        self.held_bytes -= size
        stream.is_stalled = False
        if not stream.held:
            del self.holding[stream.id]
        stream.send_window -= size
        self.window -= size
        return True
