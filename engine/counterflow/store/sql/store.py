"""The store in a database: one connection that writes, others that read, statements compiled once.

A batch is one transaction: per table one `executemany` of deletes and one of puts, then the log, then COMMIT.
All but COMMIT is work for the processor, and Python's driver gives its lock away and takes it again for each
row: in a second thread, beside a busy first one, that took longer than the disk did. So only COMMIT is for a
thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import starmap
from threading import Lock
from typing import Any, TypeVar, cast

from msgspec.structs import astuple
from sqlalchemy import URL

from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.port import Batch, Key, StoreError, Where
from counterflow.store.sql.dialects import DatabaseKind
from counterflow.store.sql.readers import Readers
from counterflow.store.sql.statements import Statements
from counterflow.store.sql.tables import TABLE_OF

RowType = TypeVar("RowType", bound=Row)


class SqlStore:
    """Tables and log of one database whose schema is up to date, as `open_store` sees to.

    `on_close` is called when it is closed.
    """

    def __init__(self, dialect: DatabaseKind, url: URL, on_close: Callable[[], None]) -> None:
        self._dialect = dialect
        self._on_close = on_close
        self._statements = Statements(dialect)
        self._flags = {table: _flags(table) for table in TABLES}
        self._readers = Readers(dialect, url)
        self._write_lock = Lock()
        self._writer = dialect.connect(url)
        self._cursor = self._writer.cursor()
        self._closed = False

    def commit(self, batch: Batch) -> None:
        """Write a batch, all of it or nothing; durable on return. Raises `StoreError`."""
        self.write(batch)
        self.sync()

    def write(self, batch: Batch) -> None:
        """Begin a transaction and put a batch into it. Raises `StoreError`; then there is no transaction."""
        with self._write_lock, self._rolled_back_if_refused():
            self._cursor.execute(self._dialect.begin_write)
            for table, keys in batch.deletes.items():
                self._cursor.executemany(self._statements.delete[table], keys)
            for table, rows in batch.puts.items():
                self._cursor.executemany(self._statements.upsert[table], [astuple(row) for row in rows])
            if batch.log:
                self._cursor.executemany(self._statements.append, [astuple(entry) for entry in batch.log])
            if batch.superseded:
                self._cursor.executemany(
                    self._statements.supersede, [(position,) for position in batch.superseded]
                )

    def sync(self) -> None:
        """COMMIT: what was written is durable on return. Raises `StoreError`; then nothing is written."""
        with self._write_lock, self._rolled_back_if_refused():
            self._cursor.execute("COMMIT")

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """The row with this primary key, or None."""
        rows = self._rows(table, self._readers.fetch(self._statements.get[table], key))
        return rows[0] if rows else None

    def scan(
        self,
        table: type[RowType],
        where: Where,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> Sequence[RowType]:
        """At most `limit` rows whose columns are as `where` says, behind the key `after`, in order of key."""
        return self._rows(table, self._readers.fetch(*self._statements.scan(table, where, after, limit)))

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """At most `limit` entries of an index whose first columns are `equal`, behind `after`."""
        text, constants = self._statements.walk(table, index, len(equal), len(after))
        found = self._readers.fetch(text, (*equal, *after, limit, *constants))
        return cast("Sequence[tuple[Any, ...]]", found)

    def load_instance(self, process_instance_key: int) -> dict[type[Row], list[Row]]:
        """Every row of one process instance, by table, from one moment."""
        results = self._readers.fetch_together(self._statements.instance, (process_instance_key,))
        return {
            table: self._rows(table, values) for table, values in zip(INSTANCE_TABLES, results, strict=True)
        }

    def read_log(
        self, *, process_instance_key: int | None = None, after: int = 0, limit: int | None = None
    ) -> Sequence[LogEntry]:
        """The log entries behind position `after`, in their order; of one instance or of all."""
        where: Where = {} if process_instance_key is None else {"process_instance_key": process_instance_key}
        return list(starmap(LogEntry, self._readers.fetch(*self._statements.read_log(where, after, limit))))

    def close(self) -> None:
        """Give back every connection. The store is not used afterwards."""
        with self._write_lock:
            if self._closed:
                return
            self._closed = True
            self._readers.close()
            self._writer.close()
            self._on_close()

    @contextmanager
    def _rolled_back_if_refused(self) -> Iterator[None]:
        if self._closed:
            raise StoreError("the store is closed; nothing of the batch was written")
        try:
            yield
        except BaseException as error:
            self._roll_back()
            if isinstance(error, self._dialect.errors):
                said = self._dialect.describe(error)
                raise StoreError(f"the database said: {said}; nothing of the batch was written") from error
            raise

    def _roll_back(self) -> None:
        """Roll back, if the database has not done so.

        After some errors (disk full) SQLite has: then it refuses, and that is well.
        """
        try:
            self._cursor.execute("ROLLBACK")
        except self._dialect.errors:
            return

    def _rows(self, table: type[RowType], rows: Iterable[Sequence[Any]]) -> list[RowType]:
        flags = self._flags[table]
        return list(starmap(table, (_with_flags(values, flags) for values in rows) if flags else rows))


def _with_flags(values: Sequence[Any], flags: Iterable[int]) -> list[Any]:
    row = list(values)
    for index in flags:
        row[index] = bool(row[index])
    return row


def _flags(table: type[Row]) -> tuple[int, ...]:
    """Where a row's booleans are: SQLite keeps them as 0 and 1."""
    return tuple(
        index for index, column in enumerate(TABLE_OF[table].columns) if column.type.python_type is bool
    )
