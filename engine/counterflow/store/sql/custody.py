"""A database file in one server's hands: locked, kept beside it what was committed last, and looked at.

Whoever deletes, moves or replaces a database that is open does not stop SQLite, which goes on writing into
files that nobody will find again. So the names are looked at after each commit, before it is acknowledged,
and once a second besides.
"""

from __future__ import annotations

import os
from pathlib import Path

from counterflow.store.errors import DatabaseLostError
from counterflow.store.port import StoreError
from counterflow.store.sql.commit_mark import CommitMark
from counterflow.store.sql.file_lock import FileLock
from counterflow.store.sql.private_files import beside, make_private
from counterflow.store.sql.tenure import TenureRow

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

    def begin(self, row: TenureRow) -> None:
        """It is ours, and all its files are there and open: this is what they are from now on. Raises
        `StoreError`.
        """
        make_private(self._database)
        paths = [self._database, *(beside(self._database, ending) for ending in LOOKED_AT)]
        try:
            self._mark = CommitMark(self._database)
            self._mark.write(row)
            self._found = [(str(path), _which(str(path))) for path in paths]
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
                if _which(path) != which:
                    raise DatabaseLostError(f"{path} was replaced while this server ran")
            except OSError as error:
                raise DatabaseLostError(
                    f"{path} was deleted or moved while this server ran ({error.strerror})"
                ) from error

    def release(self) -> None:
        """Let go of the files; SQLite has closed the database before."""
        if self._mark is not None:
            self._mark.close()
        self._lock.release()


def _which(path: str) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - after each commit: half the time of a Path's
    return status.st_dev, status.st_ino
