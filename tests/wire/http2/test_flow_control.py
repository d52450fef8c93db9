"""Windows, both ways: nobody is sent more than there is room for, and what is held back leaves in the end,
once and in order.
"""

from __future__ import annotations

from random import Random

import pytest

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode, PeerSetting
from counterflow.wire.http2.events import DataArrived, Event, StreamDrained
from counterflow.wire.http2.limits import ConnectionLimits
from tests.wire.http2.talk import HEADERS, TRAILERS, Frame, Talk, data, setting, window_update


def content(frames: list[Frame], stream_id: int = 1) -> bytes:
    return b"".join(
        found.payload for found in frames if (found.kind, found.stream_id) == (codes.DATA, stream_id)
    )


def opened(*stream_ids: int, window: int = 65_535) -> Talk:
    talk = Talk()
    talk.say(
        setting(PeerSetting.INITIAL_WINDOW_SIZE, window),
        *(talk.head(stream_id, ended=True) for stream_id in stream_ids),
    )
    for stream_id in stream_ids:
        talk.connection.send_headers(stream_id, HEADERS)
    talk.heard()
    return talk


def test_a_large_answer_waits_for_the_window_of_its_stream() -> None:
    talk = opened(1, window=10)
    assert not talk.connection.send_data(1, b"0123456789abcdefghij")
    assert not talk.connection.send_data(1, b"XYZ")
    talk.connection.send_last(1, TRAILERS)
    assert content(talk.heard()) == b"0123456789"
    assert talk.say(window_update(1, 5)) == []
    assert content(talk.heard()) == b"abcde"
    assert talk.say(window_update(1, 100)) == []
    frames = talk.heard()
    assert content(frames) == b"fghijXYZ"
    assert frames[-1].flags & codes.END_STREAM
    assert talk.connection.open_streams == 0


def test_whoever_sends_is_told_when_all_has_left() -> None:
    talk = opened(1, window=3)
    assert talk.connection.send_data(1, b"abc")
    assert not talk.connection.send_data(1, b"def")
    assert talk.say(window_update(1, 2)) == []
    assert talk.say(window_update(1, 1)) == [StreamDrained(1)]
    assert content(talk.heard()) == b"abcdef"


def test_a_whole_answer_that_does_not_fit_leaves_in_parts() -> None:
    talk = Talk()
    talk.say(setting(PeerSetting.INITIAL_WINDOW_SIZE, 4), talk.head(ended=True))
    talk.connection.respond(1, HEADERS, b"abcdefgh", TRAILERS)
    talk.say(window_update(1, 4))
    frames = talk.heard()
    assert content(frames) == b"abcdefgh"
    assert [found.kind for found in frames] == [
        codes.SETTINGS,
        codes.HEADERS,
        codes.DATA,
        codes.DATA,
        codes.HEADERS,
    ]


def test_the_connections_window_is_shared_in_turn() -> None:
    talk = opened(1, 3, window=1_000_000)
    large = bytes(100_000)
    assert not talk.connection.send_data(1, large)
    assert not talk.connection.send_data(3, large)
    assert len(content(talk.heard())) == 65_535
    talk.say(window_update(0, 3 * 16_384))
    frames = talk.heard()
    assert (len(content(frames, 1)), len(content(frames, 3))) in {(2 * 16_384, 16_384), (16_384, 2 * 16_384)}


def test_a_smaller_initial_window_counts_for_open_streams() -> None:
    talk = opened(1, window=10)
    assert talk.connection.send_data(1, b"01234567")
    talk.say(setting(PeerSetting.INITIAL_WINDOW_SIZE, 4))
    assert not talk.connection.send_data(1, b"abcd")
    talk.say(window_update(1, 4))
    assert content(talk.heard()) == b"01234567", "the window stands at 0 again, having been at -4"
    assert talk.say(setting(PeerSetting.INITIAL_WINDOW_SIZE, 8)) == [StreamDrained(1)]
    assert content(talk.heard()) == b"abcd"


def test_a_stream_that_is_reset_does_not_hold_up_the_others() -> None:
    talk = opened(1, 3, window=1_000_000)
    talk.connection.send_data(1, bytes(65_535))
    assert not talk.connection.send_data(1, b"one")
    assert not talk.connection.send_data(3, b"three")
    talk.connection.reset(1, ErrorCode.CANCEL)
    talk.heard()
    assert talk.say(window_update(0, 5)) == [StreamDrained(3)]
    assert content(talk.heard(), 3) == b"three"


def test_what_is_consumed_is_given_back_in_large_steps() -> None:
    talk = Talk(ConnectionLimits(stream_window=1_000, connection_window=70_000))
    talk.say(talk.head(), data(1, bytes(900)))
    talk.connection.consumed(1, 499)
    assert talk.heard() == []
    talk.connection.consumed(1, 1)
    assert talk.heard() == [(codes.WINDOW_UPDATE, 0, 1, (500).to_bytes(4))]
    assert len(talk.say(data(1, bytes(600)))) == 1


def test_the_connection_never_runs_dry() -> None:
    talk = Talk(ConnectionLimits(stream_window=100_000, connection_window=70_000))
    for stream_id in range(1, 200, 2):
        events = talk.say(talk.head(stream_id), data(stream_id, bytes(9_000), ended=True))
        assert len(events) == 2
    given = sum(int.from_bytes(found.payload) for found in talk.heard() if found.kind == codes.WINDOW_UPDATE)
    assert given > 100 * 9_000 - 70_000


def test_who_sends_more_than_allowed_is_stopped() -> None:
    talk = Talk(ConnectionLimits(stream_window=100))
    assert talk.stream_fault(talk.head(), data(1, bytes(101))) == (1, ErrorCode.FLOW_CONTROL_ERROR)
    flooded = Talk(ConnectionLimits(stream_window=1 << 30, connection_window=65_535, frame_bytes=1 << 20))
    assert flooded.fault(flooded.head(), data(1, bytes(65_536))) == ErrorCode.FLOW_CONTROL_ERROR


@pytest.mark.parametrize("seed", range(20))
def test_by_chance_all_that_is_sent_arrives_in_order(seed: int) -> None:
    """Windows opened and closed at random, answers of random sizes: each stream gets exactly its bytes."""
    chance = Random(seed)
    ids = range(1, 12, 2)
    talk = opened(*ids, window=chance.choice([0, 1, 100, 65_535]))
    sent = dict.fromkeys(ids, b"")
    got = dict.fromkeys(ids, b"")
    drained: list[Event] = []
    for _ in range(300):
        talk.now += 1
        stream_id = chance.choice(ids)
        match chance.randrange(4):
            case 0:
                part = chance.randbytes(chance.choice([0, 1, 50, 20_000]))
                sent[stream_id] += part
                talk.connection.send_data(stream_id, part)
            case 1:
                drained += talk.say(window_update(stream_id, chance.randrange(1, 30_000)))
            case 2:
                drained += talk.say(window_update(0, chance.randrange(1, 30_000)))
            case _:
                drained += talk.say(setting(PeerSetting.INITIAL_WINDOW_SIZE, chance.randrange(70_000)))
        frames = talk.heard()
        for each in ids:
            got[each] += content(frames, each)
            assert sent[each].startswith(got[each])
    for stream_id in ids:
        talk.connection.send_last(stream_id, TRAILERS)
    talk.say(
        setting(PeerSetting.INITIAL_WINDOW_SIZE, 2**20),
        window_update(0, 2**30),
        *(window_update(each, 2**24) for each in ids),
    )
    frames = talk.heard()
    assert {each: got[each] + content(frames, each) for each in ids} == sent
    assert talk.connection.open_streams == 0
    assert all(isinstance(event, StreamDrained) for event in drained)


def test_data_of_one_call_in_many_frames() -> None:
    talk = Talk()
    events = talk.say(talk.head(), *(data(1, bytes([number])) for number in range(250)), data(1, ended=True))
    parts = [event.data for event in events if isinstance(event, DataArrived)]
    assert b"".join(parts) == bytes(range(250))
