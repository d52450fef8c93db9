"""Rows of a table that is at home in the store, with those in memory laid over them.

While they are few, all of them are in memory and the store is never asked. Beyond that only those stay that
are not safe on disk yet: new ones, and the places of those that were taken away. What is asked is then
answered from both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from counterflow.kernel.row import Row
from counterflow.kernel.state.weight import weight_of


class LaidRows:
    """The rows of one table; `follow` is told of each that enters or leaves memory, as (before, after).

    So look-ups keep up.
    """

    def __init__(self, table: type[Row], follow: Callable[[Any, Any], None]) -> None:
        self.table = table
        self.rows: dict[Any, Any] = {}
        self.gone: dict[Any, int] = {}
        """Places of rows that were taken away and that the store may have still, with the batch."""
        self.is_whole = True
        """Whether the store has none but these."""
        self.bytes = 0
        self._follow = follow
        self._unsaved: dict[Any, int] = {}
        """Places of rows that the store may not have yet, with the batch that brings them there."""

    def put(self, key: Any, row: Any, batch: int) -> None:
        """A row has come, or is another now."""
        self._enter(key, row)
        self.gone.pop(key, None)
        self._unsaved[key] = batch

    def remove(self, key: Any, batch: int) -> None:
        """A row was taken away."""
        self._leave(key)
        self._unsaved.pop(key, None)
        if not self.is_whole:
            self.gone[key] = batch

    def admit(self, key: Any, row: Any) -> None:
        """Know of a row that the store holds."""
        self._enter(key, row)

    def is_known(self, key: Any) -> bool:
        """Whether memory alone says what is at a place."""
        return self.is_whole or key in self.rows or key in self.gone

    def batch_of(self, key: Any) -> int | None:
        """The batch that brings a row into the store; None where it is there."""
        return self._unsaved.get(key)

    def release(self, committed_batch: int, most: int, most_bytes: int) -> None:
        """Put away what is safe on disk, unless all of it has room."""
        saved = [key for key, batch in self._unsaved.items() if batch <= committed_batch]
        for key in saved:
            del self._unsaved[key]
        for key in [key for key, batch in self.gone.items() if batch <= committed_batch]:
            del self.gone[key]
        if self.is_whole and (len(self.rows) > most or self.bytes > most_bytes):
            self.is_whole = False
            saved = [key for key in self.rows if key not in self._unsaved]
        if not self.is_whole:
            for key in saved:
                self._leave(key)

    def _enter(self, key: Any, row: Any) -> None:
        before = self.rows.get(key)
        self.rows[key] = row
        self.bytes += weight_of(row) - (weight_of(before) if before is not None else 0)
        self._follow(before, row)

    def _leave(self, key: Any) -> None:
        row = self.rows.pop(key, None)
        if row is not None:
            self.bytes -= weight_of(row)
            self._follow(row, None)
