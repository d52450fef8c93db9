"""Refusals that a person can meet: expected, found, and what to do.

StoreError                (port.py) the store could not do what it was asked
├── UnsupportedDatabaseError  the URL names no database that this version can use
├── ForeignDatabaseError      the file holds something that is not ours
├── DatabaseTooNewError       a later version of the program has written it
├── DatabaseInUseError        another server has it open
├── CommitsMissingError       it does not hold all that was acknowledged
├── DatabaseLostError         while it was open it was taken over, deleted, moved or replaced
└── DamagedError              what was read is not what was written
"""

from __future__ import annotations

from counterflow.store.port import StoreError


class UnsupportedDatabaseError(StoreError):
    """The URL names no database that this version can use."""


class ForeignDatabaseError(StoreError):
    """What was found at the URL is not a database of ours; nothing in it was touched."""


class DatabaseTooNewError(StoreError):
    """The schema is of a version that this program does not know; nothing in it was touched."""


class DatabaseInUseError(StoreError):
    """Another process, or another store of this one, writes to this database.

    Two would break the order of the log.
    """


class CommitsMissingError(StoreError):
    """What tells how far the database had come does not agree: something acknowledged is not in it.

    The log's end, the counters and the last commit kept beside it tell that.
    """


class DatabaseLostError(StoreError):
    """The database is no longer this store's to write to, and never will be again; nothing was acknowledged.

    It was taken over, deleted, moved or replaced.
    """


class DamagedError(StoreError):
    """What was read is not what was written, by its checksum, or cannot be read at all.

    `process_instance_key` is whose it says it is; 0 where it says nothing.
    """

    def __init__(self, reason: str, process_instance_key: int = 0) -> None:
        super().__init__(reason)
        self.process_instance_key = process_instance_key
