"""A client of a connection, frame by frame, with a clock that a test moves."""

from __future__ import annotations

from typing import NamedTuple

from hpack import Encoder

from counterflow.wire.http2 import codes
from counterflow.wire.http2.bucket import Bucket
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.http2.events import ConnectionEnded, Event
from counterflow.wire.http2.headers import EncodedHeaders
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame

REQUEST = [(":method", "POST"), (":scheme", "http"), (":path", "/house/call"), ("te", "trailers")]
HEADERS = EncodedHeaders(((b":status", b"200"),))
TRAILERS = EncodedHeaders(((b"grpc-status", b"0"),), last=True)
SETTINGS = frame(codes.SETTINGS, 0, 0)


class Frame(NamedTuple):
    kind: int
    flags: int
    stream_id: int
    payload: bytes


class Talk:
    """Bytes in, events and frames out."""

    def __init__(
        self, limits: ConnectionLimits | None = None, *, greeted: bool = True, shared: Bucket | None = None
    ) -> None:
        self.now = 0.0
        self.connection = Http2Connection(limits or ConnectionLimits(), lambda: self.now)
        if shared is not None:
            self.connection.share_work(shared)
        self.encoder = Encoder()
        self.taken = 0
        """Bytes that the connection has sent."""
        if greeted:
            assert self.say(codes.PREFACE, SETTINGS) == []
            self.heard()

    def say(self, *frames: bytes) -> list[Event]:
        events = self.connection.receive(b"".join(frames))
        while self.connection.has_more:
            events += self.connection.receive(b"")
        return events

    def heard(self) -> list[Frame]:
        """The frames that the connection has sent since the last time."""
        data = self.connection.outgoing.take()
        self.taken += len(data)
        found, position = [], 0
        while position < len(data):
            length = int.from_bytes(data[position : position + 3])
            start = position + codes.FRAME_HEAD_BYTES
            found.append(
                Frame(
                    data[position + 3],
                    data[position + 4],
                    int.from_bytes(data[position + 5 : start]),
                    data[start : start + length],
                )
            )
            position = start + length
        assert position == len(data)
        return found

    def head(
        self,
        stream_id: int = 1,
        headers: list[tuple[str, str]] | None = None,
        *,
        ended: bool = False,
        flags: int = codes.END_HEADERS,
        before: bytes = b"",
    ) -> bytes:
        block = before + self.encoder.encode(REQUEST if headers is None else headers)
        return frame(codes.HEADERS, flags | (codes.END_STREAM if ended else 0), stream_id, block)

    def fault(self, *frames: bytes) -> ErrorCode:
        """The code with which the connection is ended by these frames; the client is told the same."""
        *_, last = self.say(*frames)
        assert isinstance(last, ConnectionEnded)
        goodbye = self.heard()[-1]
        assert goodbye.kind == codes.GOAWAY
        assert int.from_bytes(goodbye.payload[4:8]) == last.code
        assert self.say(SETTINGS) == []
        return last.code

    def stream_fault(self, *frames: bytes) -> tuple[int, int]:
        """Stream and code of the reset that these frames are answered with."""
        self.say(*frames)
        (reset,) = (found for found in self.heard() if found.kind == codes.RST_STREAM)
        return reset.stream_id, int.from_bytes(reset.payload)


def data(stream_id: int, content: bytes = b"", *, ended: bool = False) -> bytes:
    return frame(codes.DATA, codes.END_STREAM if ended else 0, stream_id, content)


def window_update(stream_id: int, count: int) -> bytes:
    return frame(codes.WINDOW_UPDATE, 0, stream_id, count.to_bytes(4))


def setting(name: int, value: int) -> bytes:
    return frame(codes.SETTINGS, 0, 0, name.to_bytes(2) + value.to_bytes(4))
