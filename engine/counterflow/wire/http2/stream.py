"""What is known of one open stream."""

from __future__ import annotations

from counterflow.wire.http2.headers import EncodedHeaders


class Stream:
    """One request and its answer. It is in the connection's table until both have ended."""

    __slots__ = (
        "body_left",
        "ended_by_peer",
        "held",
        "id",
        "is_stalled",
        "last",
        "receive_window",
        "returned",
        "send_window",
    )

    def __init__(
        self,
        stream_id: int,
        *,
        send_window: int,
        receive_window: int,
        body_left: int | None,
        ended_by_peer: bool,
    ) -> None:
        self.id = stream_id
        self.send_window = send_window
        """Bytes that the client lets us send; below zero after it has made its windows smaller."""
        self.receive_window = receive_window
        """Bytes that we let the client send."""
        self.returned = 0
        """Bytes that have been consumed and not yet given back to the client's window."""
        self.body_left = body_left
        """Bytes of the body that its content-length still promises, or None."""
        self.ended_by_peer = ended_by_peer
        self.held = bytearray()
        """Data that the windows do not let go yet."""
        self.is_stalled = False
        """Nothing of it has been taken since somebody looked."""
        self.last: EncodedHeaders | None = None
        """Trailers that end the stream once what is held has left."""
