"""Whatever belongs to a database is readable by its server's user alone.

SQLite gives its log and what it shares between processes the permissions of the database, so that only this
one has to be made before SQLite does.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

logger = logging.getLogger("counterflow.store")

OWNER_ONLY = 0o600
BESIDE = ("-wal", "-shm", "-journal", "-commit", "-underway", ".lock")
"""What there may be beside a database, by what comes behind its name."""


def beside(database: Path, ending: str) -> Path:
    """The file beside a database whose name ends so."""
    return database.with_name(database.name + ending)


def open_private(path: Path) -> int:
    """A descriptor of a file that only its owner may read, made if there is none. Raises `OSError`."""
    return os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)


def make_private(database: Path) -> None:
    """See that a database and what is beside it can be read by its owner alone.

    What is somebody else's stays as it is, and is told.
    """
    for path in (database, *(beside(database, ending) for ending in BESIDE)):
        try:
            mode = path.stat().st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                path.chmod(OWNER_ONLY)
                logger.warning("%s could be read by others (%o); only its owner may now", path, mode & 0o777)
        except FileNotFoundError:
            continue
        except OSError as error:
            logger.warning(
                "%s can be read by others, and that could not be changed: %s", path, error.strerror
            )
