"""A store whose process may die at any point of a commit.

What was committed stays; what was begun is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable

from counterflow.kernel.unfinished import Errand
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch, StoreError

BEFORE_BEGIN, AFTER_FIRST_WRITE, BEFORE_COMMIT, AFTER_COMMIT, BEFORE_PUSH, BETWEEN_PAGES, COMMIT_FAILED = (
    "crash before begin",
    "crash after the first write",
    "crash before commit",
    "crash after commit, before the answer",
    "crash after the answer, before the push",
    "crash between pages",
    "commit failed",
)


class Crash(Exception):
    """The process dies here."""


class SimulatedStore(MemoryStore):
    """Outlives the processes that write to it.

    `is_chance` decides at each point whether its fault strikes.
    """

    def __init__(self, is_chance: Callable[[str], bool], committed: Callable[[Batch], None]) -> None:
        super().__init__()
        self._is_chance = is_chance
        self._committed = committed

    def commit(self, batch: Batch) -> None:
        """Write a batch, or die in the attempt."""
        self._die_at(BEFORE_BEGIN)
        if self._is_chance(COMMIT_FAILED):
            raise StoreError("the disk is full")
        self._begun_in_vain(AFTER_FIRST_WRITE, batch, rows=1)
        self._begun_in_vain(BEFORE_COMMIT, batch, rows=None)
        super().commit(batch)
        self._committed(batch)
        self._die_at(AFTER_COMMIT)
        if self.scan(Errand, {}):
            self._die_at(BETWEEN_PAGES)

    def _die_at(self, point: str) -> None:
        if self._is_chance(point):
            raise Crash(point)

    def _begun_in_vain(self, point: str, batch: Batch, rows: int | None) -> None:
        """Write some of it, die, and let the next start roll it back."""
        if not self._is_chance(point):
            return
        tables = {table: dict(found) for table, found in self._rows.items()}
        keys = {
            table: {key: set(members) for key, members in found.items()}
            for table, found in self._keys_of_instance.items()
        }
        log, counts = dict(self._log), dict(self._row_counts)
        entries = {
            table: {name: list(found) for name, found in indexes.items()}
            for table, indexes in self._entries.items()
        }
        written = [row for found in batch.puts.values() for row in found][:rows]
        super().commit(Batch({type(row): [row] for row in written}, {}, batch.log if rows is None else []))
        self._rows, self._keys_of_instance, self._log, self._entries = tables, keys, log, entries
        self._row_counts = counts
        raise Crash(point)
