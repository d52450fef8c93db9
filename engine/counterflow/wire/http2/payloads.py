"""What is inside of single frames, where it is the same for several types."""

from __future__ import annotations

from typing import Final

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.errors import ConnectionFault, StreamFault
from counterflow.wire.http2.events import Headers
from counterflow.wire.http2.outgoing import frame

MASK: Final = 2**31 - 1
"""Numbers of streams and sizes of windows have 31 bits. The one before them is reserved (RFC 9113, clause
4.1).
"""


def window_update(stream_id: int, count: int) -> bytes:
    """A whole WINDOW_UPDATE; of the connection for stream 0."""
    return frame(codes.WINDOW_UPDATE, 0, stream_id, count.to_bytes(4))


def unpadded(payload: bytes) -> bytes:
    """The payload without its padding (RFC 9113, clause 6.1). Raises `ConnectionFault`."""
    if not payload or payload[0] >= len(payload):
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "more padding than there is payload")
    return payload[1 : len(payload) - payload[0]]


def without_priority(stream_id: int, payload: bytes) -> bytes:
    """The payload of HEADERS behind its five bytes of priority, which are ignored (RFC 9113, clause 5.3).
    Raises `ConnectionFault`.
    """
    if len(payload) < 5:
        raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for their priority")
    if int.from_bytes(payload[:4]) & MASK == stream_id:
        # Not a fault of this stream alone: its headers would have to be decoded first, and no client does
        # this.
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"stream {stream_id} depends on itself")
    return payload[5:]


def check_length(what: str, payload: bytes, length: int) -> None:
    """Raises `ConnectionFault` for a payload of another length."""
    if len(payload) != length:
        raise ConnectionFault(
            ErrorCode.FRAME_SIZE_ERROR, f"expected {what} of {length} bytes, found {len(payload)}"
        )


def content_length(stream_id: int, headers: Headers) -> int | None:
    """How many bytes the body is to have, if the headers say so. Raises `StreamFault` for what is no
    number.
    """
    for name, value in headers:
        if name == b"content-length":
            if not value.isdigit() or len(value) > 18:
                raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, "a content-length that is no number")
            return int(value)
    return None
