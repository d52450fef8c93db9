"""A database file in one server's hands: locked, kept beside it what was committed last, and looked at.

Whoever deletes, moves or replaces a database that is open does not stop SQLite, which goes on writing into
files that nobody will find again. So the names are looked at after each commit, before it is acknowledged,
and once a second besides.

Whoever copies another database, or an old copy, into the file itself leaves its name and its inode as they
were, and SQLite may read and write its log beside it for long. But the file changes, which it otherwise does
only as the log is written into it: then what it says itself of whose it is, and how far it has come, must be
ours, and never from before. It is looked into while this server writes nothing into it; since a tool of
somebody may do so, what cannot be read is missed only when it has been at rest for a while.
"""

from __future__ import annotations

import os
import sqlite3
import time
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
_VERSIONS = slice(18, 20)
_LOGGED = b"\x02\x02"
AT_REST_S = 2.0
"""A file that cannot be read, and has not been changed for so long, is nobody's work under way."""
LOOK_AGAIN_S = 0.05
LOOKED_AT = ("-wal", "-shm")
"""Besides the database: SQLite's log, without which it lacks the last commits, and what its processes share.
"""


class FileCustody:
    """From construction to `release`. Raises `DatabaseInUseError` or `StoreError`."""

    def __init__(self, database: Path, *, takes_over: bool) -> None:
        self._database = database
        self._lock = FileLock(database, takes_over=takes_over)
        self._mark: CommitMark | None = None
        self._seen: list[tuple[str, tuple[int, int]]] = []
        self._database_id = ""
        self._changed_at = self._looked_at = _NEVER
        """When the file was changed last, and how large it is: as it was understood, and as it was seen."""
        self._unread_since: float | None = None
        """Since when it cannot be read, as it was seen last."""
        self._commits = 0
        """Those that the file itself had when it was looked into last, whatever the log has."""

    def begin(self, row: TenureRow) -> None:
        """It is ours, and all its files are there and open: this is what they are from now on.

        Raises `StoreError`.
        """
        make_private(self._database)
        paths = [self._database, *(beside(self._database, ending) for ending in LOOKED_AT)]
        try:
            self._mark = CommitMark(self._database)
            self._mark.write(row)
            self._seen = [(str(path), _which(os.stat(path))) for path in paths]  # noqa: PTH116 - as look itself does it
            self._database_id = row.database_id
        except OSError as error:
            raise StoreError(
                f"cannot keep the last commit beside {self._database}: {error.strerror} "
                f"({error.filename}); is "
                "the folder writable?"
            ) from error

    def committed(self, row: TenureRow) -> None:
        """Something is durable. Raises `DatabaseLostError` where nobody will find it."""
        while not self.look(is_still=True):
            time.sleep(LOOK_AGAIN_S)
        if self._mark is not None:
            self._mark.write(row)

    def look(self, *, is_still: bool) -> bool:
        """Whether they can be read; raises `DatabaseLostError` where they are not those that were opened.

        `is_still`: this server writes nothing at present, nor begins to before this returns.
        """
        for path, which in self._seen:
            try:
                status = os.stat(path)  # noqa: PTH116 - after each commit: half the time of a Path's
            except OSError as error:
                raise DatabaseLostError(
                    f"{path} was deleted or moved while this server ran ({error.strerror})"
                ) from error
            if _which(status) != which:
                raise DatabaseLostError(f"{path} was replaced while this server ran")
            if is_still and path == self._seen[0][0]:
                self._look_at_changes((status.st_mtime_ns, status.st_size))
        return self._unread_since is None

    def _look_at_changes(self, changed_at: tuple[int, int]) -> None:
        if changed_at == self._changed_at:
            return
        if changed_at != self._looked_at:
            self._looked_at, self._unread_since = changed_at, None
        try:
            self._look_into()
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith("SQLITE_CANTOPEN"):
                return  # no more files may be open: who looks next sees it
            if name.startswith("SQLITE_CORRUPT"):
                # killed while the log was written into it: it is whole together with that, as SQLite knows
                self._changed_at, self._unread_since = changed_at, None
                return
            now = time.monotonic()
            self._unread_since = self._unread_since or now
            if now - self._unread_since >= AT_REST_S:
                raise DatabaseLostError(f"{self._database} {_WRITTEN_OVER}: {error}") from error
        else:
            self._changed_at, self._unread_since = changed_at, None

    def _look_into(self) -> None:
        """What the file says of itself, whatever SQLite's log and its memory say."""
        uri = f"{self._database.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            rows = connection.execute(WHOSE).fetchall()
        if [database_id for database_id, _ in rows] != [self._database_id]:
            raise DatabaseLostError(f"{self._database} {_WRITTEN_OVER}: it is another database")
        if not self._is_logged():
            raise DatabaseLostError(
                f"{self._database} {_WRITTEN_OVER}: it is a copy whose pages lie elsewhere (as VACUUM INTO "
                "writes one), to which this server's log does not belong"
            )
        if rows[0][1] < self._commits:
            raise DatabaseLostError(
                f"{self._database} {_WRITTEN_OVER}: it is an older copy, with {rows[0][1]} commits, and had "
                f"{self._commits}"
            )
        self._commits = rows[0][1]

    def _is_logged(self) -> bool:
        """Whether it is still a file with a log beside it, as it was made here. A copy that SQLite writes
        anew is none until somebody opens it (file format, 1.3.3: versions of reading and writing).
        """
        with self._database.open("rb") as file:
            return file.read(_VERSIONS.stop)[_VERSIONS] == _LOGGED

    def release(self) -> None:
        """Let go of the files; SQLite has closed the database before."""
        if self._mark is not None:
            self._mark.close()
        self._lock.release()


def _which(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
