"""The narrow door to persistence: the few verbs that memory, SQLite and PostgreSQL all understand.

Damage is noticed when it is read: `get` and `read_log` raise `DamagedError`, a `scan` leaves the row out and
says so in the log. There is one writer; a batch is one transaction, durable when `sync` (or `commit`)
returns. Reads come from any thread and see what has been committed, nothing else: what is decided but not yet
committed is the caller's to lay over it. The store knows tables and rows (`kernel/rows.py`), never what they
mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from counterflow.kernel.row import Row
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.searching import Question, Record

Key = tuple[int | str, ...]
RowType = TypeVar("RowType", bound=Row)
Where = Mapping[str, int | str | frozenset[int] | None]
"""By column, the value that a row must have there; of a set, one of its numbers."""


class Batch(msgspec.Struct):
    """What one transaction writes.

    A key occurs once, in `puts` or in `deletes`; the log is in order of position. `superseded` are positions
    of log entries, of this batch or before it, that a later entry has made void: they are taken out.
    """

    puts: dict[type[Row], list[Row]]
    deletes: dict[type[Row], list[Key]]
    log: list[LogEntry]
    superseded: list[int] = []


class StoreError(Exception):
    """The store could not do what it was asked, in the database's words; nothing of the batch is written."""


class StoreBusy(StoreError):
    """Another process has locked the database: nothing is begun, and it may be tried again."""


class SearchTooLong(StoreError):
    """What was searched for was not found in the time that it was given."""


class Store(Protocol):
    """A durable set of tables, and one log that is only added to.

    The exception are entries that a later one makes void.
    """

    def commit(self, batch: Batch) -> None:
        """Write a batch, all of it or nothing: `write` and `sync` in one. Raises `StoreError`.

        It is durable on return.
        """

    def write(self, batch: Batch) -> None:
        """Begin a transaction and put a batch into it: work without waiting. Raises `StoreError`, at once
        `StoreBusy` where somebody else writes.

        Then there is no transaction.
        """

    def sync(self) -> None:
        """Make durable what was written: waiting without work, best in a thread. Raises `StoreError`.

        Then nothing is written.
        """

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """The row with this primary key, or None."""
        ...

    def scan(
        self,
        table: type[RowType],
        where: Where,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> Sequence[RowType]:
        """At most `limit` rows whose columns are as `where` says, behind the key `after`, in order of key."""

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """At most `limit` entries of an index (`key`: the primary key) whose first columns are `equal`. It
        gives of each the columns behind those, in their order, behind `after`, which may be the beginning of
        an entry.

        A row that is NULL in one of the columns has no entry. Nothing but the index is read.
        """

    def search(self, questions: Sequence[Question], within_seconds: float) -> list[list[Record]]:
        """The answers to several questions, all from one moment, in their order.

        Raises `SearchTooLong` where that takes longer, and `StoreError`.
        """
        ...

    def left_out(self, table: type[RowType]) -> Sequence[RowType]:
        """The damaged rows of a table that scans have left out so far, as they were found."""
        ...

    def load_instance(self, process_instance_key: int) -> dict[type[Row], list[Row]]:
        """Every row of one process instance, by table, in order of primary key, from one moment.

        The tables are those of `INSTANCE_TABLES`. Raises `DamagedInstance` (kernel) where these are not the
        rows that were written, by their checksums or their number.
        """

    def read_log(
        self, *, process_instance_key: int | None = None, after: int = 0, limit: int | None = None
    ) -> Sequence[LogEntry]:
        """The log entries behind position `after`, in their order; of one instance or of all."""

    def look(self) -> None:
        """See that what is written goes where it will be found again; best once a second, in a thread.

        Raises `DatabaseLostError` where the database was taken over, deleted, moved or replaced; from then on
        everything does.
        """

    def close(self) -> None:
        """Give back every connection. The store is not used afterwards."""
        ...
