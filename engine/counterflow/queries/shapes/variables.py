"""Variables."""

from __future__ import annotations

import msgspec


class Variable(msgspec.Struct, frozen=True):
    """A variable of one scope with its last value: of now, or of when the scope ended."""

    name: str
    value_json: str
