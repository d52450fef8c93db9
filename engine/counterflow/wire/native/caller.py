"""Who calls: what the line, the headers of a request and the client's certificate tell of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from counterflow.wire.http2.events import Headers

_OF_PROTOCOL = frozenset((b"te", b"content-type"))


def peer_of(address: object) -> str:
    """The other end of a socket (`getpeername`), in gRPC's form; `unix:` for one in the file system."""
    if not isinstance(address, tuple) or len(address) < 2:
        return "unix:"
    host, port = address[:2]
    return f"ipv6:[{host}]:{port}" if ":" in host else f"ipv4:{host}:{port}"


def identities_of(certificate: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The names of a verified certificate (`getpeercert`): its alternative names, else its common name."""
    if not certificate:
        return ()
    alternatives = tuple(value for _, value in certificate.get("subjectAltName", ()))
    subject = (pair for part in certificate.get("subject", ()) for pair in part)
    return alternatives or tuple(value for name, value in subject if name == "commonName")


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
