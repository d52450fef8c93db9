"""The store that forgets: dictionaries behind the same door, for tests, simulations and a first look.

It is as strict as a database: what SQLite would refuse (an integer beyond 64 bits, text that is not Unicode,
a position written twice) is refused here too, so that a test in memory finds what production would.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, takewhile
from threading import Lock
from typing import Any, TypeVar, cast

from msgspec.structs import astuple

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES, key_of
from counterflow.kernel.vocabulary import DamagedInstance, LogEntry
from counterflow.store.memory_searches import MemorySearch
from counterflow.store.port import Batch, Key, StoreError, Where
from counterflow.store.searching import Question, Record

RowType = TypeVar("RowType", bound=Row)
Scalar = int | str | bytes | None

SMALLEST, LARGEST = -(2**63), 2**63 - 1


class MemoryStore:
    """Tables as dictionaries by primary key, and by process instance; nothing outlives the object."""

    def __init__(self) -> None:
        self._rows: dict[type[Row], dict[Key, Row]] = {table: {} for table in TABLES}
        self._keys_of_instance: dict[type[Row], dict[int, set[Key]]] = {
            table: {} for table in INSTANCE_TABLES
        }
        self._entries: dict[type[Row], dict[str, list[tuple[Any, ...]]]] = {
            table: {name: [] for name in _indexes(table)} for table in TABLES
        }
        """Per index its entries, in order."""
        self._log: dict[int, LogEntry] = {}
        self._row_counts: dict[int, int | None] = {}
        """How many rows each instance has, as the last entry of its log says."""
        self._written: Batch | None = None
        self._lock = Lock()

    def commit(self, batch: Batch) -> None:
        """Write a batch, all of it or nothing. Raises `StoreError`."""
        self._check(batch)
        with self._lock:
            for table, keys in batch.deletes.items():
                for key in keys:
                    self._delete(table, key)
            for table, rows in batch.puts.items():
                for row in rows:
                    self._put(table, row)
            self._log.update((entry.position, entry) for entry in batch.log)
            self._row_counts.update((entry.process_instance_key, entry.instance_rows) for entry in batch.log)
            for position in batch.superseded:
                self._log.pop(position, None)

    def write(self, batch: Batch) -> None:
        """Keep a batch for `sync`, which commits it."""
        self._written = batch

    def sync(self) -> None:
        """Commit what was written. Raises `StoreError`."""
        batch, self._written = self._written, None
        if batch is not None:
            self.commit(batch)

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """The row with this primary key, or None."""
        return cast("RowType | None", self._rows[table].get(key))

    def scan(
        self,
        table: type[RowType],
        where: Where,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> Sequence[RowType]:
        """At most `limit` rows whose columns are as `where` says, behind the key `after`, in order of key."""
        columns = table.__struct_fields__
        if unknown := [name for name in where if name not in columns]:
            raise StoreError(f"table {table.table} has no column {unknown[0]!r}; it has {', '.join(columns)}")
        with self._lock:
            rows = self._candidates(table, where) if self._rows[table] else []
        matching = [
            (key, row) for key, row in rows if (after is None or key > after) and _matches(row, where)
        ]
        matching.sort()  # no key occurs twice, so no rows are compared
        return cast("list[RowType]", [row for _, row in matching[:limit]])

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """At most `limit` entries of an index whose first columns are `equal`, behind `after`."""
        with self._lock:
            entries = self._entries[table][index]
            first, length = len(equal), (*equal, *after)
            start = bisect_right(entries, length, key=lambda entry: entry[: len(length)])
            if not after:
                start = bisect_left(entries, length, key=lambda entry: entry[: len(length)])
            entries_met = takewhile(lambda entry: entry[:first] == equal, islice(entries, start, None))
            return [entry[first:] for entry in islice(entries_met, limit)]

    def search(self, questions: Sequence[Question], within_seconds: float) -> list[list[Record]]:  # noqa: ARG002 - as the port has it
        """The answers to several questions, from one moment; memory is small, so each is answered."""
        with self._lock:
            searched = MemorySearch({table: dict(rows) for table, rows in self._rows.items()})
        return [searched.answer(question) for question in questions]

    def left_out(self, table: type[RowType]) -> Sequence[RowType]:  # noqa: ARG002 - as the port has it
        """None: what is in memory is what was put there."""
        return ()

    def load_instance(self, process_instance_key: int) -> dict[type[Row], list[Row]]:
        """Every row of one process instance, by table, from one moment."""
        with self._lock:
            by_table: dict[type[Row], list[Row]] = {table: [] for table in INSTANCE_TABLES}
            for table, keys_of in self._keys_of_instance.items():
                if keys := keys_of.get(process_instance_key):
                    rows = self._rows[table]
                    by_table[table] = [rows[key] for key in sorted(keys)]
            expected = self._row_counts.get(process_instance_key)
        there = sum(map(len, by_table.values()))
        if expected not in {None, there}:
            raise DamagedInstance(
                process_instance_key, f"it has {there} rows, and {expected} were written", by_table, 0
            )
        return by_table

    def read_log(
        self, *, process_instance_key: int | None = None, after: int = 0, limit: int | None = None
    ) -> Sequence[LogEntry]:
        """The log entries behind position `after`, in their order; of one instance or of all."""
        with self._lock:
            entries = list(self._log.values())
        matching = (
            entry
            for entry in sorted(entries, key=lambda entry: entry.position)
            if entry.position > after and process_instance_key in {None, entry.process_instance_key}
        )
        return list(islice(matching, limit))

    def look(self) -> None:
        """Do nothing: nobody else can reach it."""

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def _check(self, batch: Batch) -> None:
        for rows in batch.puts.values():
            for row in rows:
                _check_storable(row.table, astuple(row))
        positions = [entry.position for entry in batch.log]
        for entry in batch.log:
            _check_storable("event_log", astuple(entry))
            if entry.position in self._log:
                raise StoreError(
                    f"position {entry.position} of the event log is already written; nothing of the batch was"
                )
        if len(set(positions)) < len(positions):
            raise StoreError(
                "a position of the event log occurs twice in one batch; nothing of the batch was written"
            )

    def _candidates(self, table: type[Row], where: Where) -> list[tuple[Key, Row]]:
        rows = self._rows[table]
        condition = where.get(table.instance_field)
        if not isinstance(condition, (int, frozenset)):
            return list(rows.items())
        instance_keys = condition if isinstance(condition, frozenset) else (condition,)
        keys_of = self._keys_of_instance[table]
        return [(key, rows[key]) for instance in instance_keys for key in keys_of.get(instance, ())]

    def _put(self, table: type[Row], row: Row) -> None:
        key = key_of(row)
        self._delete(table, key)
        self._rows[table][key] = row
        for name, columns in _indexes(table).items():
            entry = tuple(getattr(row, column) for column in columns)
            if None not in entry:
                insort(self._entries[table][name], entry)
        if table.instance_field:
            self._keys_of_instance[table].setdefault(getattr(row, table.instance_field), set()).add(key)

    def _delete(self, table: type[Row], key: Key) -> None:
        row = self._rows[table].pop(key, None)
        if row is None:
            return
        for name, columns in _indexes(table).items():
            entry = tuple(getattr(row, column) for column in columns)
            if None not in entry:
                entries = self._entries[table][name]
                del entries[bisect_left(entries, entry)]
        if not table.instance_field:
            return
        instance_key = getattr(row, table.instance_field)
        keys = self._keys_of_instance[table][instance_key]
        keys.discard(key)
        if not keys:
            del self._keys_of_instance[table][instance_key]


def _indexes(table: type[Row]) -> Mapping[str, tuple[str, ...]]:
    """Those that are walked along; by the primary key only where a part of it is asked for."""
    return {**table.indexes, "key": table.key_fields} if table.home is Home.BOTH else table.indexes


def _matches(row: Row, where: Where) -> bool:
    for name, condition in where.items():
        value = getattr(row, name)
        if not (value in condition if isinstance(condition, frozenset) else value == condition):
            return False
    return True


def _check_storable(table: str, values: Iterable[Scalar]) -> None:
    for value in values:
        if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
            raise StoreError(f"{table}: {value} does not fit in 64 bits; nothing of the batch was written")
        if isinstance(value, str) and not value.isascii():
            _check_unicode(table, value)


def _check_unicode(table: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{table}: a text is not Unicode ({error.reason}); nothing of the batch was written"
        ) from error
