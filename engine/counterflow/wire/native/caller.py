"""Who calls: what the headers of a request tell of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from counterflow.wire.http2.events import Headers

_OF_PROTOCOL = frozenset((b"te", b"content-type"))


def metadata(headers: Headers) -> tuple[tuple[str, str | bytes], ...]:
    """What of a request's headers the client's program chose, with `user-agent`. (gRPC over HTTP/2,
    "Custom-Metadata".)
    """
    return tuple(_entries(headers))


def _entries(headers: Headers) -> Iterator[tuple[str, str | bytes]]:
    for name, value in headers:
        if name[:1] == b":" or name[:5] == b"grpc-" or name in _OF_PROTOCOL:
            continue
        if not name.endswith(b"-bin"):
            yield name.decode("latin-1"), value.decode("latin-1")
            continue
        for part in value.split(b","):
            yield name.decode("latin-1"), _binary(part)


def _binary(value: bytes) -> bytes:
    """Base64 with or without its padding; what is none is given as it came."""
    try:
        return base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return value
