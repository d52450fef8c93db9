"""Where databases differ, in one place: how to connect, how to begin, how to put a row over another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import URL, ClauseElement, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.engine.interfaces import Dialect as SqlAlchemyDialect


@dataclass(frozen=True)
class DatabaseKind:
    """One kind of database, as the store needs to know it.

    Connections are in autocommit mode: a transaction is what stands between `begin` and COMMIT, and nothing
    else is. `errors` are what the driver raises when the database, or the driver on its way to it, refuses;
    `is_damage` says of one of them that what is on the disk is not what was put there. `read_any_text` makes
    a connection give texts that are none, as such that no database could hold.
    """

    sqlalchemy: SqlAlchemyDialect
    connect: Callable[[URL], DBAPIConnection]
    upsert: Callable[[Table], ClauseElement]
    begin_write: str
    begin_read: str
    never_wait: str
    """What a connection is told that must not wait for the locks of other processes."""
    is_busy: Callable[[BaseException], bool]
    """Whether an error says that there is such a lock."""
    errors: tuple[type[Exception], ...]
    describe: Callable[[BaseException], str]
    is_damage: Callable[[BaseException], bool]
    read_any_text: Callable[[DBAPIConnection, bool], None]


BUSY_TIMEOUT_S = 5.0
"""How long SQLite waits for a lock, but for who writes: that waits elsewhere (`partition/writer.py`).

The lock file keeps other servers out, so only a person's own tool can hold one.
"""

SQLITE_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cell_size_check = ON",
)
"""FULL: an acknowledged commit survives a power cut, which with NORMAL it does not.

The limit gives back the space of an exceptionally big batch. The check finds some damage to a page when it is
read. Page size, cache, memory map and checkpoints
stay SQLite's own: nothing gained by others.
"""


def connect_sqlite(url: URL) -> DBAPIConnection:
    """A connection to the file that `url` names. Used by one thread at a time, not always by the same one."""
    connection = sqlite3.connect(
        url.database or "",
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    for setting in SQLITE_SETTINGS:
        connection.execute(setting)
    return cast("DBAPIConnection", connection)


def connect_to_read(url: URL) -> DBAPIConnection:
    """A connection that writes nothing, not even what SQLite's log holds into the file that `url` names."""
    connection = sqlite3.connect(
        f"{Path(url.database or '').as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA cell_size_check = ON")
    return cast("DBAPIConnection", connection)


def upsert_sqlite(table: Table) -> ClauseElement:
    """INSERT … ON CONFLICT DO UPDATE into a table.

    Unlike REPLACE it leaves the row, and indexes over unchanged columns, in place.
    """
    statement = sqlite.insert(table)
    values = {
        column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key
    }
    if not values:  # the row is its key: there is nothing to bring up to date
        return statement.on_conflict_do_nothing(index_elements=list(table.primary_key))
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)


def describe_sqlite(error: BaseException) -> str:
    """The database's own words, with the name of the error that its documentation is found under."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return f"{error} ({name})"


def is_busy_sqlite(error: BaseException) -> bool:
    """Whether another process has locked the file."""
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")


def is_damage_sqlite(error: BaseException) -> bool:
    """Pages that make no sense, and texts that are none: of columns, and of the database's own words."""
    name = getattr(error, "sqlite_errorname", "")
    is_no_text = isinstance(error, UnicodeDecodeError) or "Could not decode to UTF-8" in str(error)
    return is_no_text or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def read_any_text_sqlite(connection: DBAPIConnection, is_any: bool) -> None:
    """Texts are Unicode, or (at the price of a call for each) whatever they are."""
    cast("sqlite3.Connection", connection).text_factory = _any_text if is_any else str


def _any_text(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


SQLITE = DatabaseKind(
    sqlalchemy=sqlite.dialect(paramstyle="qmark"),
    connect=connect_sqlite,
    upsert=upsert_sqlite,
    begin_write="BEGIN IMMEDIATE",
    begin_read="BEGIN",
    never_wait="PRAGMA busy_timeout = 0",
    is_busy=is_busy_sqlite,
    errors=(sqlite3.Error, OverflowError, UnicodeError),
    describe=describe_sqlite,
    is_damage=is_damage_sqlite,
    read_any_text=read_any_text_sqlite,
)
