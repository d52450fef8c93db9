"""The schema, derived: a table per row of the kernel, the log, who writes, and Alembic's mark. A table has a
column per field; one row says who writes. Each row has a checksum behind its columns (`checksums.py`).

A test holds these tables to what the migrations make. Keys and positions only ever grow, so a table with an
integer key is filled at its end (in SQLite the key is the rowid); names and JSON are compared byte by byte in
every database, so that the order of a scan is everywhere the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import get_args

from msgspec import Struct
from msgspec.structs import fields

from counterflow.kernel.row import Row
from counterflow.kernel.rows import TABLES
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.sql.tenure import TenureRow

PARTIAL_INDEXES: dict[str, tuple[str, str]] = {"process_instance": ("state", "active")}
"""Tables with an index over the few rows whose column has this value, which are always asked for."""


SPARSE_INDEXES: dict[str, str] = {
    "ix_process_instance_business": "business_id IS NOT NULL",
    "ix_process_instance_parent": "parent_instance_key <> 0",
}
"""Indexes over columns that few rows have a value in, with the condition that a search says as well."""


class DatabaseColumn(Struct, frozen=True):
    """A column by the type of its values: int (64 bits), str, bytes or bool. Texts are in the order of their
    code points.
    """

    name: str
    kind: type
    is_null: bool


class DatabaseIndex(Struct, frozen=True):
    """An index over columns, or over those of the rows for which a condition holds."""

    name: str
    columns: tuple[str, ...]
    condition: str = ""


class DatabaseTable(Struct, frozen=True):
    """What a database is told of a table."""

    name: str
    columns: MappingProxyType[str, DatabaseColumn]
    key: tuple[str, ...]
    indexes: tuple[DatabaseIndex, ...] = ()


def columns_of(struct: type[Struct]) -> MappingProxyType[str, DatabaseColumn]:
    """A column per field of a struct, in their order, NULL where the field may be None; and the checksum."""
    columns = [DatabaseColumn(field.name, *_kind(field.type)) for field in fields(struct)]
    return MappingProxyType(
        {column.name: column for column in (*columns, DatabaseColumn("row_checksum", int, is_null=True))}
    )


def _kind(hint: type) -> tuple[type, bool]:
    kinds = {*(get_args(hint) or (hint,))}
    (kind,) = kinds - {type(None)}
    return kind, type(None) in kinds


def _table_of(row: type[Row]) -> DatabaseTable:
    return DatabaseTable(row.table, columns_of(row), row.key_fields, tuple(_indexes_of(row)))


def _indexes_of(row: type[Row]) -> Iterator[DatabaseIndex]:
    if row.instance_field not in ("", row.key_fields[0]):
        yield DatabaseIndex(f"ix_{row.table}_instance", (row.instance_field,))
    for name, columns in row.indexes.items():
        index = f"ix_{row.table}_{name}"
        yield DatabaseIndex(index, columns, SPARSE_INDEXES.get(index, ""))
    if row.table in PARTIAL_INDEXES:
        column, value = PARTIAL_INDEXES[row.table]
        yield DatabaseIndex(f"ix_{row.table}_{value}", row.key_fields, f"{column} = '{value}'")


TABLE_OF: dict[type[Row], DatabaseTable] = {row: _table_of(row) for row in TABLES}
"""The table of each row struct."""

EVENT_LOG = DatabaseTable(
    "event_log",
    columns_of(LogEntry),
    ("position",),
    (DatabaseIndex("ix_event_log_instance", ("process_instance_key",)),),
)
TENURE = DatabaseTable("tenure", columns_of(TenureRow), ("id",))
ALL_TABLES = (*TABLE_OF.values(), EVENT_LOG, TENURE)
"""All but Alembic's mark."""
