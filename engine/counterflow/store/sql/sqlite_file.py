"""Opening a SQLite file: lock it, bring its schema up to date, see that all is there, hand out the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from counterflow.store.errors import ForeignDatabaseError
from counterflow.store.port import StoreError
from counterflow.store.sql import permissions
from counterflow.store.sql.agreement import begin_tenure, look
from counterflow.store.sql.commit_mark import read_mark
from counterflow.store.sql.custody import FileCustody
from counterflow.store.sql.dialects import SQLITE, DatabaseConnection, connect_to_look, connect_to_read
from counterflow.store.sql.schema import is_current, is_new, make
from counterflow.store.sql.store import SqlStore
from counterflow.store.sql.tenure import Tenure, TenureRow

REMEDIES = {
    "SQLITE_CORRUPT": "put a copy of it in its place, or save what can be read with `sqlite3 FILE .recover`",
    "SQLITE_BUSY": "another program holds it: close that one and start again",
    "SQLITE_LOCKED": "another program holds it: close that one and start again",
    "SQLITE_FULL": "make room on the disk and start again",
}
NOT_ALLOWED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")


def open_sqlite(path: Path, *, accepts_loss: bool = False, takes_over: bool = False) -> SqlStore:
    """The store in the file at `path`; the file is made if there is none.

    `accepts_loss`: also where something acknowledged is missing. `takes_over`: also while another server has
    it, which is fenced off.

    Raises the refusals of `errors.py`.
    """
    path = path.resolve()  # so that two names of one file share one lock
    if not path.parent.is_dir():
        raise StoreError(
            f"cannot open {path}: the folder {path.parent} does not exist; make it, or name another file"
        )
    custody = FileCustody(path, takes_over=takes_over)
    try:
        return _open(custody, path, accepts_loss=accepts_loss)
    except BaseException:
        custody.release()
        raise


class _NoCustody:
    """Whoever only reads has nothing to keep."""

    def committed(self, row: TenureRow) -> None:
        """Nothing was."""

    def look(self, *, is_still: bool) -> bool:  # noqa: ARG002 - it is all the same
        """Nothing is written that could be lost."""
        return True

    def release(self) -> None:
        """Nothing is held."""


def open_to_read(path: Path) -> SqlStore:
    """The store in the file at `path`, to be read alone, also beside a server that has it. Nothing is
    made, migrated or locked. Raises the refusals of `errors.py`.
    """
    path = path.resolve()
    if path.is_dir():
        raise StoreError(f"cannot read {path}: it is a folder; name the file of a database in it")
    if not path.is_file():
        raise StoreError(f"cannot read {path}: there is no such file")
    reading = replace(SQLITE, connect=connect_to_read)
    try:
        if not is_current(reading, path):
            from counterflow.store.sql.migrating import refuse_to_read  # noqa: PLC0415 - as for a migration

            refuse_to_read(reading, path)
        connection = connect_to_read(path)
        row = _tenure_row(connection)
        return SqlStore(reading, path, connection, Tenure(row), _NoCustody())
    except SQLITE.errors as error:
        raise _refused(path, error, permissions.why_not_read(path)) from error


def _tenure_row(connection: DatabaseConnection) -> TenureRow:
    """A damaged one says nothing of how rows were written."""
    tenure = look(connection.cursor()).tenure
    return tenure or TenureRow(1, "", 0, 0, 0, 0, 0, 0, is_checked=False)


def _open(custody: FileCustody, path: Path, *, accepts_loss: bool) -> SqlStore:
    try:
        with _log_kept(path):
            _bring_up_to_date(path)
            connection = SQLITE.connect(path)
            try:
                tenure = _begin_tenure(connection, path, accepts_loss=accepts_loss)
                custody.begin(tenure.row)
                store = SqlStore(SQLITE, path, connection, tenure, custody)
                if accepts_loss:
                    store.give_up_damaged()
            except BaseException:
                connection.close()
                raise
            return store
    except SQLITE.errors as error:
        raise _refused(path, error, permissions.why_not_written(path)) from error


@contextmanager
def _log_kept(path: Path) -> Iterator[None]:
    """While the block runs SQLite keeps its log: what a refusal is about is there for whoever mends it.

    Whoever closes a database last writes what can be read of the log into it and deletes the rest; a
    connection that only reads does not.
    """
    if not path.is_file():  # SQLite says better what it is
        yield
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
        with suppress(*SQLITE.errors):
            reader.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
        yield


def _bring_up_to_date(path: Path) -> None:
    """It may be somebody else's: nothing is written before it is known that it is not."""
    looking = replace(SQLITE, connect=connect_to_look)
    if is_current(looking, path):
        return
    if is_new(looking, path):
        make(SQLITE, path)
        return
    from counterflow.store.sql import migrating  # noqa: PLC0415 - as long as all else of a start, and rarely needed

    migrating.refuse_others(looking, path)
    migrating.migrate(SQLITE, path)


def _begin_tenure(connection: DatabaseConnection, path: Path, *, accepts_loss: bool) -> Tenure:
    cursor = connection.cursor()
    cursor.execute(SQLITE.begin_write)
    try:
        tenure = begin_tenure(cursor, str(path), read_mark(path), accepts_loss=accepts_loss)
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")
    return tenure


def _refused(path: Path, error: BaseException, hindrance: str) -> StoreError:
    said = SQLITE.describe(error)
    if hindrance and any(sign in said for sign in NOT_ALLOWED):
        return StoreError(f"cannot open {path}: {hindrance} ({said})")
    if "SQLITE_NOTADB" in said:
        return ForeignDatabaseError(
            f"{path} is not a SQLite database; nothing in it was touched. Name another file."
        )
    remedy = next(
        (remedy for sign, remedy in REMEDIES.items() if sign in said),
        "see that the file can be read and written here",
    )
    return StoreError(f"cannot open {path}: the database said: {said}; {remedy}")
