"""Messages, heads of requests and statuses, without a server."""

from __future__ import annotations

import gzip

import pytest
from hpack import Decoder

from counterflow.caller import identities_of, peer_of
from counterflow.wire.contract import RpcError, StatusCode
from counterflow.wire.http2.headers import EncodedHeaders
from counterflow.wire.native.caller import metadata
from counterflow.wire.native.messages import MessageReader, framed, opened
from counterflow.wire.native.request import read_request, read_timeout
from counterflow.wire.native.trailers import trailers

HEAD = ((b":method", b"POST"), (b":path", b"/a/b"), (b"content-type", b"application/grpc+proto"))


@pytest.mark.parametrize(
    "value, seconds",
    [
        (b"1H", 3600),
        (b"2M", 120),
        (b"3S", 3),
        (b"4m", 0.004),
        (b"5u", 5e-6),
        (b"6n", 6e-9),
        (b"99999999S", 99_999_999),
        (b"0S", 0),
    ],
)
def test_timeouts(value: bytes, seconds: float) -> None:
    assert read_timeout(value) == pytest.approx(seconds)


@pytest.mark.parametrize("value", [b"", b"S", b"1", b"1s", b"-1S", b"1.5S", b"123456789S", b"1 S"])
def test_what_is_no_timeout(value: bytes) -> None:
    assert read_timeout(value) is None
    assert read_request((*HEAD, (b"grpc-timeout", value))).fault


def test_the_head_of_a_request() -> None:
    assert read_request(HEAD) == (b"/a/b", None, b"identity", True, "")
    assert read_request((*HEAD, (b"grpc-timeout", b"7S"), (b"grpc-encoding", b"gzip"))) == (
        b"/a/b",
        7,
        b"gzip",
        True,
        "",
    )


@pytest.mark.parametrize(
    "content_type, is_grpc",
    [
        (b"application/grpc", True),
        (b"application/grpc+proto", True),
        (b"application/grpc+json", True),
        (b"application/grpc;charset=utf-8", True),
        (b"Application/GRPC", True),
        (b"application/grpc-web", False),
        (b"application/grpc-web+proto", False),
        (b"application/grpcx", False),
        (b"text/html", False),
        (b"", False),
    ],
)
def test_what_is_grpc_and_what_only_looks_like_it(content_type: bytes, is_grpc: bool) -> None:
    assert read_request((*HEAD[:2], (b"content-type", content_type))).is_grpc is is_grpc


@pytest.mark.parametrize("step", [1, 2, 5, 6, 1_000])
def test_messages_in_pieces(step: int) -> None:
    reader = MessageReader(100)
    packed = gzip.compress(b"packed")
    stream = framed(b"one") + framed(b"") + b"\x01" + len(packed).to_bytes(4) + packed + framed(b"x" * 100)
    found = [
        opened(message, b"gzip", 100)
        for at in range(0, len(stream), step)
        for message in reader.feed(stream[at : at + step])
    ]
    assert found == [b"one", b"", b"packed", b"x" * 100]
    assert reader.unfinished_bytes == 0


@pytest.mark.parametrize(
    "encoding, data, status",
    [
        (b"identity", framed(b"x" * 101)[:5], StatusCode.RESOURCE_EXHAUSTED),
        (b"gzip", b"\x01\0\0\0\x03abc", StatusCode.INVALID_ARGUMENT),
        (b"gzip", b"\x01\0\0\0\x14" + gzip.compress(b"packed", mtime=0)[:20], StatusCode.INVALID_ARGUMENT),
        (b"identity", b"\x01\0\0\0\0", StatusCode.INTERNAL),
    ],
)
def test_messages_that_cannot_be_read(encoding: bytes, data: bytes, status: StatusCode) -> None:
    with pytest.raises(RpcError) as refusal:
        opened(MessageReader(100).feed(data)[0], encoding, 100)
    assert refusal.value.status is status


def test_words_that_no_text_may_have_are_told_all_the_same() -> None:
    assert decoded(trailers(StatusCode.INTERNAL, "found \ud83d"))["grpc-message"] == "found ?"


def decoded(headers: EncodedHeaders) -> dict[str, str]:
    return {str(name): str(value) for name, value in Decoder().decode(headers.block)}


def test_a_status_in_trailers() -> None:
    found = decoded(trailers(StatusCode.NOT_FOUND, "50 % ü\n", b"\x01\x02"))
    assert found == {"grpc-status": "5", "grpc-message": "50 %25 %C3%BC%0A", "grpc-status-details-bin": "AQI"}
    alone = decoded(trailers(StatusCode.OK, "", alone=True))
    assert alone == {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}


@pytest.mark.parametrize(
    "address, peer",
    [
        (("10.0.0.7", 5), "ipv4:10.0.0.7:5"),
        (("::1", 5, 0, 0), "ipv6:[::1]:5"),
        ("", "unix:"),
        (None, "unix:"),
    ],
)
def test_the_other_end_of_the_line(address: object, peer: str) -> None:
    assert peer_of(address) == peer


def test_the_names_of_a_certificate() -> None:
    subject = ((("organizationName", "Trips"),), (("commonName", "booking"),))
    assert identities_of(None) == ()
    assert identities_of({"subject": subject}) == ("booking",)
    assert identities_of(
        {"subject": subject, "subjectAltName": (("DNS", "a.example"), ("URI", "spiffe://b"))}
    ) == (
        "a.example",
        "spiffe://b",
    )


def test_the_metadata_of_a_request() -> None:
    headers = (
        *HEAD,
        (b"te", b"trailers"),
        (b"grpc-timeout", b"1S"),
        (b"x", b"1"),
        (b"y-bin", b"AP8,AQ=="),
        (b"z-bin", b"no base64"),
    )
    assert metadata(headers) == (
        ("x", "1"),
        ("y-bin", b"\0\xff"),
        ("y-bin", b"\x01"),
        ("z-bin", b"no base64"),
    )
