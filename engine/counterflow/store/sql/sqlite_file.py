"""Opening a SQLite file: lock it, bring its schema up to date, hand out the store."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from counterflow.store.errors import ForeignDatabaseError, UnsupportedDatabaseError
from counterflow.store.port import StoreError
from counterflow.store.sql.dialects import SQLITE
from counterflow.store.sql.file_lock import FileLock
from counterflow.store.sql.schema import bring_up_to_date
from counterflow.store.sql.store import SqlStore

REMEDIES = {
    "SQLITE_CORRUPT": "put a copy of it in its place, or save what can be read with `sqlite3 FILE .recover`",
    "SQLITE_BUSY": "another program holds it: close that one and start again",
    "SQLITE_LOCKED": "another program holds it: close that one and start again",
    "SQLITE_FULL": "make room on the disk and start again",
}


def open_sqlite(url: URL) -> SqlStore:
    """The store in the file that `url` names; the file is made if there is none.

    Raises the refusals of `errors.py`.
    """
    if not url.database or url.database == ":memory:":
        raise UnsupportedDatabaseError(
            "sqlite:// without a file keeps nothing: expected sqlite:///FILE, or memory: to keep nothing on "
            "purpose"
        )
    if url.query:
        raise UnsupportedDatabaseError(
            f"{', '.join(url.query)} is an option that Counterflow does not know: expected sqlite:///FILE "
            "alone"
        )
    # Resolved, so that two names of one file share one lock.
    path = Path(url.database).resolve()
    if not path.parent.is_dir():
        raise StoreError(
            f"cannot open {path}: the folder {path.parent} does not exist; make it, or name another file"
        )
    lock = FileLock(path)
    try:
        return _open_locked(url.set(database=str(path)), lock)
    except BaseException:
        lock.release()
        raise


def _open_locked(url: URL, lock: FileLock) -> SqlStore:
    try:
        bring_up_to_date(SQLITE, url)
        return SqlStore(SQLITE, url, on_close=lock.release)
    except DBAPIError as error:
        raise _refused(url, error.orig or error) from error
    except SQLITE.errors as error:
        raise _refused(url, error) from error


def _refused(url: URL, error: BaseException) -> StoreError:
    said = SQLITE.describe(error)
    if "SQLITE_NOTADB" in said:
        return ForeignDatabaseError(
            f"{url.database} is not a SQLite database; nothing in it was touched. Name another file."
        )
    remedy = next(
        (remedy for sign, remedy in REMEDIES.items() if sign in said),
        "see that the file can be read and written here",
    )
    return StoreError(f"cannot open {url.database}: the database said: {said}; {remedy}")
