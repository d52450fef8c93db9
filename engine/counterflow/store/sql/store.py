"""The store in a database: one connection that writes, others that read, statements compiled once.

A batch is one transaction: per table one `executemany` of deletes and one of puts, then the log, then COMMIT.
All but COMMIT is work for the processor, and Python's driver gives its lock away and takes it again for each
row: in a second thread, beside a busy first one, that took longer than the disk did. So only COMMIT is for a
thread of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES, key_of
from counterflow.kernel.vocabulary import DamagedInstance, LogEntry
from counterflow.store.errors import DamagedError, DatabaseLostError
from counterflow.store.port import Batch, Key, StoreBusy, StoreError, Where
from counterflow.store.searching import Question, Record
from counterflow.store.sql.dialects import DatabaseConnection, DatabaseCursor, DatabaseKind
from counterflow.store.sql.readers import Found, Readers
from counterflow.store.sql.row_readers import RowReader
from counterflow.store.sql.searches import query_of
from counterflow.store.sql.statements import Statements
from counterflow.store.sql.tables import EVENT_LOG
from counterflow.store.sql.tenure import Tenure, TenureRow

logger = logging.getLogger("counterflow.store")

Answer = TypeVar("Answer")
RowType = TypeVar("RowType", bound=Row)


class Custody(Protocol):
    """Whatever is to be done, beside the database itself, to be sure of it."""

    def committed(self, row: TenureRow) -> None:
        """Something is durable. Raises `DatabaseLostError` where nobody will find it."""

    def look(self, *, is_still: bool) -> bool:
        """Whether it can be read; raises `DatabaseLostError` where it is not the one that was opened.

        `is_still`: nothing is written to it meanwhile.
        """

    def release(self) -> None:
        """The database is closed."""


class SqlStore:
    """Tables and log of one database whose schema is up to date and that is ours to write to. `open_store`
    sees to both.
    """

    def __init__(
        self, dialect: DatabaseKind, path: Path, writer: DatabaseConnection, tenure: Tenure, custody: Custody
    ) -> None:
        is_checked = tenure.row.is_checked
        self._dialect = dialect
        self._tenure = tenure
        self._custody = custody
        self._statements = Statements(dialect)
        self._rows = {
            table: RowReader(table.table, table, table.key_fields, is_checked=is_checked) for table in TABLES
        }
        self._entries = RowReader(EVENT_LOG.name, LogEntry, ("position",), is_checked=is_checked)
        self._readers = Readers(dialect, path)
        self._write_lock = Lock()
        self._writer = writer
        self._cursor = writer.cursor()
        self._lost = ""
        self._cursor.execute(dialect.never_wait)  # whoever writes is in the event loop
        self._closed = False

    def commit(self, batch: Batch) -> None:
        """Write a batch, all of it or nothing; durable on return. Raises `StoreError`."""
        self.write(batch)
        self.sync()

    def write(self, batch: Batch) -> None:
        """Begin a transaction and put a batch into it. Raises `StoreError`; then there is no transaction."""
        with self._write_lock, self._rolled_back_if_refused():
            self._cursor.execute(self._dialect.begin_write)
            self._tenure.renew(self._cursor, batch)
            for table, keys in batch.deletes.items():
                self._cursor.executemany(self._statements.delete[table], keys)
            for table, rows in batch.puts.items():
                self._cursor.executemany(
                    self._statements.upsert[table], self._rows[table].checksums.with_checksum(rows)
                )
            if batch.log:
                entries = self._entries.checksums.with_checksum(batch.log)
                self._cursor.executemany(self._statements.append, entries)
            if batch.superseded:
                self._cursor.executemany(
                    self._statements.supersede, [(position,) for position in batch.superseded]
                )

    def sync(self) -> None:
        """COMMIT: what was written is durable, and found again, on return. Raises `StoreError`; then nothing
        is written, or by `DatabaseLostError` nowhere that counts.
        """
        with self._write_lock, self._rolled_back_if_refused():
            self._cursor.execute("COMMIT")
            self._custody.committed(self._tenure.committed())

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """The row with this primary key, or None. Raises `DamagedError`."""
        broken: list[Any] = []
        reader = self._reader(table)
        rows = reader.rows(self._readers.fetch(self._statements.get[table], key), broken)
        if broken:
            owner = getattr(broken[0], table.instance_field, 0) if table.instance_field else 0
            raise DamagedError(f"{reader.name(broken[0])} is not as it was written", owner)
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
        broken: list[RowType] = []
        reader = self._reader(table)
        result: list[RowType] = []
        while True:
            fetched = self._readers.fetch(*self._statements.scan(table, where, after, limit))
            rows = reader.rows(fetched, broken)
            result += rows
            if limit is None or len(fetched) < limit or len(rows) == limit:
                break
            # The place of what is left out is filled up, so that a short page is the last one.
            after, limit = max(map(key_of, (*broken, *rows))), limit - len(rows)
        reader.left_out(broken)
        return result

    def search(self, questions: Sequence[Question], within_seconds: float) -> list[list[Record]]:
        """The answers to several questions, all from one moment. Raises `SearchTooLong`."""
        queries = [query_of(self._dialect, question) for question in questions]
        answers = self._readers.fetch_within(queries, within_seconds)
        return [[tuple(cast("Record", record)) for record in answer] for answer in answers]

    def left_out(self, table: type[RowType]) -> Sequence[RowType]:
        """The damaged rows of a table that scans have left out so far, as they were found."""
        return list(self._reader(table).known_broken.values())

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """At most `limit` entries of an index whose first columns are `equal`, behind `after`."""
        text = self._statements.walk(table, index, len(equal), len(after))
        page = self._readers.fetch(text, (*equal, *after, limit))
        return cast("Sequence[tuple[Any, ...]]", page)

    def load_instance(self, process_instance_key: int) -> dict[type[Row], list[Row]]:
        """Every row of one process instance, by table, from one moment. Raises `DamagedInstance`."""
        *results, checksum = self._fetch_instance(process_instance_key)
        broken: list[Row] = []
        rows = {
            table: self._rows[table].rows(by_table, broken) if by_table is not None else []
            for table, by_table in zip(INSTANCE_TABLES, results, strict=True)
        }
        there = sum(map(len, rows.values()))
        expected = cast("int | None", checksum[0][0] if checksum else None)
        unread = [table for table, by_table in zip(INSTANCE_TABLES, results, strict=True) if by_table is None]
        if broken or unread or checksum is None or expected not in {None, there}:
            damage = self._damage_of(broken, unread, there, expected)
            raise DamagedInstance(process_instance_key, damage, rows, (expected or there) - there)
        return rows

    def read_log(
        self, *, process_instance_key: int | None = None, after: int = 0, limit: int | None = None
    ) -> Sequence[LogEntry]:
        """The log entries behind position `after`, in their order; of one instance or of all.

        Raises `DamagedError`.
        """
        where: Where = {} if process_instance_key is None else {"process_instance_key": process_instance_key}
        broken: list[LogEntry] = []
        entries = self._entries.rows(
            self._readers.fetch(*self._statements.read_log(where, after, limit)), broken
        )
        if broken:
            raise DamagedError(f"{self._entries.name(broken[0])} is not as it was written")
        return entries

    def name_of(self, row: Row) -> str:
        """A row by its table and its key, as they were found."""
        return self._rows[type(row)].name(row)

    def log_as_found(self, after: int, limit: int) -> tuple[list[LogEntry], list[LogEntry]]:
        """At most `limit` entries of the log behind a position, the whole ones and those that are damaged."""
        broken: list[LogEntry] = []
        fetched = self._readers.fetch(*self._statements.read_log({}, after, limit))
        return self._entries.rows(fetched, broken), broken

    def ask(self, question: Callable[[DatabaseCursor], Answer]) -> Answer:
        """What a question has to say, asked with a connection that only reads. Raises `StoreError`."""
        return self._readers.ask(question)

    def give_up_damaged(self) -> None:
        """Take the damaged rows away that belong to no instance, since their loss is accepted."""
        for table in TABLES:
            if table.home is Home.PARTITION:
                self.scan(table, {})
                known = self._rows[table].known_broken
                keys = [key_of(row) for row in known.values()]
                if keys:
                    logger.warning(
                        "%s rows of %s are taken away, as --accept-loss says", len(keys), table.table
                    )
                    self.commit(Batch({}, {table: keys}, []))
                    known.clear()

    def look(self) -> None:
        """Raises `DatabaseLostError` where what is written goes where nobody will find it."""
        if self._lost:
            raise DatabaseLostError(self._lost)
        try:
            is_still = self._write_lock.acquire(blocking=False)  # else the commit under way looks
            try:
                can_be_read = self._custody.look(is_still=is_still)
            finally:
                if is_still:
                    self._write_lock.release()
            if can_be_read:
                self._readers.ask(self._tenure.check)
        except DatabaseLostError as lost:
            self._lose(lost)
            raise

    def close(self) -> None:
        """Give back every connection. The store is not used afterwards."""
        with self._write_lock:
            if self._closed:
                return
            self._closed = True
            self._readers.close()
            self._writer.close()
            self._custody.release()

    @contextmanager
    def _rolled_back_if_refused(self) -> Iterator[None]:
        if self._closed:
            raise StoreError("the store is closed; nothing of the batch was written")
        if self._lost:
            raise DatabaseLostError(self._lost)
        try:
            yield
        except BaseException as error:
            self._roll_back()
            if isinstance(error, DatabaseLostError):
                self._lose(error)
            if isinstance(error, self._dialect.errors):
                said = self._dialect.describe(error)
                kind = StoreBusy if self._dialect.is_busy(error) else StoreError
                raise kind(f"the database said: {said}; nothing of the batch was written") from error
            raise

    def _roll_back(self) -> None:
        """Roll back, if the database has not done so.

        After some errors (disk full) SQLite has: then it refuses, and that is well.
        """
        self._tenure.rolled_back()
        try:
            self._cursor.execute("ROLLBACK")
        except self._dialect.errors:
            return

    def _lose(self, lost: DatabaseLostError) -> None:
        """What can be read is not what callers mean, from now on."""
        self._lost = str(lost)
        self._readers.refuse(lost)

    def _reader(self, table: type[RowType]) -> RowReader[RowType]:
        return cast("RowReader[RowType]", self._rows[table])

    def _fetch_instance(self, key: int) -> list[Found | None]:
        """The rows of each table, and how many there should be; None for what cannot be read."""
        texts = (*self._statements.instance, self._statements.instance_rows)
        try:
            return [*self._readers.fetch_together(texts, (key,))]
        except DamagedError:
            return [self._fetch_readable(text, key) for text in texts]

    def _fetch_readable(self, text: str, key: int) -> Found | None:
        try:
            return self._readers.fetch(text, (key,))
        except DamagedError:
            return None

    def _damage_of(self, broken: list[Row], unread: list[type[Row]], there: int, expected: int | None) -> str:
        """What a person is told of rows that are not what was written."""
        if broken:
            return f"{self._rows[type(broken[0])].name(broken[0])} is not as it was written"
        if unread:
            return f"table {unread[0].table} cannot be read"
        if expected is None:
            return "its log cannot be read"
        return f"it has {there} rows, and {expected} were written"
