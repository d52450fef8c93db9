"""Who asks an engine for something, as far as the way in can tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Caller(NamedTuple):
    """Who calls.

    `peer` is the client's end of the line in gRPC's form (`ipv4:10.0.0.7:53122`, `ipv6:[::1]:53122`,
    `unix:`). `metadata` are the headers that the client's program chose, in their order, with the values of
    `…-bin` as bytes. `identities` are the names that the client's certificate gives it (its alternative
    names, or its common name where it has none), empty unless it was verified.
    """

    peer: str
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    identities: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The names that a certificate vouches for, and the end of the line, as a person is told."""
        return f"{', '.join(self.identities)} ({self.peer})" if self.identities else self.peer


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
