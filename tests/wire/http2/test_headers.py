"""Headers: what a request must have and must not, and what is remembered of blocks."""

from __future__ import annotations

import pytest
from hpack import Decoder, Encoder
from hpack.hpack import encode_integer

from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.errors import ConnectionFault
from counterflow.wire.http2.headers import EncodedHeaders, HeaderDecoder, fault_of_request, fault_of_trailers
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.patience import Patience, shared_work

GOOD = (
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":path", b"/a/b"),
    (b":authority", b"here"),
    (b"te", b"trailers"),
)


def test_a_good_request() -> None:
    assert not fault_of_request(GOOD)
    assert not fault_of_trailers(((b"x-sum", b"1"),))


@pytest.mark.parametrize(
    "headers, words",
    [
        (GOOD[1:], "':method' is missing"),
        ((GOOD[0], *GOOD[2:]), "':scheme' is missing"),
        ((*GOOD[:2], *GOOD[3:]), "':path' is missing"),
        ((*GOOD[:2], (b":path", b""), *GOOD[3:]), "path is empty"),
        ((GOOD[0], *GOOD), "there twice"),
        ((*GOOD, (b":authority", b"x")), "behind another header"),
        (((b":status", b"200"), *GOOD), "not one of a request"),
        ((*GOOD, (b"Upper", b"x")), "capital letters"),
        ((*GOOD, (b"", b"x")), "is empty"),
        ((*GOOD, (b"connection", b"close")), "HTTP/1.1"),
        ((*GOOD, (b"transfer-encoding", b"chunked")), "HTTP/1.1"),
        ((*GOOD[:4], (b"te", b"gzip")), "other than trailers"),
        ((*GOOD, (b"x", b"a\r\nb")), "line break"),
        ((*GOOD, (b"x", b"a\0b")), "null"),
    ],
)
def test_a_faulty_request(headers: tuple[tuple[bytes, bytes], ...], words: str) -> None:
    assert words in fault_of_request(headers)


@pytest.mark.parametrize("header", [(b":path", b"/"), (b"Upper", b"x"), (b"upgrade", b"x")])
def test_a_faulty_trailer(header: tuple[bytes, bytes]) -> None:
    assert fault_of_trailers((header,))


def test_ours_are_read_by_another_library_and_leave_its_table_alone() -> None:
    headers = ((b":status", b"200"), (b"content-type", b"application/grpc"), (b"x", b"y" * 300))
    decoder = Decoder()
    for _ in range(3):
        assert [tuple(found) for found in decoder.decode(EncodedHeaders(headers).block, raw=True)] == list(
            headers
        )
    assert not decoder.header_table.dynamic_entries


def test_a_block_is_remembered_only_as_long_as_it_means_the_same() -> None:
    """A block that refers to the newest entry of the table: `a` first, `b` once that has been added."""
    decoder = patient(ConnectionLimits())
    newest = b"\xbe"
    decoder.decode(b"\x40\x01a\x011")
    assert decoder.decode(newest) == ((b"a", b"1"),)
    assert decoder.decode(newest) is decoder.decode(newest)
    decoder.decode(b"\x40\x01b\x012")
    assert decoder.decode(newest) == ((b"b", b"2"),)
    assert decoder.decode(b"\xbf") == ((b"a", b"1"),)
    decoder.decode(b"\x20\x82")
    with pytest.raises(ConnectionFault):
        decoder.decode(newest)


@pytest.mark.parametrize("times", [1, 2, 150])
def test_with_and_without_memory_the_same_headers_come_out(times: int) -> None:
    encoder, ours, theirs = Encoder(), patient(ConnectionLimits(remembered_bytes=400)), Decoder()
    for turn in range(times):
        for number in (1, 1, turn, 2, turn):
            block = encoder.encode(
                [(":path", f"/{number}"), ("x", str(turn % 7)), ("grpc-timeout", f"{turn}m")]
            )
            assert list(ours.decode(block)) == [tuple(found) for found in theirs.decode(block, raw=True)]


def test_headers_that_grow_when_unpacked_are_refused() -> None:
    encoder = Encoder()
    encoder.encode([("x", "y" * 3_000)])
    bomb = b"\xbe" * 1_000
    decoder = patient(ConnectionLimits())
    decoder.decode(Encoder().encode([("x", "y" * 3_000)]))
    with pytest.raises(ConnectionFault) as refusal:
        decoder.decode(bomb)
    assert refusal.value.code == ErrorCode.ENHANCE_YOUR_CALM


def test_a_large_block_is_not_remembered() -> None:
    """A client that sends a new one with each call would fill the server's memory with them."""
    decoder = patient(ConnectionLimits(remembered_bytes=4_000))
    for size in (10, 5_000):
        decoder.decode(b"\x00\x01x" + bytes(encode_integer(size, 7)) + b"y" * size)
    assert len(decoder._remembered) == 1


def test_what_is_remembered_is_bounded_by_its_size_when_decoded() -> None:
    """A byte on the wire may stand for a header of four thousand."""
    decoder = patient(ConnectionLimits())
    decoder.decode(Encoder().encode([("x", "y" * 3_000)]))
    for number in range(100):
        decoder.decode(
            b"\xbe" * 9 + b"\x00\x01n" + bytes(encode_integer(number // 10, 7)) + b"z" * (number // 10)
        )
        assert decoder._remembered._bytes <= ConnectionLimits().remembered_bytes
    assert len(decoder._remembered) == 1


def test_headers_are_checked_once_as_long_as_they_are_remembered_and_faults_are_told_each_time() -> None:
    decoder = patient(ConnectionLimits(remembered_bytes=4_000))
    for _ in range(2):
        assert not decoder.fault_of_request(GOOD)
        assert "is missing" in decoder.fault_of_request(GOOD[:1])
    assert len(decoder._faultless) == 1
    for number in range(100):
        assert not decoder.fault_of_request((*GOOD, (b"x", str(number).encode())))
        assert decoder._faultless._bytes <= 4_000


def patient(limits: ConnectionLimits) -> HeaderDecoder:
    return HeaderDecoder(limits, Patience(limits, shared_work(limits, lambda: 0.0)))
