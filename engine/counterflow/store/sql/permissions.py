"""What keeps a database from being written to, or read, where it stands: asked once SQLite has refused.

SQLite needs more than the file: its log (`-wal`) and what readers share (`-shm`) stand beside it, and are
made and taken away again, so that the folder counts as well. Its own words name none of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from counterflow.store.sql.private_files import beside

LOG = "-wal"
SHARED = "-shm"


def why_not_written(database: Path) -> str:
    """What was found in place of a database to write to, and what to do; empty where nothing was."""
    return next(_hindrances(database), "")


def why_not_read(database: Path) -> str:
    """What was found in place of a database to read, and what to do; empty where nothing was."""
    for path in (database, beside(database, LOG)):
        if path.exists() and not os.access(path, os.R_OK):
            return f"found {path}, which this user may not read; let it read the file, or ask as its owner"
    if has_log(database) and not os.access(database.parent, os.W_OK):
        return (
            f"found a log beside it ({beside(database, LOG).name}) in a folder that cannot be written "
            "to, where SQLite reads none; copy both into a folder that can be, and name the copy"
        )
    return ""


def has_log(database: Path) -> bool:
    """Whether something is in SQLite's log that may not be in the database yet."""
    log = beside(database, LOG)
    return log.exists() and log.stat().st_size > 0


def rests(database: Path) -> bool:
    """Whether a database stands where nothing is written: no log beside it, nor a folder to make one in.

    A server at work always has a log.
    """
    return not has_log(database) and not os.access(database.parent, os.W_OK)


def _hindrances(database: Path) -> Iterator[str]:
    there = [path for path in (database, beside(database, LOG), beside(database, SHARED)) if path.exists()]
    if _is_mounted_read_only(database.parent):
        yield (
            f"found {database.parent} on a file system that can only be read; copy the database to "
            "another one, or mount this one to be written to"
        )
    for path in there:
        if not os.access(path, os.R_OK | os.W_OK):
            verb = "write to" if os.access(path, os.R_OK) else "read"
            yield (
                f"found {path}, which this user may not {verb}; give it the right (chmod u+rw, chown), or "
                "begin as the file's owner"
            )
    if not os.access(database.parent, os.W_OK | os.X_OK):
        yield (
            f"found the folder {database.parent}, which this user may not write to, and SQLite keeps "
            "its log beside the database; give it the right (chmod u+w, chown), or put the database elsewhere"
        )


def _is_mounted_read_only(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):  # Windows
        return False
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
