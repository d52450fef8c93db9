"""The schema of this program: whether a database has it, and a new one made as it is to be.

A server that starts on an up-to-date database asks for one row and goes on. What a database of another
version needs is in `migrating.py`, which takes as long to load as all else of a server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from counterflow.store.sql.dialects import DatabaseCursor, DatabaseKind
from counterflow.store.sql.tables import ALL_TABLES, DatabaseColumn, DatabaseIndex, DatabaseTable

HEAD = "0018"
"""The last step in `migrations/versions`."""

MARK = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
BEGUN = f"INSERT INTO tenure VALUES (1, '{{database_id}}', 0, 0, 0, 0, 0, 0, {True:d}, NULL)"
"""Nothing has been written, and each row that will be has a checksum (`tenure.py`)."""


def make(dialect: DatabaseKind, path: Path) -> None:
    """Make all tables in the new database at `path`, in one transaction. Raises the driver's error."""
    with closing(dialect.connect(path)) as connection:
        cursor = connection.cursor()
        cursor.execute(dialect.begin_write)
        for text in definitions(dialect):
            cursor.execute(text)
        cursor.execute(BEGUN.format(database_id=uuid4().hex))
        cursor.execute(f"INSERT INTO alembic_version VALUES ('{HEAD}')")
        cursor.execute("COMMIT")


def is_new(dialect: DatabaseKind, path: Path) -> bool:
    """Whether there is nothing yet in the database at `path`. Raises the driver's error."""
    with closing(dialect.connect(path)) as connection:
        return not _names(dialect, connection.cursor())


def is_current(dialect: DatabaseKind, path: Path) -> bool:
    """Whether the one row that Alembic keeps says so, and all tables are there: others use Alembic too.

    Where it cannot be read, migrating finds out why and says it better.
    """
    connection = dialect.connect(path)
    try:
        cursor = connection.cursor()
        if not {table.name for table in ALL_TABLES} <= _names(dialect, cursor):
            return False
        cursor.execute("SELECT version_num FROM alembic_version")
        return list(cursor.fetchall()) == [(HEAD,)]
    except dialect.errors:
        return False
    finally:
        connection.close()


def definitions(dialect: DatabaseKind) -> Iterator[str]:
    """The statements that make all tables and indexes."""
    yield MARK
    for table in ALL_TABLES:
        columns = ", ".join(_column(dialect, column) for column in table.columns.values())
        yield f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({', '.join(table.key)}))"
        yield from (_index(table, index) for index in table.indexes)


def _column(dialect: DatabaseKind, column: DatabaseColumn) -> str:
    return f"{column.name} {dialect.types[column.kind]}{'' if column.is_null else ' NOT NULL'}"


def _index(table: DatabaseTable, index: DatabaseIndex) -> str:
    where = f" WHERE {index.condition}" if index.condition else ""
    return f"CREATE INDEX {index.name} ON {table.name} ({', '.join(index.columns)}){where}"


def _names(dialect: DatabaseKind, cursor: DatabaseCursor) -> set[str]:
    cursor.execute(dialect.table_names)
    return {name for (name,) in cursor.fetchall()}
