"""A database file in one server's hands: locked, kept beside it what was committed last, and looked at.

Whoever deletes, moves or replaces a database that is open does not stop SQLite, which goes on writing into
files that nobody will find again. So the names are looked at after each commit, before it is acknowledged,
and once a second besides.

Whoever copies another database, or an old copy, into the file itself leaves its name and its inode as they
were, and SQLite may read and write its log beside it for long. But the file changes, which it otherwise does
only as the log is written into it: then what it says itself of whose it is, and how far it has come, must be
ours, and never from before.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from counterflow.store.errors import DatabaseLostError
from counterflow.store.port import StoreError
from counterflow.store.sql.commit_mark import CommitMark
from counterflow.store.sql.file_lock import FileLock
from counterflow.store.sql.private_files import beside, make_private
from counterflow.store.sql.tenure import TenureRow

WHOSE = "SELECT database_id, commits FROM tenure WHERE id = 1"
_WRITTEN_OVER = "was written over while this server ran"
_NEVER = (-1, -1)
LOOKED_AT = ("-wal", "-shm")
"""Besides the database: SQLite's log, without which it lacks the last commits, and what its processes share.
"""


class FileCustody:
    """From construction to `release`. Raises `DatabaseInUseError` or `StoreError`."""

    def __init__(self, database: Path, *, takes_over: bool) -> None:
        self._database = database
        self._lock = FileLock(database, takes_over=takes_over)
        self._mark: CommitMark | None = None
        self._found: list[tuple[str, tuple[int, int]]] = []
        self._database_id = ""
        self._changed_at = _NEVER
        self._commits = 0
        """Those that the file itself had when it was looked into last, whatever the log has."""

    def begin(self, row: TenureRow) -> None:
        """It is ours, and all its files are there and open: this is what they are from now on. Raises
        `StoreError`.
        """
        make_private(self._database)
        paths = [self._database, *(beside(self._database, ending) for ending in LOOKED_AT)]
        try:
            self._mark = CommitMark(self._database)
            self._mark.write(row)
            self._found = [(str(path), _which(os.stat(path))) for path in paths]  # noqa: PTH116 - as in `look`
            self._database_id = row.database_id
        except OSError as error:
            raise StoreError(
                f"cannot keep the last commit beside {self._database}: {error.strerror} "
                f"({error.filename}); is "
                "the folder writable?"
            ) from error

    def committed(self, row: TenureRow) -> None:
        """Something is durable. Raises `DatabaseLostError` where nobody will find it."""
        self.look()
        if self._mark is not None:
            self._mark.write(row)

    def look(self) -> None:
        """Raises `DatabaseLostError` where the files are not those that were opened."""
        for path, which in self._found:
            try:
                status = os.stat(path)  # noqa: PTH116 - after each commit: half the time of a Path's
            except OSError as error:
                raise DatabaseLostError(
                    f"{path} was deleted or moved while this server ran ({error.strerror})"
                ) from error
            if _which(status) != which:
                raise DatabaseLostError(f"{path} was replaced while this server ran")
            if path == self._found[0][0] and (status.st_mtime_ns, status.st_size) != self._changed_at:
                self._look_into()
                self._changed_at = status.st_mtime_ns, status.st_size

    def _look_into(self) -> None:
        """What the file says of itself, whatever SQLite's log and its memory say."""
        uri = f"{self._database.as_uri()}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                rows = connection.execute(WHOSE).fetchall()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_CANTOPEN"):
                return  # no more files may be open: who looks next sees it
            raise DatabaseLostError(f"{self._database} {_WRITTEN_OVER}: {error}") from error
        if [database_id for database_id, _ in rows] != [self._database_id]:
            raise DatabaseLostError(f"{self._database} {_WRITTEN_OVER}: it is another database")
        if rows[0][1] < self._commits:
            raise DatabaseLostError(
                f"{self._database} {_WRITTEN_OVER}: it is an older copy, with {rows[0][1]} commits, and had "
                f"{self._commits}"
            )
        self._commits = rows[0][1]

    def release(self) -> None:
        """Let go of the files; SQLite has closed the database before."""
        if self._mark is not None:
            self._mark.close()
        self._lock.release()


def _which(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
