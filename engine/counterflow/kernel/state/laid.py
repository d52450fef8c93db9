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

    def put(self, place: Any, row: Any, batch: int) -> None:
        """A row has come, or is another now."""
        self._enter(place, row)
        self.gone.pop(place, None)
        self._unsaved[place] = batch

    def remove(self, place: Any, batch: int) -> None:
        """A row was taken away."""
        self._leave(place)
        self._unsaved.pop(place, None)
        if not self.is_whole:
            self.gone[place] = batch

    def admit(self, place: Any, row: Any) -> None:
        """Know of a row that the store holds."""
        self._enter(place, row)

    def is_known(self, place: Any) -> bool:
        """Whether memory alone says what is at a place."""
        return self.is_whole or place in self.rows or place in self.gone

    def batch_of(self, place: Any) -> int | None:
        """The batch that brings a row into the store; None where it is there."""
        return self._unsaved.get(place)

    def release(self, committed_batch: int, most: int, most_bytes: int) -> None:
        """Put away what is safe on disk, unless all of it has room."""
        saved = [place for place, batch in self._unsaved.items() if batch <= committed_batch]
        for place in saved:
            del self._unsaved[place]
        for place in [place for place, batch in self.gone.items() if batch <= committed_batch]:
            del self.gone[place]
        if self.is_whole and (len(self.rows) > most or self.bytes > most_bytes):
            self.is_whole = False
            saved = [place for place in self.rows if place not in self._unsaved]
        if not self.is_whole:
            for place in saved:
                self._leave(place)

    def _enter(self, place: Any, row: Any) -> None:
        before = self.rows.get(place)
        self.rows[place] = row
        self.bytes += weight_of(row) - (weight_of(before) if before is not None else 0)
        self._follow(before, row)

    def _leave(self, place: Any) -> None:
        row = self.rows.pop(place, None)
        if row is not None:
            self.bytes -= weight_of(row)
            self._follow(row, None)
