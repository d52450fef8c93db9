"""What the headers of a request say: which method, how long it may take, how its messages are compressed."""

from __future__ import annotations

from typing import NamedTuple

from counterflow.wire.http2.events import Headers

_SECONDS_PER_UNIT = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}


class Request(NamedTuple):
    """The head of a call, and what is wrong with it. `is_grpc` False says that it is none at all: that is
    told in HTTP's words.
    """

    path: bytes
    timeout_seconds: float | None
    encoding: bytes
    is_grpc: bool = True
    fault: str = ""


def read_request(headers: Headers) -> Request:
    """Headers as a call (gRPC's protocol over HTTP/2, "Requests")."""
    fields = dict(headers)
    method, content_type = fields.get(b":method"), fields.get(b"content-type", b"")
    path = fields.get(b":path", b"")
    if method != b"POST" or not is_grpc(content_type):
        return Request(
            path,
            None,
            b"",
            False,
            "This port speaks gRPC: expected POST with content-type application/grpc.\n",
        )
    timeout = fields.get(b"grpc-timeout")
    seconds = None if timeout is None else read_timeout(timeout)
    if timeout is not None and seconds is None:
        fault = "Expected a grpc-timeout of at most eight digits and a unit (H, M, S, m, u, n)"
        return Request(path, None, b"", fault=fault)
    return Request(path, seconds, fields.get(b"grpc-encoding", b"identity"))


def accepts_gzip(headers: Headers) -> bool:
    """Whether the client takes answers that are compressed by gzip. (gRPC over HTTP/2,
    "Message-Accept-Encoding".)
    """
    return any(
        b"gzip" in (word.strip() for word in value.split(b","))
        for name, value in headers
        if name == b"grpc-accept-encoding"
    )


def is_grpc(content_type: bytes) -> bool:
    """Whether a content type is gRPC's, with whatever its messages are and with parameters.
    `application/grpc-web` is another protocol.
    """
    rest = content_type.lower().removeprefix(b"application/grpc")
    return rest != content_type.lower() and rest[:1] in {b"", b"+", b";"}


def read_timeout(value: bytes) -> float | None:
    """Seconds of a `grpc-timeout`, None for what is none."""
    digits, unit = value[:-1], value[-1:]
    if not digits.isdigit() or len(digits) > 8 or unit not in _SECONDS_PER_UNIT:
        return None
    return int(digits) * _SECONDS_PER_UNIT[unit]
