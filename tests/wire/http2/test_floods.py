"""What a client may do often, and how it is told that it was too often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.events import RequestBegun
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import Outgoing, frame
from counterflow.wire.http2.patience import CALL, shared_work
from counterflow.wire.http2.stream import Stream
from tests.wire.http2.talk import HEADERS, REQUEST, SETTINGS, TRAILERS, Talk, data, setting, window_update

FEW = ConnectionLimits(resets=10, work_rate=100, work_at_once=100, work_at_first=30, settings_frames=5)
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


def test_streams_that_ended_well_are_forgotten_sooner() -> None:
    talk = Talk(ConnectionLimits(ended_streams=3))
    for number in range(1, 200, 2):
        talk.say(talk.head(number, ended=True))
        talk.connection.respond(number, HEADERS, b"", TRAILERS)
    assert [*talk.connection._streams._ended] == [195, 197, 199]


def test_streams_that_have_ended_are_forgotten_in_time() -> None:
    talk = Talk(ConnectionLimits(reset_streams=10))
    for number in range(1, 200, 2):
        talk.say(talk.head(number))
        talk.connection.reset(number, ErrorCode.CANCEL)
    assert len(talk.connection._streams._reset) == 10


def fine(number: int) -> list[str]:
    """Headers that nobody has sent before, in Huffman's code."""
    return [f"{number:06}-{letter * 500}" for letter in "abcdef"]


@pytest.mark.parametrize(
    "name, flood",
    [
        ("DATA of a byte", lambda talk: [talk.head(), *[data(1, b"x")] * 200]),
        (
            "headers that are new each time",
            lambda talk: [
                talk.head(1 + 2 * number, [*REQUEST, *(("x", text) for text in fine(number))], ended=True)
                for number in range(5)
            ],
        ),
        ("windows of a thousand streams", lambda talk: [setting(4, 100), setting(4, 200)] * 5),
        (
            "DATA of a stream that was reset",
            lambda talk: [talk.head(), talk.head(1, [("a", "b")]), *[data(1)] * 200],
        ),
        (
            "CONTINUATION of nothing",
            lambda talk: [
                part
                for number in range(1, 20, 2)
                for part in (
                    talk.head(number, flags=0),
                    *[frame(codes.CONTINUATION, 0, number)] * 20,
                    frame(codes.CONTINUATION, codes.END_HEADERS, number),
                )
            ],
        ),
    ],
)
def test_what_makes_work_is_told_to_calm_down(name: str, flood: Callable[[Talk], list[bytes]]) -> None:
    talk = Talk(FEW)
    if "thousand" in name:
        talk.say(*(talk.head(number) for number in range(1, 2_001, 2)))
    assert talk.fault(*flood(talk)) == ErrorCode.ENHANCE_YOUR_CALM, name


def test_another_connection_of_the_same_address_brings_no_new_patience() -> None:
    first = Talk(FEW)
    shared = shared_work(FEW, lambda: first.now)
    for _ in range(3):
        talk = Talk(FEW, shared=shared)
        assert talk.fault(*[PING] * 200) == ErrorCode.ENHANCE_YOUR_CALM
    assert not shared.takes(FEW.work_at_once // 2), "the first one has spent it, and the others found nothing"


def test_who_calls_beside_a_flood_is_left_in_peace() -> None:
    shared = shared_work(FEW, lambda: 0.0)
    innocent = Talk(FEW, shared=shared)
    assert Talk(FEW, shared=shared).fault(*[PING] * 200) == ErrorCode.ENHANCE_YOUR_CALM
    for number in range(1, 2_001, 2):
        events = innocent.say(innocent.head(number, ended=True), PING, window_update(0, 10), PING)
        assert [type(event) for event in events] == [RequestBegun]
        innocent.connection.respond(number, HEADERS, b"", TRAILERS)


def test_a_window_that_opens_is_nothing_to_the_other_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work of a frame does not grow with the number of answers that wait."""
    looked_at: list[int] = []
    let_go = Outgoing._let_go

    def looking(outgoing: Outgoing, stream: Stream) -> bool:
        looked_at.append(stream.id)
        return let_go(outgoing, stream)

    monkeypatch.setattr(Outgoing, "_let_go", looking)
    talk = Talk()
    talk.say(setting(4, 0))
    for number in range(1, 1_001, 2):
        talk.say(talk.head(number, ended=True))
        talk.connection.respond(number, HEADERS, b"answer", TRAILERS)
    talk.heard()
    looked_at.clear()
    talk.say(window_update(7, 1), window_update(0, 1), window_update(9, 1))
    assert looked_at == [7, 7, 9, 9], "twice each: to let a byte go, and to find that no more may"
    assert [(found.stream_id, found.payload) for found in talk.heard()] == [(7, b"a"), (9, b"a")]
    looked_at.clear()
    talk.connection.outgoing.window = 0
    talk.say(window_update(11, 6), window_update(13, 6))
    assert talk.heard() == []
    talk.say(window_update(0, 7))
    assert [found.payload for found in talk.heard() if found.kind == codes.DATA] == [b"answer", b"a"]
    assert looked_at == [11, 13, 11, 13]


def test_much_at_once_is_carried_out_a_piece_at_a_time() -> None:
    """The others have their turn in between, and nothing is lost or changes its order."""
    talk = Talk()
    much = b"".join(talk.head(number, ended=True) for number in range(1, 401, 2))
    seen = [event.stream_id for event in talk.connection.receive(much) if isinstance(event, RequestBegun)]
    assert len(seen) == ConnectionLimits().work_in_turn // CALL
    talk.connection.keep(talk.head(401, ended=True))
    rest = talk.say()
    seen += [event.stream_id for event in rest if isinstance(event, RequestBegun)]
    assert seen == [*range(1, 402, 2)]
    assert not talk.connection.has_more
    assert talk.connection.waiting_bytes == 0


def test_an_answer_of_which_nothing_is_taken_is_told_of_when_asked_twice() -> None:
    talk = Talk()
    talk.say(setting(4, 2))
    for number in (1, 3, 5):
        talk.say(talk.head(number, ended=True))
        talk.connection.respond(number, HEADERS, b"answer", TRAILERS)
    assert talk.connection.stalled() == []
    talk.say(window_update(3, 1), window_update(5, 100))
    assert talk.connection.stalled() == [1]
    talk.connection.reset(1, ErrorCode.ENHANCE_YOUR_CALM)
    assert talk.connection.stalled() == [3]
    assert talk.connection.outgoing.held_bytes == 3
