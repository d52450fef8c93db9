"""What a client may do often, and how it is told that it was too often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame
from tests.wire.http2.talk import REQUEST, SETTINGS, Talk, data, window_update

FEW = ConnectionLimits(resets=10, control_frames=100, settings_frames=5)
PING = frame(codes.PING, 0, 0, b"12345678")


def reset(stream_id: int) -> bytes:
    return frame(codes.RST_STREAM, 0, stream_id, (8).to_bytes(4))


@pytest.mark.parametrize(
    "name, flood",
    [
        (
            "rapid reset",
            lambda talk: [
                part for number in range(1, 200, 2) for part in (talk.head(number, ended=True), reset(number))
            ],
        ),
        ("faulty streams", lambda talk: [talk.head(number, REQUEST[1:]) for number in range(1, 200, 2)]),
        ("SETTINGS", lambda talk: [SETTINGS] * 30),
        ("acknowledged SETTINGS", lambda talk: [frame(codes.SETTINGS, codes.ACK, 0)] * 200),
        ("PING", lambda talk: [PING] * 200),
        ("PRIORITY", lambda talk: [frame(codes.PRIORITY, 0, 7, b"\0\0\0\0\0")] * 200),
        ("WINDOW_UPDATE", lambda talk: [window_update(0, 1)] * 200),
        ("unknown", lambda talk: [frame(77, 0, 0)] * 200),
        ("GOAWAY", lambda talk: [frame(codes.GOAWAY, 0, 0, bytes(8))] * 200),
        ("empty DATA", lambda talk: [talk.head(), *[data(1)] * 200]),
    ],
)
def test_a_flood_is_told_to_calm_down(name: str, flood: Callable[[Talk], list[bytes]]) -> None:
    talk = Talk(FEW)
    assert talk.fault(*flood(talk)) == ErrorCode.ENHANCE_YOUR_CALM, name


def test_the_same_at_leisure_is_well() -> None:
    talk = Talk(FEW)
    for number in range(1, 2_000, 2):
        talk.now += 0.2
        assert len(talk.say(talk.head(number, ended=True), reset(number), PING)) == 2
        talk.heard()


def test_all_calls_of_a_client_that_leaves_may_be_taken_back_at_once() -> None:
    talk = Talk()
    ids = range(1, 2 * ConnectionLimits().streams, 2)
    talk.say(*(talk.head(number) for number in ids))
    assert len(talk.say(*map(reset, ids))) == ConnectionLimits().streams


def test_a_client_that_measures_the_line_is_not_taken_for_a_flood() -> None:
    """Go's client asks for a ping back in each round trip while data flows: thousands a second locally."""
    talk = Talk()
    for _ in range(50_000):
        talk.now += 0.000_1
        assert talk.say(PING) == []
        talk.heard()


def test_headers_without_end() -> None:
    talk = Talk()
    part = frame(codes.CONTINUATION, 0, 1, b"\x88" * 1_000)
    assert talk.fault(frame(codes.HEADERS, 0, 1, b"\x88"), *[part] * 17) == ErrorCode.ENHANCE_YOUR_CALM
    empty = Talk()
    assert (
        empty.fault(frame(codes.HEADERS, 0, 1, b"\x88"), *[frame(codes.CONTINUATION, 0, 1)] * 40)
        == ErrorCode.ENHANCE_YOUR_CALM
    )


def test_streams_that_have_ended_are_forgotten_in_time() -> None:
    talk = Talk(ConnectionLimits(closed_streams=10))
    for number in range(1, 200, 2):
        talk.say(talk.head(number))
        talk.connection.reset(number, ErrorCode.CANCEL)
    assert len(talk.connection._streams._closed) == 10
