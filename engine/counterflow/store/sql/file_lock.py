"""One writer per database file, held by two advisory locks.

One is on `FILE.lock` beside it: the holder's process id is written inside, for the message only. The other is
on a byte of the database itself, far behind whatever SQLite reads, writes and locks: so a lock file that was
deleted, or a second name (a hard link), lets nobody in. It is of the kind that belongs to an open file and
not to a process (Linux, `F_OFD_SETLK`), since SQLite's own are of the other; where there is none, the epoch
in the database (`tenure.py`) stands alone.

The operating system releases locks when the process ends, however it ends; the files stay, for removing one
would let two processes lock two files of one name.
"""

from __future__ import annotations

import os
import struct
import sys
from contextlib import suppress
from pathlib import Path

from counterflow.store.errors import DatabaseInUseError
from counterflow.store.port import StoreError
from counterflow.store.sql.private_files import beside, open_private

LOCKED_BYTE = 1 << 60

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        """Lock a byte far behind the text: on Windows a locked byte cannot be read."""
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


if sys.platform == "linux":

    def _try_lock_byte(descriptor: int) -> None:
        """`struct flock`: to write, from the file's beginning, where, how many, of no process."""
        request = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, LOCKED_BYTE, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, request)

else:

    def _try_lock_byte(descriptor: int) -> None:
        """There is no such lock here."""


_HELD: set[tuple[int, int]] = set()
"""Databases that this process has locked, by device and file. Opening one of them and closing it again would
take from SQLite the locks of this process on it, so that is not even tried.
"""


class FileLock:
    """The right to write to a database file, from construction to `release`. The file is made if there is
    none. Raises `DatabaseInUseError` or `StoreError`.

    `takes_over`: it is ours also while another has it, who is refused by the next epoch.
    """

    def __init__(self, database: Path, *, takes_over: bool = False) -> None:
        self._database = database
        self._descriptor = _open_lock(beside(database, ".lock"))
        self._byte: int | None = None
        self._held: tuple[int, int] | None = None
        try:
            self._acquire()
        except DatabaseInUseError:
            if not takes_over:
                os.close(self._descriptor)
                raise
        else:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Give up the right; whoever asks next has it. SQLite has closed the file before."""
        if self._byte is not None:
            os.close(self._byte)
        if self._held is not None:
            _HELD.discard(self._held)
        os.close(self._descriptor)

    def _acquire(self) -> None:
        try:
            _try_lock(self._descriptor)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode(errors="replace").strip()
            raise DatabaseInUseError(
                _in_use(self._database, f"process {holder}" if holder else "")
            ) from error
        self._acquire_byte()

    def _acquire_byte(self) -> None:
        """What is no file that can be opened is left to SQLite, which says why."""
        with suppress(OSError):
            status = self._database.stat()
            if (status.st_dev, status.st_ino) in _HELD:
                raise DatabaseInUseError(_in_use(self._database, "this process, by another name"))
        try:
            byte = open_private(self._database)
        except OSError:
            return
        try:
            _try_lock_byte(byte)
        except OSError as error:
            os.close(byte)
            who = "a process that has it by another name, or whose lock file was deleted"
            raise DatabaseInUseError(_in_use(self._database, who)) from error
        status = os.fstat(byte)
        self._byte, self._held = byte, (status.st_dev, status.st_ino)
        _HELD.add(self._held)


def _open_lock(path: Path) -> int:
    try:
        return open_private(path)
    except OSError as error:
        verb, what = ("write to", "file") if path.is_file() else ("make", "folder")
        raise StoreError(
            f"cannot {verb} {path}, which keeps a second server out: {error.strerror}; see that this "
            f"user may write to that {what}"
        ) from error


def _in_use(database: Path, who: str) -> str:
    return (
        f"{database} is in use by {who or 'another process'}: one server writes to a database. Stop "
        "that one, or "
        "name another file."
    )
