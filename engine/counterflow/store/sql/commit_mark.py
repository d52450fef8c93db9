"""The last commit, kept beside a database in `FILE-commit`. It must be in the database when that is opened
again.

It is written after each commit has reached the disk, and is not itself forced there: it outlives its process,
and a power cut can leave it older than the database, never newer. So a mark that is ahead tells of a loss (a
log of SQLite's that was damaged, deleted or left behind), and one that is behind tells nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import msgspec

from counterflow.store.sql.private_files import beside, open_private
from counterflow.store.sql.tenure import TenureRow

ENDING = "-commit"
LENGTH = 256
"""Bytes of a mark, filled up with spaces: less than a sector, so that it is written in one piece."""


class LastCommit(msgspec.Struct, frozen=True):
    """What was committed last, by the database's own id."""

    database_id: str
    epoch: int
    commits: int
    last_key: int
    last_position: int


class CommitMark:
    """The file beside a database, open for writing. Raises `OSError` where it cannot be made."""

    def __init__(self, database: Path) -> None:
        self._descriptor = open_private(beside(database, ENDING))

    def write(self, row: TenureRow) -> None:
        """Say that this was committed."""
        text = f"{row.database_id} {row.epoch} {row.commits} {row.last_key} {row.last_position}"
        line = f"{text} {crc32(text.encode()):08x}"
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, f"{line:{LENGTH - 1}}\n".encode())

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def read_mark(database: Path) -> LastCommit | None:
    """What is said beside a database; None where nothing is, or it cannot be read."""
    try:
        text = beside(database, ENDING).read_text(encoding="ascii")
        body, _, checksum = text.strip().rpartition(" ")
        database_id, *numbers = body.split(" ")
        epoch, commits, last_key, last_position = map(int, numbers)
    except (OSError, ValueError):
        return None
    if checksum != f"{crc32(body.encode()):08x}":
        return None
    return LastCommit(database_id, epoch, commits, last_key, last_position)
