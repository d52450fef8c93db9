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
    unsent_bytes: int = 262_144
    """Answers that a connection does not take; beyond it nothing more is read from it."""
    unread_bytes: int = 64 * MEBIBYTE
    """Bytes of answers of one connection that its client does not read, together. Beyond it large ones are
    not kept.
    """
    waiting_bytes: int = 65_536
    """What has come and waits for its turn, since it is much at once; beyond it nothing more is read."""
    preface_seconds: float = 10.0
    """How long a client may take to show that it speaks HTTP/2."""
    first_call_seconds: float = 60.0
    """How long it may take until it calls for the first time."""
    stalled_seconds: float = 60.0
    """How long an answer may wait, once it is kept, without a byte of it being taken."""
    quiet_seconds: float = 30.0
    """How long a client may say nothing before it is asked for a sign of life."""
    pong_seconds: float = 20.0
    """How long it may take to give one."""
    goodbye_seconds: float = 1.0
    """How long our last words may be on their way, once they have left."""
    compressed_bytes: int = UNCOMPRESSED
    """Messages of an answer that are as large are compressed, for clients that take it."""
    age_seconds: float | None = None
    """How long a connection may last before its client is asked to open another. Calls under way still end on
    it.
    """
    http2: ConnectionLimits = field(default_factory=ConnectionLimits)


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What all connections of a server may use together, and those of one address."""

    connections: int = 1_000
    """Open at one moment. Beyond it one that does nothing makes way."""
    connections_per_address: int = 500
    """Of one address that is not of this machine."""
    kept_for_operators: int = 16
    """Places beside those, for clients of this machine when all others are taken by calls."""
    operators_seconds: float = 30.0
    """How long such a place is had, before the next one may have it."""
    arrivals: int = 200
    """New connections of one address, a second; at once as many as it may have."""
    handshakes: int = 200
    """Connections that have not agreed on TLS yet; the eldest of the address with most makes way."""
    idle_seconds: float = 10.0
    """A connection without a call for so long may have to make way. One that has never called may after a
    tenth of it.
    """
    goodbyes: int = 500
    """Connections that are over, whose last words have not been taken yet."""
    addresses: int = 10_000
    """Addresses that are remembered for what they have used up."""
    client_bytes: int = 96 * MEBIBYTE
    """Memory for requests that are unfinished or wait, and for answers that are unread."""
    waiting_calls: int = 10_000
    """Calls that wait for things to happen."""
