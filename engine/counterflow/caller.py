"""Who asks an engine for something, as far as the way in can tell."""

from __future__ import annotations

from typing import NamedTuple


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
