"""The headers that an answer begins and ends with: a status, and words for the person who called. (gRPC over
HTTP/2, "Responses".)
"""

from __future__ import annotations

import base64
from functools import lru_cache
from urllib.parse import quote

from counterflow.wire.contract import StatusCode
from counterflow.wire.http2.headers import EncodedHeaders

_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


_CONTENT_TYPE = (b"content-type", b"application/grpc")
HEADERS = EncodedHeaders(((b":status", b"200"), _CONTENT_TYPE))
"""What every answer with a message begins with."""
HEADERS_GZIP = EncodedHeaders(
    (
        (b":status", b"200"),
        _CONTENT_TYPE,
        (b"grpc-encoding", b"gzip"),
        (b"grpc-accept-encoding", b"identity,gzip"),
    )
)
"""As above, where messages may be compressed; each says for itself whether it is."""
OK = EncodedHeaders(((b"grpc-status", b"0"),), last=True)
"""What every answer ends with that went well."""
OK_ALONE = EncodedHeaders(((b":status", b"200"), _CONTENT_TYPE, (b"grpc-status", b"0")), last=True)
"""A stream that ends well without a message."""


@lru_cache(maxsize=256)
def trailers(status: StatusCode, details: str, proto: bytes = b"", *, alone: bool = False) -> EncodedHeaders:
    """What an answer ends with; `alone` when it has not begun, so that this is all ("Trailers-Only")."""
    headers = [(b"grpc-status", str(int(status)).encode())]
    if details:
        headers.append((b"grpc-message", quote(details, safe=_PRINTABLE, errors="replace").encode()))
    if proto:
        headers.append((b"grpc-status-details-bin", base64.b64encode(proto).rstrip(b"=")))
    if status is StatusCode.UNIMPLEMENTED:
        headers.append((b"grpc-accept-encoding", b"identity,gzip"))
    return EncodedHeaders(
        ((b":status", b"200"), _CONTENT_TYPE, *headers) if alone else tuple(headers), last=True
    )
