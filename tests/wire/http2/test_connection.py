"""Requests come in, answers go out, and whoever breaks the protocol is told with which code (RFC 9113)."""

from __future__ import annotations

import pytest

from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode, PeerSetting
from counterflow.wire.http2.events import DataArrived, PongArrived, RequestBegun, StreamReset
from counterflow.wire.http2.headers import EncodedHeaders
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame
from tests.wire.http2.talk import HEADERS, REQUEST, SETTINGS, TRAILERS, Talk, data, setting, window_update

DECODED = tuple((name.encode(), value.encode()) for name, value in REQUEST)


def test_the_server_greets_with_its_limits() -> None:
    talk = Talk(greeted=False)
    settings, window = talk.heard()
    told = {
        PeerSetting(int.from_bytes(settings.payload[at : at + 2])): int.from_bytes(
            settings.payload[at + 2 : at + 6]
        )
        for at in range(0, 24, 6)
    }
    limits = ConnectionLimits()
    assert told == {
        PeerSetting.MAX_CONCURRENT_STREAMS: limits.streams,
        PeerSetting.INITIAL_WINDOW_SIZE: limits.stream_window,
        PeerSetting.MAX_FRAME_SIZE: limits.frame_bytes,
        PeerSetting.MAX_HEADER_LIST_SIZE: limits.header_list_bytes,
    }
    assert (window.kind, int.from_bytes(window.payload)) == (
        codes.WINDOW_UPDATE,
        limits.connection_window - 65_535,
    )


def test_settings_are_acknowledged() -> None:
    talk = Talk(greeted=False)
    talk.heard()
    assert talk.say(codes.PREFACE, setting(PeerSetting.MAX_CONCURRENT_STREAMS, 3), setting(99, 3)) == []
    assert [(found.kind, found.flags) for found in talk.heard()] == 2 * [(codes.SETTINGS, codes.ACK)]


def test_a_request_and_its_answer() -> None:
    talk = Talk()
    assert talk.say(talk.head(), data(1, b"hello", ended=True)) == [
        RequestBegun(1, DECODED, ended=False),
        DataArrived(1, b"hello", ended=True),
    ]
    for stream_id in (1, 3):
        if stream_id == 3:
            talk.say(talk.head(3, ended=True))
        talk.connection.respond(stream_id, HEADERS, b"well", TRAILERS)
        first, body, last = talk.heard()
        assert [found.stream_id for found in (first, body, last)] == 3 * [stream_id]
        assert first.payload == (b"\x20\x88" if stream_id == 1 else b"\x88"), (
            "the first block sets the table to nothing"
        )
        assert (body.payload, last.payload, last.flags) == (
            b"well",
            TRAILERS.block,
            codes.END_HEADERS | codes.END_STREAM,
        )
    assert talk.connection.open_streams == 0


def test_every_cut_of_the_bytes_means_the_same() -> None:
    whole = Talk()
    script = b"".join(
        (whole.head(), data(1, b"abc"), frame(codes.PING, 0, 0, b"12345678"), data(1, b"de", ended=True))
    )
    expected = whole.say(script)
    for cut in range(1, len(script)):
        talk = Talk()
        assert talk.say(script[:cut]) + talk.say(script[cut:]) == expected
    talk = Talk()
    assert [event for at in range(len(script)) for event in talk.say(script[at : at + 1])] == expected


def test_the_same_block_of_headers_gives_the_same_object() -> None:
    talk = Talk()
    talk.say(talk.head(1, ended=True))
    found = [talk.say(talk.head(stream_id, ended=True))[0] for stream_id in (3, 5)]
    assert all(isinstance(event, RequestBegun) for event in found)
    assert found[0].headers is found[1].headers  # type: ignore[union-attr]  # all of them are requests


def test_headers_in_continuations_with_padding_and_priority() -> None:
    talk = Talk()
    block = talk.encoder.encode(REQUEST)
    padded = b"\x03" + b"\0\0\0\x09\x10" + block[:4] + b"\0\0\0"
    first = frame(codes.HEADERS, codes.PADDED | codes.HAS_PRIORITY | codes.END_STREAM, 1, padded)
    middle = frame(codes.CONTINUATION, 0, 1, block[4:6])
    assert talk.say(first, middle) == []
    assert talk.say(frame(codes.CONTINUATION, codes.END_HEADERS, 1, block[6:])) == [
        RequestBegun(1, DECODED, ended=True)
    ]


def test_padding_of_data_is_taken_off_and_given_back() -> None:
    talk = Talk(ConnectionLimits(stream_window=64))
    talk.say(talk.head())
    events = talk.say(frame(codes.DATA, codes.PADDED, 1, b"\x1f" + b"ab" + b"\0" * 31))
    assert events == [DataArrived(1, b"ab", ended=False)]
    talk.connection.consumed(1, 2)
    assert [(found.kind, int.from_bytes(found.payload)) for found in talk.heard()] == [
        (codes.WINDOW_UPDATE, 34)
    ]


def test_trailers_end_a_request() -> None:
    talk = Talk()
    talk.say(talk.head())
    assert talk.say(talk.head(1, [("x-sum", "1")], ended=True)) == [DataArrived(1, b"", ended=True)]


def test_a_ping_is_answered_and_ours_comes_back() -> None:
    talk = Talk()
    for _ in range(1_000):
        assert talk.say(frame(codes.PING, 0, 0, b"are you?")) == []
        assert talk.heard() == [(codes.PING, codes.ACK, 0, b"are you?")]
    talk.connection.ping(b"and you?")
    assert talk.heard() == [(codes.PING, 0, 0, b"and you?")]
    assert talk.say(frame(codes.PING, codes.ACK, 0, b"and you?")) == [PongArrived(b"and you?")]


def test_a_reset_ends_a_stream_and_what_is_said_on_it_later_reaches_nobody() -> None:
    talk = Talk()
    talk.say(talk.head())
    assert talk.say(frame(codes.RST_STREAM, 0, 1, (8).to_bytes(4))) == [StreamReset(1, 8)]
    talk.connection.respond(1, HEADERS, b"late", TRAILERS)
    assert not talk.connection.send_data(1, b"late")
    assert talk.heard() == []


def test_an_answer_before_the_end_of_the_request_asks_for_no_more_of_it() -> None:
    talk = Talk()
    talk.say(talk.head())
    talk.connection.send_headers(1, TRAILERS)
    assert [found.kind for found in talk.heard()] == [codes.HEADERS, codes.RST_STREAM]
    assert talk.say(data(1, b"under way"), data(1, ended=True), talk.head(1, [("a", "b")], ended=True)) == []


def test_a_stream_that_we_reset_is_done_with() -> None:
    talk = Talk()
    talk.say(talk.head())
    talk.connection.reset(1, ErrorCode.CANCEL)
    assert talk.heard() == [(codes.RST_STREAM, 0, 1, (8).to_bytes(4))]
    assert talk.say(data(1, b"under way")) == []


def test_goodbye_in_two_steps() -> None:
    talk = Talk()
    talk.say(talk.head())
    talk.connection.announce_end("enough")
    assert len(talk.say(talk.head(3))) == 1
    talk.connection.refuse_new("enough")
    assert [int.from_bytes(found.payload[:4]) for found in talk.heard()] == [codes.LARGEST_STREAM, 3]
    assert talk.say(talk.head(5, ended=True), talk.head(7), data(7, b"x")) == []
    talk.connection.respond(1, HEADERS, b"", TRAILERS)
    assert [found.kind for found in talk.heard()] == [
        codes.HEADERS,
        codes.DATA,
        codes.HEADERS,
        codes.RST_STREAM,
    ]


def test_headers_too_long_for_a_frame_are_continued() -> None:
    talk = Talk()
    talk.say(talk.head(ended=True))
    long = EncodedHeaders(((b"x", b"y" * 40_000),), last=True)
    talk.connection.send_headers(1, long)
    frames = talk.heard()
    assert [(found.kind, found.flags) for found in frames] == [
        (codes.HEADERS, codes.END_STREAM),
        (codes.CONTINUATION, 0),
        (codes.CONTINUATION, codes.END_HEADERS),
    ]
    assert b"".join(found.payload for found in frames) == b"\x20" + long.block


@pytest.mark.parametrize(
    "frames, code",
    [
        ((frame(codes.PING, 0, 0, b"1234567"),), ErrorCode.FRAME_SIZE_ERROR),
        ((frame(codes.PING, 0, 1, b"12345678"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.SETTINGS, 0, 1),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.SETTINGS, 0, 0, b"12345"),), ErrorCode.FRAME_SIZE_ERROR),
        ((frame(codes.SETTINGS, 0, 0, b"123456" * 65),), ErrorCode.FRAME_SIZE_ERROR),
        ((frame(codes.SETTINGS, codes.ACK, 0, b"123456"),), ErrorCode.FRAME_SIZE_ERROR),
        ((setting(PeerSetting.ENABLE_PUSH, 2),), ErrorCode.PROTOCOL_ERROR),
        ((setting(PeerSetting.INITIAL_WINDOW_SIZE, 2**31),), ErrorCode.FLOW_CONTROL_ERROR),
        ((setting(PeerSetting.MAX_FRAME_SIZE, 16_383),), ErrorCode.PROTOCOL_ERROR),
        ((setting(PeerSetting.MAX_FRAME_SIZE, 2**24),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.PUSH_PROMISE, 0, 1),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.CONTINUATION, 0, 1),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.GOAWAY, 0, 0, b"1234567"),), ErrorCode.FRAME_SIZE_ERROR),
        ((frame(codes.GOAWAY, 0, 1, b"12345678"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.PRIORITY, 0, 0, b"12345"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.RST_STREAM, 0, 0, b"1234"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.RST_STREAM, 0, 1, b"1234"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.RST_STREAM, 0, 1, b"123"),), ErrorCode.FRAME_SIZE_ERROR),
        ((window_update(1, 1),), ErrorCode.PROTOCOL_ERROR),
        ((window_update(0, 0),), ErrorCode.PROTOCOL_ERROR),
        ((window_update(0, 2**31 - 1),), ErrorCode.FLOW_CONTROL_ERROR),
        ((frame(codes.WINDOW_UPDATE, 0, 0, b"123"),), ErrorCode.FRAME_SIZE_ERROR),
        ((data(0, b"x"),), ErrorCode.PROTOCOL_ERROR),
        ((data(1, b"x"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.HEADERS, codes.END_HEADERS, 0, b"\x88"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.HEADERS, codes.END_HEADERS, 2, b"\x88"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.HEADERS, codes.END_HEADERS, 1, b"\xff\xff\xff"),), ErrorCode.COMPRESSION_ERROR),
        ((frame(codes.HEADERS, codes.END_HEADERS | codes.PADDED, 1, b"\x01"),), ErrorCode.PROTOCOL_ERROR),
        (
            (frame(codes.HEADERS, codes.END_HEADERS | codes.HAS_PRIORITY, 1, b"1234"),),
            ErrorCode.FRAME_SIZE_ERROR,
        ),
        (
            (frame(codes.HEADERS, codes.END_HEADERS | codes.HAS_PRIORITY, 1, b"\0\0\0\x01\0\x88"),),
            ErrorCode.PROTOCOL_ERROR,
        ),
        (
            (frame(codes.HEADERS, 0, 1, b"\x88"), frame(codes.PING, 0, 0, b"12345678")),
            ErrorCode.PROTOCOL_ERROR,
        ),
        ((frame(codes.HEADERS, 0, 1, b"\x88"), frame(codes.CONTINUATION, 0, 3)), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.DATA, 0, 1, b"x" * 16_385),), ErrorCode.FRAME_SIZE_ERROR),
    ],
)
def test_a_faulty_connection_is_ended(frames: tuple[bytes, ...], code: ErrorCode) -> None:
    assert Talk().fault(*frames) == code


@pytest.mark.parametrize("beginning", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", codes.PREFACE[:-1] + b"x"])
def test_another_protocol_is_refused_at_once(beginning: bytes) -> None:
    assert Talk(greeted=False).fault(beginning) == ErrorCode.PROTOCOL_ERROR


@pytest.mark.parametrize("first", [frame(codes.PING, 0, 0, b"12345678"), frame(codes.SETTINGS, codes.ACK, 0)])
def test_settings_come_first(first: bytes) -> None:
    assert Talk(greeted=False).fault(codes.PREFACE, first) == ErrorCode.PROTOCOL_ERROR


def test_frames_of_streams_that_have_ended() -> None:
    ended = Talk()
    ended.say(ended.head(ended=True))
    ended.connection.respond(1, HEADERS, b"", TRAILERS)
    assert ended.fault(data(1, b"x")) == ErrorCode.STREAM_CLOSED
    reopened = Talk()
    reopened.say(reopened.head(ended=True))
    reopened.connection.respond(1, HEADERS, b"", TRAILERS)
    assert reopened.fault(reopened.head(1)) == ErrorCode.STREAM_CLOSED
    behind = Talk()
    behind.say(behind.head(5))
    assert behind.fault(behind.head(3)) == ErrorCode.PROTOCOL_ERROR
    late = Talk()
    late.say(late.head(ended=True), frame(codes.RST_STREAM, 0, 1, b"\0\0\0\x08"))
    assert (
        late.say(
            window_update(1, 5),
            frame(codes.RST_STREAM, 0, 1, b"\0\0\0\x08"),
            frame(codes.PRIORITY, 0, 1, b"\0\0\0\0\0"),
        )
        == []
    )


@pytest.mark.parametrize(
    "frames, code",
    [
        ((data(1, b"x", ended=True), data(1, b"x")), ErrorCode.STREAM_CLOSED),
        ((window_update(1, 0),), ErrorCode.PROTOCOL_ERROR),
        ((window_update(1, 2**31 - 1),), ErrorCode.FLOW_CONTROL_ERROR),
        ((frame(codes.PRIORITY, 0, 1, b"1234"),), ErrorCode.FRAME_SIZE_ERROR),
        ((frame(codes.PRIORITY, 0, 1, b"\0\0\0\x01\0"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.HEADERS, codes.END_HEADERS, 1, b"\x88"),), ErrorCode.PROTOCOL_ERROR),
        ((frame(codes.HEADERS, codes.END_HEADERS | codes.END_STREAM, 1, b"\x88"),), ErrorCode.PROTOCOL_ERROR),
    ],
)
def test_a_faulty_stream_is_reset_and_the_others_go_on(frames: tuple[bytes, ...], code: ErrorCode) -> None:
    talk = Talk()
    talk.say(talk.head())
    assert talk.stream_fault(*frames) == (1, code)
    assert len(talk.say(talk.head(3, ended=True))) == 1


def test_a_change_of_the_window_beyond_all_bounds_ends_the_connection() -> None:
    talk = Talk()
    talk.say(talk.head(), window_update(1, 2**31 - 1 - 65_535))
    assert talk.fault(setting(PeerSetting.INITIAL_WINDOW_SIZE, 65_536)) == ErrorCode.FLOW_CONTROL_ERROR


@pytest.mark.parametrize(
    "length, body, ended",
    [("3", b"ab", True), ("3", b"abcd", False), ("x", b"", False), ("9" * 19, b"", False), ("1", b"", True)],
)
def test_a_body_is_as_long_as_it_says(length: str, body: bytes, ended: bool) -> None:
    talk = Talk()
    head = talk.head(1, [*REQUEST, ("content-length", length)], ended=ended and not body)
    assert talk.stream_fault(head, *([data(1, body, ended=ended)] if body else [])) == (
        1,
        ErrorCode.PROTOCOL_ERROR,
    )


def test_more_streams_than_allowed_are_refused() -> None:
    talk = Talk(ConnectionLimits(streams=2))
    talk.say(talk.head(1), talk.head(3))
    assert talk.stream_fault(talk.head(5)) == (5, ErrorCode.REFUSED_STREAM)
    assert talk.say(data(5, b"under way")) == []
    talk.connection.send_headers(1, TRAILERS)
    assert len(talk.say(talk.head(7))) == 1


def test_settings_before_the_preface_is_whole_change_nothing() -> None:
    talk = Talk(greeted=False)
    assert talk.say(codes.PREFACE[:10]) == []
    assert not talk.connection.has_begun
    assert talk.say(codes.PREFACE[10:], SETTINGS) == []
    assert talk.connection.has_begun
