"""What comes as DATA: within the windows that we let the client have, and as long as it has said. (RFC 9113,
clauses 5.2 and 8.1.1.)
"""

from __future__ import annotations

from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.errors import ConnectionFault, StreamFault
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import Outgoing
from counterflow.wire.http2.payloads import window_update
from counterflow.wire.http2.stream import Stream


class Incoming:
    """The receiving side of a connection. Raises `ConnectionFault` and `StreamFault`."""

    def __init__(self, limits: ConnectionLimits, outgoing: Outgoing) -> None:
        self._limits = limits
        self._outgoing = outgoing
        self._window = limits.connection_window
        self._returned = 0

    def arrived(self, count: int) -> None:
        """So many bytes on any stream. The connection's window is for what is under way; what is kept of each
        stream is bounded by its own.
        """
        self._window -= count
        if self._window < 0:
            raise ConnectionFault(
                ErrorCode.FLOW_CONTROL_ERROR, "more data than the connection's window has room for"
            )
        self._returned += count
        if 2 * self._returned >= self._limits.connection_window:
            self._outgoing.add(window_update(0, self._returned))
            self._window += self._returned
            self._returned = 0

    def consumed(self, stream: Stream, count: int) -> None:
        """So many bytes of a request are not kept any more: the client may send as many again."""
        stream.returned += count
        if 2 * stream.returned >= self._limits.stream_window:
            self._outgoing.add(window_update(stream.id, stream.returned))
            stream.receive_window += stream.returned
            stream.returned = 0


def count_body(stream: Stream, count: int, ended: bool) -> None:
    """So many bytes of a body, and whether they were the last. Raises `StreamFault`."""
    if stream.body_left is None:
        return
    stream.body_left -= count
    if stream.body_left < 0 or (ended and stream.body_left):
        raise StreamFault(
            stream.id, ErrorCode.PROTOCOL_ERROR, "a body that is not as long as its content-length says"
        )
