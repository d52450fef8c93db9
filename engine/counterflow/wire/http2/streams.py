"""The streams of a connection, and what may come on each, as a table (RFC 9113, clause 5.1).

                 HEADERS
      idle ─────────────────► open ──── END_STREAM ────► half-closed (remote)
                               │                                │
                               ├── RST_STREAM, ours or theirs ──┤  our answer has ended
                               ▼                                ▼
                            reset                             ended ───► forgotten, when many ended after

We never have a stream half-closed (local): where our answer ends before the request, the rest of that is
refused with RST_STREAM.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.errors import ConnectionFault, StreamFault
from counterflow.wire.http2.stream import Stream


class StreamState(Enum):
    """Where a stream is in its life. A client may send anything on one that is open."""

    IDLE = auto()
    """Not opened yet, or not the client's to open."""
    OPEN = auto()
    HALF_CLOSED = auto()
    """The request has ended, the answer has not."""
    ENDED = auto()
    """Both have, or the client took it back."""
    RESET = auto()
    """We have ended it early: frames of it may be under way to us."""
    FORGOTTEN = auto()
    """Ended, or passed over by one with a larger number, so long ago that nobody knows how."""
    REFUSED = auto()
    """Opened after we had said that none will be served."""


class Verdict(Enum):
    """What becomes of a frame."""

    TAKEN = auto()
    IGNORED = auto()
    ENDS_STREAM = auto()
    """A fault of the stream, STREAM_CLOSED."""
    ENDS_CONNECTION = auto()
    """A fault of the connection, PROTOCOL_ERROR."""
    ENDS_CONNECTION_CLOSED = auto()
    """A fault of the connection, STREAM_CLOSED."""


_TAKEN, _IGNORED, _STREAM, _WRONG, _CLOSED = Verdict
_FRAMES: Final = (codes.HEADERS, codes.DATA, codes.WINDOW_UPDATE, codes.RST_STREAM)
VERDICTS: Final[dict[StreamState, dict[int, Verdict]]] = {
    state: dict(zip(_FRAMES, verdicts, strict=True))
    for state, *verdicts in (
        # state                   HEADERS   DATA      WINDOW_UPDATE  RST_STREAM
        (StreamState.IDLE,        _TAKEN,   _WRONG,   _WRONG,        _WRONG),
        (StreamState.OPEN,        _TAKEN,   _TAKEN,   _TAKEN,        _TAKEN),
        (StreamState.HALF_CLOSED, _STREAM,  _STREAM,  _TAKEN,        _TAKEN),
        (StreamState.ENDED,       _CLOSED,  _CLOSED,  _IGNORED,      _IGNORED),
        (StreamState.RESET,       _IGNORED, _IGNORED, _IGNORED,      _IGNORED),
        (StreamState.FORGOTTEN,   _WRONG,   _WRONG,   _IGNORED,      _IGNORED),
        (StreamState.REFUSED,     _IGNORED, _IGNORED, _IGNORED,      _IGNORED),
    )
}  # fmt: skip
_NAMES: Final = {
    codes.HEADERS: "HEADERS",
    codes.DATA: "DATA",
    codes.WINDOW_UPDATE: "WINDOW_UPDATE",
    codes.RST_STREAM: "RST_STREAM",
}
_WHY: Final = {
    StreamState.IDLE: "which was never opened",
    StreamState.HALF_CLOSED: "whose request has ended",
    StreamState.ENDED: "which has ended",
    StreamState.FORGOTTEN: "which lies behind the newest one",
}


class StreamTable:
    """Those that are open, by number, and what is remembered of the others."""

    def __init__(self, ended: int, reset: int) -> None:
        """Remembers so many of each that are gone."""
        self.open: dict[int, Stream] = {}
        """Requests that have not been answered yet."""
        self.newest = 0
        """The largest number that a client has used."""
        self._ended: dict[int, None] = {}
        """Those that have ended well, the oldest first."""
        self._most_ended = ended
        self._reset: dict[int, None] = {}
        """Those that we have ended early, the oldest first."""
        self._most_reset = reset
        self._served_up_to = codes.LARGEST_STREAM

    def __iter__(self) -> Iterator[Stream]:
        return iter(self.open.values())

    def __len__(self) -> int:
        return len(self.open)

    def state_of(self, stream_id: int) -> StreamState:
        """Where a stream is in its life; of any number."""
        stream = self.open.get(stream_id)
        if stream is not None:
            return StreamState.HALF_CLOSED if stream.ended_by_peer else StreamState.OPEN
        if not stream_id or stream_id > self.newest:
            return StreamState.IDLE
        if stream_id > self._served_up_to:
            return StreamState.REFUSED
        if stream_id in self._reset:
            return StreamState.RESET
        return StreamState.ENDED if stream_id in self._ended else StreamState.FORGOTTEN

    def takes(self, kind: int, stream_id: int) -> bool:
        """Whether a frame of this type means something there; False where it is to be ignored. Raises the
        fault that it is.
        """
        state = self.state_of(stream_id)
        verdict = VERDICTS[state][kind]
        if verdict in {Verdict.TAKEN, Verdict.IGNORED}:
            return verdict is Verdict.TAKEN
        reason = f"{_NAMES[kind]} of stream {stream_id}, {_WHY[state]}"
        if verdict is Verdict.ENDS_STREAM:
            raise StreamFault(stream_id, ErrorCode.STREAM_CLOSED, reason)
        raise ConnectionFault(
            ErrorCode.PROTOCOL_ERROR if verdict is Verdict.ENDS_CONNECTION else ErrorCode.STREAM_CLOSED,
            reason,
        )

    def meet(self, stream_id: int) -> bool:
        """A client opens a stream. Answers whether it is served: not after `serve_no_more`."""
        self.newest = stream_id
        return stream_id <= self._served_up_to

    def serve_no_more(self) -> None:
        """Streams that have not been seen yet will not be served."""
        self._served_up_to = self.newest

    def close(self, stream_id: int, *, early: bool) -> None:
        """A stream is gone; `early` where we have ended it before its request had."""
        self.open.pop(stream_id, None)
        if early:
            _remember(stream_id, self._reset, self._most_reset)
        else:
            _remember(stream_id, self._ended, self._most_ended)


def _remember(stream_id: int, streams: dict[int, None], most: int) -> None:
    streams[stream_id] = None
    if len(streams) > most:
        del streams[next(iter(streams))]
