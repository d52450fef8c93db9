"""The log folded into rows, and compared with the tables: entry by entry as it grows, and from nothing.

After a commit only what it has changed is compared, on both sides: what the events changed must be so in the
tables, and what the batch wrote must be so in the fold. If both were equal before, they are equal then.
`check_replay` folds the whole log once more and compares everything, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from counterflow import kernel
from counterflow.kernel.lives.migration import ProcessInstanceMigrated
from counterflow.kernel.lives.modification import ProcessInstanceModified
from counterflow.kernel.row import Row
from counterflow.kernel.rows import PLACES, TABLES, Partition, as_key
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch, Store

Rows = dict[type[Row], dict[Any, Any]]
"""Of one process instance, by table and key."""
Steered = Callable[[LogEntry, Rows, Rows], Iterator[str]]
"""What is wrong with what an entry has made of an instance, by its rows before and after."""


class Fold:
    """Rows that are made of events alone. `steered` judges what somebody has done to an instance by hand."""

    def __init__(self, steered: Steered) -> None:
        self._steered = steered
        self._state = State(EmptySource(), Partition(1, 0, 0))
        self.rows: dict[type[Row], dict[Any, Row]] = {table: {} for table in TABLES if table is not Partition}

    def follow(self, entries: Sequence[LogEntry]) -> dict[tuple[type[Row], Any], Row | None]:
        """Apply the events of these entries; answers the rows that they have changed, None for those that are
        gone.
        """
        kernel.replay(self._state, entries)
        changed: dict[tuple[type[Row], Any], Row | None] = {
            (table, place): row for table, place, _, row in self._state.journal
        }
        self._state.journal.clear()
        self._state.take_ready()
        for (table, place), row in changed.items():
            if row is None:
                self.rows[table].pop(place, None)
            else:
                self.rows[table][place] = row
        return changed

    def commit(self, batch: Batch, store: MemoryStore) -> Iterator[str]:
        """Follow what was committed; everything in which the tables and the events do not agree."""
        changed: dict[tuple[type[Row], Any], Row | None] = {}
        for part in parts_of(batch.log):
            is_steered = len(part) == 1 and is_by_hand(part[0])
            before = self._rows_of(part[0].process_instance_key) if is_steered else {}
            changed |= self.follow(part)
            if is_steered:
                yield from self._steered(part[0], before, self._rows_of(part[0].process_instance_key))
        for (table, place), row in changed.items():
            if (there := store.get(table, as_key(place))) != row:
                yield f"the log gives {row}, and table {table.table} has {there}"
        yield from self._untold(batch)

    def _rows_of(self, instance_key: int) -> Rows:
        instance = self._state.instance(instance_key)
        return {} if instance is None else {table: dict(rows) for table, rows in instance.rows.items()}

    def _untold(self, batch: Batch) -> Iterator[str]:
        for table, rows in batch.puts.items():
            if table is not Partition:
                folded = self.rows[table]
                yield from (
                    f"{row} was written, and no event tells of it"
                    for row in rows
                    if folded.get(PLACES[table](row)) != row
                )
        for table, keys in batch.deletes.items():
            for key in keys:
                if self.rows[table].get(key if len(key) > 1 else key[0]) is not None:
                    yield f"{table.table} {key} was deleted, and no event tells of it"

    def wrong(self, store: Store) -> Iterator[str]:
        """Every row in which the tables differ from what the events gave."""
        for table, folded in self.rows.items():
            there = {PLACES[table](row): row for row in store.scan(table, {})}
            for place in folded.keys() | there.keys():
                if folded.get(place) != there.get(place):
                    yield f"the log gives {folded.get(place)}, and table {table.table} has {there.get(place)}"
        yield from self._counters(store)

    def _counters(self, store: Store) -> Iterator[str]:
        found = store.get(Partition, (1,))
        if found is not None and found != Partition(1, self._state.last_key, self._state.last_position):
            yield f"the log ends at key {self._state.last_key}, position {self._state.last_position}, and the counters are {found}"


def parts_of(entries: Sequence[LogEntry]) -> Iterator[Sequence[LogEntry]]:
    """The same entries, one after another: each that tells of what was done by hand alone, and a migration cut
    behind its last event of its own, where nothing has gone on yet.
    """
    others: list[LogEntry] = []
    for entry in entries:
        if not is_by_hand(entry):
            others.append(entry)
            continue
        if others:
            yield others
        first, *rest = _cut(entry)
        yield [first]
        others = rest
    if others:
        yield others


def is_by_hand(entry: LogEntry) -> bool:
    """Whether it tells of an instance that was migrated or modified."""
    return entry.command in {"MigrateProcessInstance", "ModifyProcessInstance"} and any(
        isinstance(event, ProcessInstanceMigrated | ProcessInstanceModified)
        for event in kernel.events_of(entry)
    )


def _cut(entry: LogEntry) -> Iterator[LogEntry]:
    events = kernel.events_of(entry)
    ends = next(
        (place + 1 for place, event in enumerate(events) if isinstance(event, ProcessInstanceMigrated)), 0
    )
    for some, first in ((events[: ends or None], 0), (events[ends:] if ends else [], ends)):
        if some:
            yield replace(
                entry,
                position=entry.position + first,
                event_count=len(some),
                events=msgspec.msgpack.encode(some),
            )


def check_replay(store: Store) -> Iterator[str]:
    """The log, folded from nothing, is what the tables hold, to the byte."""
    fold = Fold(lambda *_: iter(()))
    fold.follow(store.read_log())
    for table, rows in fold.rows.items():
        there, here = _bytes(rows.values()), _bytes(store.scan(table, {}))
        if there != here:
            yield f"replay gives another {table.table}: {sorted(there ^ here)[:4]}"


def _bytes(rows: Any) -> set[bytes]:
    return {msgspec.msgpack.encode(row) for row in rows}
