"""What comes, cut into frames: the preface, each frame's size, the order of the first ones. Headers may go on
in the next frame.

RFC 9113, clauses 3.4 (preface), 4.1 and 4.2 (frames), 4.3 and 6.10 (header blocks).
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.errors import ConnectionFault
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.patience import Patience
from counterflow.wire.http2.payloads import MASK, unpadded, without_priority

_FRAME_HEAD = struct.Struct(">HBBBL").unpack_from
_PADDED_OR_PRIORITY = codes.PADDED | codes.HAS_PRIORITY

TakeFrame = Callable[[int, int, int, bytes], None]
"""Gets type, flags, stream and payload of a frame."""


class HeaderBlock:
    """Headers that go on in CONTINUATION frames."""

    def __init__(self, stream_id: int, flags: int, start: bytes) -> None:
        self.stream_id = stream_id
        self.flags = flags
        self.parts = [start]
        self.size = len(start)


class FrameReader:
    """Cuts bytes into frames and hands each to `take`, in the order they came. Each meets whatever state the
    one before has left.

    Everything here raises `ConnectionFault` for what no client may send.
    """

    def __init__(self, limits: ConnectionLimits, take: TakeFrame, patience: Patience) -> None:
        self._limits = limits
        self._patience = patience
        self._take = take
        self._left = b""
        self._has_preface = False
        self._block: HeaderBlock | None = None
        self.has_more = False
        """There may be more whole frames in what is kept: `feed` it nothing, after the others' turn."""
        self.has_begun = False
        """The client has shown that it speaks HTTP/2."""

    def feed(self, data: bytes) -> None:
        """Hand on the frames that are whole with these bytes, as many as fit a turn, and keep the rest. There
        is so much work in a turn.
        """
        if self._left:
            data = self._left + data
        position = 0
        if not self._has_preface:
            position = self._preface_of(data)
            if not position:
                self._left = data
                return
        size, most, take, patience = len(data), self._limits.frame_bytes, self._take, self._patience
        patience.turn = self._limits.work_in_turn
        self.has_more = False
        while size - position >= codes.FRAME_HEAD_BYTES:
            high, low, kind, flags, stream_id = _FRAME_HEAD(data, position)
            length = high << 8 | low
            if length > most:
                raise ConnectionFault(
                    ErrorCode.FRAME_SIZE_ERROR,
                    f"expected frames of at most {most} bytes, found one of {length}",
                )
            start = position + codes.FRAME_HEAD_BYTES
            if start + length > size:
                break
            position = start + length
            stream_id &= MASK
            if self._block is not None or not self.has_begun:
                self._check_order(kind, flags, stream_id)
            take(kind, flags, stream_id, data[start:position])
            if patience.turn <= 0:
                self.has_more = position < size
                break
        self._left = data[position:]

    def keep(self, data: bytes) -> None:
        """Bytes that are looked at when `feed` is called next."""
        self._left += data

    def clear(self) -> None:
        """Nothing is read any more."""
        self._left = b""
        self._block = None
        self.has_more = False

    @property
    def kept_bytes(self) -> int:
        """What is kept of frames that have not been handed on."""
        return len(self._left)

    def header_block(self, flags: int, stream_id: int, payload: bytes) -> bytes | None:
        """The block that a HEADERS frame begins, if it is whole; else `continued` answers it later."""
        if flags & _PADDED_OR_PRIORITY:
            if flags & codes.PADDED:
                payload = unpadded(payload)
            if flags & codes.HAS_PRIORITY:
                payload = without_priority(stream_id, payload)
        if flags & codes.END_HEADERS:
            return payload
        self._block = HeaderBlock(stream_id, flags, payload)
        return None

    def continued(self, flags: int, stream_id: int, payload: bytes) -> tuple[int, bytes] | None:
        """The flags of the HEADERS frame and its block, if CONTINUATION has made it whole."""
        block = self._block
        if block is None:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"CONTINUATION of nothing on stream {stream_id}")
        block.parts.append(payload)
        block.size += len(payload)
        if len(block.parts) > self._limits.continuations + 1 or block.size > self._limits.header_block_bytes:
            raise ConnectionFault(
                ErrorCode.ENHANCE_YOUR_CALM,
                f"expected headers of at most {self._limits.header_block_bytes} bytes in "
                f"{self._limits.continuations} continuations",
            )
        if not flags & codes.END_HEADERS:
            return None
        self._block = None
        return block.flags, b"".join(block.parts)

    def _preface_of(self, data: bytes) -> int:
        """Answers where the frames begin, or 0 as long as the preface is not whole."""
        if not data.startswith(codes.PREFACE):
            if codes.PREFACE.startswith(data):
                return 0
            raise ConnectionFault(
                ErrorCode.PROTOCOL_ERROR, "expected the preface of HTTP/2, found something else"
            )
        self._has_preface = True
        return len(codes.PREFACE)

    def _check_order(self, kind: int, flags: int, stream_id: int) -> None:
        """The first frame is SETTINGS, and nothing stands between the parts of a header block. (Clauses 3.4
        and 6.10.)
        """
        if not self.has_begun:
            if kind != codes.SETTINGS or flags & codes.ACK:
                raise ConnectionFault(
                    ErrorCode.PROTOCOL_ERROR, f"expected SETTINGS as the first frame, found type {kind}"
                )
            self.has_begun = True
        elif self._block is not None and (kind != codes.CONTINUATION or stream_id != self._block.stream_id):
            raise ConnectionFault(
                ErrorCode.PROTOCOL_ERROR,
                f"expected CONTINUATION of stream {self._block.stream_id}, found type {kind}",
            )
