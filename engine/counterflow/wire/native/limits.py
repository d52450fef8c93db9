"""What a gRPC server grants its clients beside what HTTP/2 does (`http2/limits.py`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterflow.wire.http2.limits import ConnectionLimits

MEBIBYTE = 1024 * 1024
UNCOMPRESSED = 1 << 62
"""More bytes than any message has."""


@dataclass(frozen=True, slots=True)
class WireLimits:
    """How much a client may use. Sizes are bytes."""

    message_bytes: int = 4 * MEBIBYTE
    """A message to us, decompressed."""
    unfinished_bytes: int = 64 * MEBIBYTE
    """Requests of one connection that have not wholly arrived, together."""
    unsent_bytes: int = MEBIBYTE
    """Answers that a connection does not take; beyond it nothing more is read from it."""
    unread_bytes: int = 64 * MEBIBYTE
    """Answers of one connection that its client does not read, together; beyond it large ones are not
    kept.
    """
    preface_seconds: float = 10.0
    """How long a client may take to show that it speaks HTTP/2."""
    quiet_seconds: float = 30.0
    """How long a client may say nothing before it is asked for a sign of life."""
    pong_seconds: float = 20.0
    """How long it may take to give one."""
    compressed_bytes: int = UNCOMPRESSED
    """Messages of an answer that are as large are compressed, for clients that take it."""
    age_seconds: float | None = None
    """How long a connection may last before its client is asked to open another; calls under way still end on
    it.
    """
    http2: ConnectionLimits = field(default_factory=ConnectionLimits)
