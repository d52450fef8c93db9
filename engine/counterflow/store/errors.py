"""Refusals that a person can meet when a database is opened: expected, found, and what to do.

StoreError               (port.py) the store could not do what it was asked
├── UnsupportedDatabaseError  the URL names no database that this version can use
├── ForeignDatabaseError      the file holds something that is not ours
├── DatabaseTooNewError       a later version of the program has written it
└── DatabaseInUseError        another server has it open
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
