"""One writer per database file, held by an advisory lock on `FILE.lock` beside it.

The operating system releases the lock when the process ends, however it ends; the file itself stays, for
removing it would let two processes lock two files of one name. The holder's process id is written inside, for
the message only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from counterflow.store.errors import DatabaseInUseError
from counterflow.store.port import StoreError

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


class FileLock:
    """The right to write to a database file, from construction to `release`.

    Raises `DatabaseInUseError` or `StoreError`.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(
                f"cannot make {path}, which keeps a second server out: {error.strerror}; is the folder "
                "writable?"
            ) from error
        try:
            _try_lock(self._descriptor)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise DatabaseInUseError(_in_use(database, holder)) from error
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Give up the right; whoever asks next has it."""
        os.close(self._descriptor)


def _in_use(database: Path, holder: str) -> str:
    who = f"process {holder}" if holder else "another process"
    return (
        f"{database} is in use by {who}: one server writes to a database. Stop that one, or name another "
        "file."
    )
