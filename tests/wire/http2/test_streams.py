"""What may come on a stream, by its state: every cell of RFC 9113, clause 5.1, as a client meets it."""

from __future__ import annotations

import pytest

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.events import ConnectionEnded
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame
from counterflow.wire.http2.streams import VERDICTS, StreamState
from tests.wire.http2.talk import HEADERS, TRAILERS, Talk, data, window_update

STREAM = 11


def brought_to(state: StreamState) -> Talk:
    """A connection on which stream 11 is in this state."""
    talk = Talk(ConnectionLimits(ended_streams=2))
    if state is StreamState.IDLE:
        return talk
    if state is StreamState.REFUSED:
        talk.say(talk.head(1, ended=True))
        talk.connection.refuse_new("enough")
    talk.say(
        talk.head(STREAM, ended=state in {StreamState.HALF_CLOSED, StreamState.ENDED, StreamState.FORGOTTEN})
    )
    if state is StreamState.RESET:
        talk.connection.reset(STREAM, ErrorCode.CANCEL)
    if state in {StreamState.ENDED, StreamState.FORGOTTEN}:
        talk.connection.respond(STREAM, HEADERS, b"", TRAILERS)
    if state is StreamState.FORGOTTEN:
        for later in (13, 15):
            talk.say(talk.head(later, ended=True))
            talk.connection.respond(later, HEADERS, b"", TRAILERS)
    talk.heard()
    return talk


def outcome(talk: Talk, kind: str) -> str:
    """What comes of one frame of this type."""
    sent = {
        "HEADERS": lambda: talk.head(
            STREAM, [("a", "b")] if talk.connection.open_streams else None, ended=True
        ),
        "DATA": lambda: data(STREAM, b"x"),
        "WINDOW_UPDATE": lambda: window_update(STREAM, 1),
        "RST_STREAM": lambda: frame(codes.RST_STREAM, 0, STREAM, bytes(4)),
    }[kind]()
    events = talk.say(sent)
    if events and isinstance(events[-1], ConnectionEnded):
        return f"connection {events[-1].code.name}"
    resets = [
        ErrorCode(int.from_bytes(found.payload)).name
        for found in talk.heard()
        if found.kind == codes.RST_STREAM
    ]
    return f"stream {resets[0]}" if resets else "taken" if events else "nothing"


@pytest.mark.parametrize(
    "state, of_headers, of_data, of_window_update, of_reset",
    [
        # WINDOW_UPDATE tells nobody anything as long as nothing is held back.
        (
            "IDLE",
            "taken",
            "connection PROTOCOL_ERROR",
            "connection PROTOCOL_ERROR",
            "connection PROTOCOL_ERROR",
        ),
        ("OPEN", "taken", "taken", "nothing", "taken"),
        ("HALF_CLOSED", "stream STREAM_CLOSED", "stream STREAM_CLOSED", "nothing", "taken"),
        ("ENDED", "connection STREAM_CLOSED", "connection STREAM_CLOSED", "nothing", "nothing"),
        ("RESET", "nothing", "nothing", "nothing", "nothing"),
        ("FORGOTTEN", "connection PROTOCOL_ERROR", "connection PROTOCOL_ERROR", "nothing", "nothing"),
        ("REFUSED", "nothing", "nothing", "nothing", "nothing"),
    ],
)
def test_what_comes_of_a_frame(
    state: str, of_headers: str, of_data: str, of_window_update: str, of_reset: str
) -> None:
    expected = {
        "HEADERS": of_headers,
        "DATA": of_data,
        "WINDOW_UPDATE": of_window_update,
        "RST_STREAM": of_reset,
    }
    for kind, what in expected.items():
        talk = brought_to(StreamState[state])
        assert talk.connection._streams.state_of(STREAM) is StreamState[state]
        assert outcome(talk, kind) == what, kind


def test_every_state_has_its_row() -> None:
    assert set(VERDICTS) == set(StreamState)
