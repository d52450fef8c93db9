"""Frames of the connection itself: what the sides tell of themselves, and signs of life. (RFC 9113, clauses
6.3 and 6.5 to 6.8.)
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from counterflow.wire.http2 import codes
from counterflow.wire.http2.bucket import Bucket
from counterflow.wire.http2.codes import ErrorCode, PeerSetting
from counterflow.wire.http2.errors import ConnectionFault, StreamFault
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import INITIAL_WINDOW, LEAST_FRAME_BYTES, Outgoing, frame
from counterflow.wire.http2.patience import Patience, price_of_settings
from counterflow.wire.http2.payloads import MASK, check_length, window_update
from counterflow.wire.http2.streams import StreamTable

_SETTING = struct.Struct(">HL")
_MOST_FRAME_BYTES = 2**24 - 1


class Control:
    """What a client may do beside calling. Everything here raises `ConnectionFault` or `StreamFault` for what
    is wrong.
    """

    def __init__(
        self,
        limits: ConnectionLimits,
        outgoing: Outgoing,
        streams: StreamTable,
        patience: Patience,
        clock: Callable[[], float],
    ) -> None:
        self._limits = limits
        self._outgoing = outgoing
        self._streams = streams
        self.initial_window = INITIAL_WINDOW
        """What the client lets us send on a stream that is new."""
        self._patience = patience
        self._settings = Bucket("SETTINGS frames", limits.settings_frames, 4 * limits.settings_frames, clock)

    def greet(self) -> None:
        """Our own settings and window."""
        limits = self._limits
        settings = (
            (PeerSetting.MAX_CONCURRENT_STREAMS, limits.streams),
            (PeerSetting.INITIAL_WINDOW_SIZE, limits.stream_window),
            (PeerSetting.MAX_FRAME_SIZE, limits.frame_bytes),
            (PeerSetting.MAX_HEADER_LIST_SIZE, limits.header_list_bytes),
        )
        self._outgoing.add(
            frame(codes.SETTINGS, 0, 0, b"".join(_SETTING.pack(*setting) for setting in settings))
        )
        self._outgoing.add(window_update(0, limits.connection_window - INITIAL_WINDOW))

    def priority(self, _flags: int, stream_id: int, payload: bytes) -> None:
        """Checked and ignored: the standard has given priorities up (RFC 9113, clause 5.3)."""
        self._patience.spend()
        if not stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "PRIORITY of no stream")
        if len(payload) != 5:
            raise StreamFault(
                stream_id, ErrorCode.FRAME_SIZE_ERROR, f"expected PRIORITY of 5 bytes, found {len(payload)}"
            )
        if int.from_bytes(payload[:4]) & MASK == stream_id:
            raise StreamFault(stream_id, ErrorCode.PROTOCOL_ERROR, "a stream that depends on itself")

    def settings(self, flags: int, stream_id: int, payload: bytes) -> None:
        """Take over and acknowledge what the client tells of itself. What its windows hold back may leave
        then.
        """
        if stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"SETTINGS of stream {stream_id}")
        if flags & codes.ACK:
            self._patience.spend()
            check_length("acknowledgement of SETTINGS", payload, 0)
            return
        self._settings.spend()
        self._patience.spend(price_of_settings(len(self._streams)))
        if len(payload) % _SETTING.size or len(payload) > self._limits.settings_frame_bytes:
            raise ConnectionFault(
                ErrorCode.FRAME_SIZE_ERROR, f"expected SETTINGS of 6 bytes each, found {len(payload)} bytes"
            )
        for name, value in _SETTING.iter_unpack(payload):
            self._apply(name, value)
        self._outgoing.add(frame(codes.SETTINGS, codes.ACK, 0))

    def _apply(self, name: int, value: int) -> None:
        if name == PeerSetting.INITIAL_WINDOW_SIZE:
            if value > codes.LARGEST_WINDOW:
                raise ConnectionFault(
                    ErrorCode.FLOW_CONTROL_ERROR, f"expected a window of at most 2^31-1, found {value}"
                )
            change, self.initial_window = value - self.initial_window, value
            for stream in self._streams:
                stream.send_window += change
                self._outgoing.await_turn(stream)
                if stream.send_window > codes.LARGEST_WINDOW:
                    raise ConnectionFault(
                        ErrorCode.FLOW_CONTROL_ERROR,
                        f"the window of stream {stream.id} has grown beyond 2^31-1",
                    )
        elif name == PeerSetting.MAX_FRAME_SIZE:
            if not LEAST_FRAME_BYTES <= value <= _MOST_FRAME_BYTES:
                raise ConnectionFault(
                    ErrorCode.PROTOCOL_ERROR, f"expected frames of 2^14 to 2^24-1 bytes, found {value}"
                )
            # Larger frames would let one stream hold up the others for longer.
            self._outgoing.frame_bytes = LEAST_FRAME_BYTES
        elif name == PeerSetting.ENABLE_PUSH and value > 1:
            raise ConnectionFault(
                ErrorCode.PROTOCOL_ERROR, f"expected ENABLE_PUSH to be 0 or 1, found {value}"
            )

    def push_promise(self, _flags: int, stream_id: int, _payload: bytes) -> None:
        """No client may push."""
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"PUSH_PROMISE of a client, on stream {stream_id}")

    def ping(self, flags: int, stream_id: int, payload: bytes) -> bool:
        """Answered at once. Answers whether it is our own that has come back."""
        if stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"PING of stream {stream_id}")
        check_length("PING", payload, 8)
        self._patience.spend()
        if not flags & codes.ACK:
            self._outgoing.add(frame(codes.PING, codes.ACK, 0, payload))
        return bool(flags & codes.ACK)

    def go_away(self, _flags: int, stream_id: int, payload: bytes) -> None:
        """The client will open no more streams; those that are open go on."""
        self._patience.spend()
        if stream_id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"GOAWAY of stream {stream_id}")
        if len(payload) < 8:
            raise ConnectionFault(
                ErrorCode.FRAME_SIZE_ERROR, f"expected GOAWAY of at least 8 bytes, found {len(payload)}"
            )
