"""What has happened on a connection, in the words of requests."""

from __future__ import annotations

import msgspec

from counterflow.wire.http2.codes import ErrorCode

Headers = tuple[tuple[bytes, bytes], ...]
"""Names and values in the order they came. It is the same object for the same headers, as long as they are
remembered.
"""


class RequestBegun(msgspec.Struct, gc=False):
    """A stream was opened; `ended` when nothing follows its headers."""

    stream_id: int
    headers: Headers
    ended: bool


class DataArrived(msgspec.Struct, gc=False):
    """A part of a request's body, maybe an empty one; `ended` when it was the last. Give its length back with
    `consumed`.
    """

    stream_id: int
    data: bytes
    ended: bool


class StreamReset(msgspec.Struct, gc=False):
    """A stream has ended early: the client took it back, or a fault of the client's did."""

    stream_id: int
    code: int


class StreamDrained(msgspec.Struct, gc=False):
    """All that was held back for a stream has left."""

    stream_id: int


class PongArrived(msgspec.Struct, gc=False):
    """Our ping has come back."""

    payload: bytes


class ConnectionEnded(msgspec.Struct, gc=False):
    """The client broke the protocol: GOAWAY is among the bytes to send, and nothing more is read."""

    code: ErrorCode
    reason: str


Event = RequestBegun | DataArrived | StreamReset | StreamDrained | PongArrived | ConnectionEnded
