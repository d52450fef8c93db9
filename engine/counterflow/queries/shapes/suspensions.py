"""What is suspended."""

from __future__ import annotations

import msgspec


class HeldDefinition(msgspec.Struct, frozen=True):
    """A definition of which no instance begins."""

    process_definition_key: int
    suspended_at_ms: int


class HeldJobType(msgspec.Struct, frozen=True):
    """A type of jobs of which nobody is given one."""

    type: str
    suspended_at_ms: int
