"""How a call ends: a code, and words for the person who called (gRPC's status codes; its protocol over HTTP/2, "Responses")."""

from __future__ import annotations

import base64
from enum import IntEnum
from functools import lru_cache
from urllib.parse import quote

from counterflow.http2.headers import EncodedHeaders

_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


class StatusCode(IntEnum):
    """Every status of gRPC."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class RpcError(Exception):
    """A call that ends with a status other than OK. `proto` is a serialized `google.rpc.Status` that says more, if there is one."""

    def __init__(self, status: StatusCode, details: str, proto: bytes = b"") -> None:
        super().__init__(details)
        self.status = status
        self.details = details
        self.proto = proto


_CONTENT_TYPE = (b"content-type", b"application/grpc")
HEADERS = EncodedHeaders(((b":status", b"200"), _CONTENT_TYPE))
"""What every answer with a message begins with."""
OK = EncodedHeaders(((b"grpc-status", b"0"),), last=True)
"""What every answer ends with that went well."""
OK_ALONE = EncodedHeaders(((b":status", b"200"), _CONTENT_TYPE, (b"grpc-status", b"0")), last=True)
"""A stream that ends well without a message."""


@lru_cache(maxsize=256)
def trailers(status: StatusCode, details: str, proto: bytes = b"", *, alone: bool = False) -> EncodedHeaders:
    """What an answer ends with; `alone` when it has not begun, so that this is all of it ("Trailers-Only")."""
    headers = [(b"grpc-status", str(int(status)).encode())]
    if details:
        headers.append((b"grpc-message", quote(details, safe=_PRINTABLE, errors="replace").encode()))
    if proto:
        headers.append((b"grpc-status-details-bin", base64.b64encode(proto).rstrip(b"=")))
    if status is StatusCode.UNIMPLEMENTED:
        headers.append((b"grpc-accept-encoding", b"identity,gzip"))
    return EncodedHeaders(((b":status", b"200"), _CONTENT_TYPE, *headers) if alone else tuple(headers), last=True)
