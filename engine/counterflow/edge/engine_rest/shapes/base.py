"""What all records share that are read from a request or written into an answer."""

from __future__ import annotations

import msgspec


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a request may say; what is null is as if it were left out."""


class Answered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an answer says."""


class Link(Answered, frozen=True):
    """Where more is told; nothing is."""

    method: str
    href: str
    rel: str
