"""What a row takes in memory: roughly, and quickly told."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, get_args

from msgspec.structs import fields

from counterflow.kernel.row import Row
from counterflow.kernel.rows import TABLES

ROW_BYTES = 400
"""A row with short texts, its place in a dictionary, and in the indexes that follow it."""
_LONG_TEXTS = frozenset({"error_message", "message", "reason", "correlation_key", "message_id"})
"""Texts that somebody else has written."""


def weight_of(row: Row) -> int:
    """The bytes that a row takes in memory."""
    documents = _DOCUMENTS[type(row)]
    return ROW_BYTES if documents is None else ROW_BYTES + documents(row)


def _weigher(table: type[Row]) -> Callable[[Row], int] | None:
    """The length of what is long in the rows of a table: documents, and texts from elsewhere."""
    long = [field.name for field in fields(table) if bytes in _kinds(field.type) or field.name in _LONG_TEXTS]
    if not long:
        return None
    if len(long) == 1:
        only = attrgetter(long[0])
        return lambda row: len(only(row) or b"")
    several = attrgetter(*long)
    return lambda row: sum(map(len, filter(None, several(row))))


def _kinds(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) or (kind,)


_DOCUMENTS = {table: _weigher(table) for table in TABLES}
