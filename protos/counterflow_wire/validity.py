"""From when until when a certificate is valid, read from its file.

Whoever is hung up on for it is not told so by gRPC. Nothing else of it is read, and nobody checks it here: a
certificate is DER (X.690) of what RFC 5280, 4.1 says, and its validity is the fifth thing in it, where a
version stands first.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18
_LONG_LENGTH = 0x80
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_BEFORE_VALIDITY = 3
"""Serial number, algorithm and issuer."""


class Validity(NamedTuple):
    """The first and the last second at which a certificate is valid."""

    since: datetime
    until: datetime

    def fault(self, now: datetime) -> str:
        """Why it is not valid now, to be said behind it; empty where it is."""
        if now > self.until:
            return f"expired on {self.until:%Y-%m-%d %H:%M} UTC"
        return f"is not valid before {self.since:%Y-%m-%d %H:%M} UTC" if now < self.since else ""


def validity_of(path: Path) -> Validity | None:
    """Of the first certificate of a file in PEM; None where it cannot be read."""
    try:
        text = path.read_text(encoding="latin-1")
        first = text[text.index(_BEGIN) : text.index(_END) + len(_END)]
        return _validity(ssl.PEM_cert_to_DER_cert(first))
    except (OSError, ValueError, IndexError):
        return None


def _validity(certificate: bytes) -> Validity:
    fields = _parts(_sequence(_sequence(certificate)))
    is_versioned = fields[0][0] == _VERSION
    since, until = _parts(fields[_BEFORE_VALIDITY + is_versioned][1])
    return Validity(_moment(*since), _moment(*until))


def _parts(content: bytes) -> list[tuple[int, bytes]]:
    """What stands one behind the other: the tag and the content of each."""
    parts = []
    while content:
        tag, inside, content = _split(content)
        parts.append((tag, inside))
    return parts


def _sequence(content: bytes) -> bytes:
    """What is in the sequence that comes first."""
    tag, inside, _ = _split(content)
    if tag != _SEQUENCE:
        raise ValueError(f"expected a sequence, found tag {tag}")
    return inside


def _split(content: bytes) -> tuple[int, bytes, bytes]:
    """A tag, its content, and what is behind it (X.690, 8.1)."""
    length, begin = content[1], 2
    if length & _LONG_LENGTH:
        begin += length - _LONG_LENGTH
        length = int.from_bytes(content[2:begin], "big")
    return content[0], content[begin : begin + length], content[begin + length :]


def _moment(tag: int, content: bytes) -> datetime:
    """A time, which ends with Z; of years with two digits, 50 and more are of the last century (4.1.2.5)."""
    text = content.decode("ascii")
    if tag == _UTC_TIME:
        text = f"{'19' if text >= '50' else '20'}{text}"
    elif tag != _GENERALIZED_TIME:
        raise ValueError(f"expected a time, found tag {tag}")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
