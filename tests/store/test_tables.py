"""The schema says the same thing twice: as rows, of which tables are made, and as migrations.

Here they are held together.
"""

from __future__ import annotations

import sqlite3
import types
from contextlib import closing
from pathlib import Path
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from msgspec import Struct

from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.sql.dialects import SQLITE
from counterflow.store.sql.migrating import migrate
from counterflow.store.sql.schema import is_new, make
from counterflow.store.sql.tables import (
    ALL_TABLES,
    EVENT_LOG,
    PARTIAL_INDEXES,
    TABLE_OF,
    TENURE,
    DatabaseTable,
)
from counterflow.store.sql.tenure import TenureRow

STRUCTS: list[tuple[type[Struct], DatabaseTable]] = [
    *TABLE_OF.items(),
    (LogEntry, EVENT_LOG),
    (TenureRow, TENURE),
]

Column = tuple[str, type, bool]


def columns_of_struct(struct: type[Struct]) -> list[Column]:
    """Name, type and whether None is allowed, of each field."""
    hints = get_type_hints(struct)
    return [(name, *without_none(hints[name])) for name in struct.__struct_fields__]


def without_none(hint: object) -> tuple[type, bool]:
    """`str | None` is a str that may be missing."""
    kinds = list(get_args(hint)) if get_origin(hint) in {types.UnionType, Union} else [hint]
    (kind,) = [kind for kind in kinds if kind is not type(None)]
    assert isinstance(kind, type)
    return kind, type(None) in kinds


@pytest.mark.parametrize("struct, table", STRUCTS, ids=lambda value: getattr(value, "name", ""))
def test_a_table_has_the_columns_of_its_struct(struct: type[Struct], table: DatabaseTable) -> None:
    *columns, checksum = [(column.name, column.kind, column.is_null) for column in table.columns.values()]
    assert columns == columns_of_struct(struct)
    assert checksum == ("row_checksum", int, True)


@pytest.mark.parametrize("row", TABLES, ids=lambda row: row.table)
def test_a_table_has_the_primary_key_of_its_struct(row: type[Row]) -> None:
    assert TABLE_OF[row].key == row.key_fields


@pytest.mark.parametrize("row", INSTANCE_TABLES, ids=lambda row: row.table)
def test_the_rows_of_an_instance_are_found_by_an_index(row: type[Row]) -> None:
    first_columns = [index.columns[0] for index in TABLE_OF[row].indexes]
    assert row.instance_field in [row.key_fields[0], *first_columns]


def test_there_are_no_other_tables() -> None:
    assert {table.name for table in ALL_TABLES} == {row.table for row in TABLES} | {"event_log", "tenure"}


def test_a_partial_index_is_over_a_column_of_its_table() -> None:
    columns = {table.name: table.columns for table in ALL_TABLES}
    assert all(column in columns[table] for table, (column, _) in PARTIAL_INDEXES.items())


def test_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    migrate(SQLITE, migrated)
    assert is_new(SQLITE, made)
    make(SQLITE, made)
    assert not is_new(SQLITE, made)
    assert schema(migrated) == schema(made)
    assert begun(migrated) == begun(made)


def begun(path: Path) -> dict[str, object]:
    """The rows that are there from the beginning, but for the name that chance gives to a database."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE tenure SET database_id = ''")
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our own names
            for table in ("alembic_version", *(table.name for table in ALL_TABLES))
        }


def schema(path: Path) -> dict[str, object]:
    """Columns of every table, and the text of every index, whose names may be quoted or not.

    What a column that came later says of rows that were there is left out, and so is its place: it is the last
    one where it came later.
    """
    connection = sqlite3.connect(path)
    try:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        indexes = connection.execute(
            "SELECT name, tbl_name, replace(sql, '\"', '') FROM sqlite_master WHERE type = 'index'"
        ).fetchall()
        columns = {
            name: sorted((*told[1:4], told[5]) for told in connection.execute(f"PRAGMA table_info({name})"))
            for name in names
        }
    finally:
        connection.close()
    return {**columns, "indexes": sorted(indexes, key=str)}
