"""The two ways in which a client can be wrong: a stream ends, or the whole connection does. (RFC 9113,
clauses 5.4.2 and 5.4.1.)
"""

from __future__ import annotations

from counterflow.wire.http2.codes import ErrorCode


class ConnectionFault(Exception):
    """The connection cannot go on. `reason` is for the debug data of GOAWAY and for logs."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class StreamFault(Exception):
    """One stream cannot go on; the others can."""

    def __init__(self, stream_id: int, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.stream_id = stream_id
        self.code = code
        self.reason = reason
