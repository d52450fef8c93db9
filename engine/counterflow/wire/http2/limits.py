"""Every limit of a connection, in one place: what a client may ask of the server's memory and time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How much one connection may use. Sizes are bytes, rates are per second.

    A rate comes with a burst: so many at once, and as many a second thereafter. The rates are far above what
    any client does that means well (Go's asks for a ping back in each round trip while it measures the line),
    so that only floods meet them.
    """

    streams: int = 1_000
    """Calls open at one moment; clients queue what is more (SETTINGS_MAX_CONCURRENT_STREAMS)."""
    stream_window: int = 1 << 20
    """Data of one stream that may be under way to us unread (SETTINGS_INITIAL_WINDOW_SIZE)."""
    connection_window: int = 16 << 20
    """Data of all streams together that may be under way to us."""
    frame_bytes: int = 16_384
    """Payload of a frame to us (SETTINGS_MAX_FRAME_SIZE; the least that the standard allows)."""
    header_block_bytes: int = 16_384
    """Headers of one request, compressed, with all their continuations."""
    header_list_bytes: int = 32_768
    """Bytes of the headers of one request, decompressed, 32 for each field included.
    (SETTINGS_MAX_HEADER_LIST_SIZE.)
    """
    continuations: int = 32
    """CONTINUATION frames of one header block."""
    settings_frame_bytes: int = 6 * 64
    """Payload of a SETTINGS frame: there are six settings, and room for those that we do not know."""
    ended_streams: int = 100
    """Streams that have ended well and are remembered, to tell a late frame from a wrong one."""
    reset_streams: int = 1_000
    """As above, those that we have ended early: more of them may be under way to us, which is no fault."""
    remembered_bytes: int = 32_768
    """Memory for headers whose decoded form is remembered, and as much for what they were read as."""
    resets: int = 500
    """Streams that a client opens and resets, a second; at once four times as many. So many are all calls of
    a client that leaves.
    """
    settings_frames: int = 20
    """SETTINGS frames a second; at once four times as many."""
    work_rate: int = 20_000
    """Work that carries no call, in units of some 5 microseconds, a second (`patience.py`). It is of all
    connections of an address together, beside what each has earned.
    """
    work_at_once: int = 10_000
    """As above, at once: so long everybody else waits."""
    work_in_turn: int = 320
    """As above, with some fifteen calls that begin, before the others have their turn. So much is done of
    what a connection has sent.
    """
    work_at_first: int = 128
    """What a connection has before it has earned anything."""
    work_by_call: int = 32
    """What it earns with each message that is sent to it."""
    work_saved: int = 4_096
    """The most that it can have earned and not spent."""
