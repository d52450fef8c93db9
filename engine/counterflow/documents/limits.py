"""How large a document may be before it is refused unread. Every limit has a typed refusal that names it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one resource; the defaults are those of the server."""

    resource_bytes: int = 4 * 1024 * 1024
    depth: int = 128
    elements: int = 20_000


DEFAULT_LIMITS = Limits()
