"""Where databases differ, in one place: how to connect, how to begin, what a column's type is called."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, cast

from counterflow.store.searching import Form
from counterflow.store.sql.permissions import rests


class DatabaseCursor(Protocol):
    """As much of PEP 249's cursor as is used here."""

    def execute(self, text: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def executemany(self, text: str, parameters: Sequence[Sequence[Any]], /) -> Any:
        """Run one statement for each of these."""

    def fetchall(self) -> list[Any]:
        """What is left of the answer."""


class DatabaseConnection(Protocol):
    """As much of PEP 249's connection as is used here."""

    def cursor(self) -> DatabaseCursor:
        """A cursor of its own."""

    def close(self) -> None:
        """It is not used afterwards."""


@dataclass(frozen=True)
class DatabaseKind:
    """One kind of database, as the store needs to know it.

    Connections are in autocommit mode: a transaction is what stands between `begin` and COMMIT, and nothing
    else is. `errors` are what the driver raises when the database, or the driver on its way to it, refuses;
    `is_damage` says of one of them that what is on the disk is not what was put there. `read_any_text` makes
    a connection give texts that are none, as such that no database could hold.
    """

    connect: Callable[[Path], DatabaseConnection]
    sqlalchemy_url: str
    """Which dialect migrations are spoken in."""
    parameter: str
    """How the place of a parameter is marked."""
    types: Mapping[type, str]
    """What the type of a column is called that holds values of this one."""
    table_names: str
    """The query that names all tables and views, but for the database's own."""
    begin_write: str
    begin_read: str
    never_wait: str
    """What a connection is told that must not wait for the locks of other processes."""
    is_busy: Callable[[BaseException], bool]
    """Whether an error says that there is such a lock."""
    errors: tuple[type[Exception], ...]
    describe: Callable[[BaseException], str]
    is_damage: Callable[[BaseException], bool]
    read_any_text: Callable[[DatabaseConnection, bool], None]
    limit: Callable[[DatabaseCursor, float | None], None]
    """What a cursor asks for from now on is broken off after so many seconds (None: after no time)."""
    is_overdue: Callable[[BaseException], bool]
    """Whether an error says that it was."""
    forms: Mapping[Form, str]
    """The expressions for a column in a form."""
    members: str
    """The texts in a column that is a JSON array, as rows of `member` and a number."""


BUSY_TIMEOUT_S = 5.0
"""How long SQLite waits for a lock, but for who writes: that waits elsewhere (`partition/writer.py`).

The lock file keeps other servers out, so only a person's own tool can hold one.
"""

INSTRUCTIONS = 50_000
"""Of SQLite's machine, between two looks at the clock: some milliseconds."""

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


def connect_sqlite(path: Path) -> DatabaseConnection:
    """A connection to the file at `path`. Used by one thread at a time, not always by the same one."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    for setting in SQLITE_SETTINGS:
        connection.execute(setting)
    return connection


def connect_to_look(path: Path) -> DatabaseConnection:
    """A connection to a file that may be somebody else's: it is left as it is, also in how it is written."""
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)


def connect_to_read(path: Path) -> DatabaseConnection:
    """A connection that writes nothing, not even what SQLite's log holds into the file at `path`.

    SQLite would make a log beside it to read by. Where that cannot be, and none is, it is told that nothing
    changes.
    """
    still = "&immutable=1" if rests(path) else ""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=ro{still}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


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


def limit_sqlite(cursor: DatabaseCursor, seconds: float | None) -> None:
    """SQLite asks now and then whether it is to go on."""
    connection = cast("sqlite3.Cursor", cursor).connection
    if seconds is None:
        connection.set_progress_handler(None, 0)
        return
    over = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > over, INSTRUCTIONS)


def is_overdue_sqlite(error: BaseException) -> bool:
    """Whether it was broken off."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def read_any_text_sqlite(connection: DatabaseConnection, is_any: bool) -> None:
    """Texts are Unicode, or (at the price of a call for each) whatever they are."""
    cast("sqlite3.Connection", connection).text_factory = _any_text if is_any else str


def _any_text(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


SQLITE = DatabaseKind(
    connect=connect_sqlite,
    sqlalchemy_url="sqlite://",
    parameter="?",
    # INTEGER is 64 bits wide, and only under this name does a primary key become the rowid.
    types=MappingProxyType({int: "INTEGER", str: "TEXT", bytes: "BLOB", bool: "BOOLEAN"}),
    table_names=(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'"
    ),
    begin_write="BEGIN IMMEDIATE",
    begin_read="BEGIN",
    never_wait="PRAGMA busy_timeout = 0",
    is_busy=is_busy_sqlite,
    errors=(sqlite3.Error, OverflowError, UnicodeError),
    describe=describe_sqlite,
    is_damage=is_damage_sqlite,
    read_any_text=read_any_text_sqlite,
    limit=limit_sqlite,
    is_overdue=is_overdue_sqlite,
    forms=MappingProxyType(
        {
            "plain": "{}",
            "filled": "nullif(nullif({}, ''), 0)",
            "document": "CAST({} AS TEXT)",
            "date": "CAST(round((julianday({}) - 2440587.5) * 86400000) AS INTEGER)",
        }
    ),
    members="json_each({}) AS member{}",
)
