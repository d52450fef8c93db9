"""The schema, derived: a table per row of the kernel, a column per field, the log, the row that says who
writes, and Alembic's mark. Each row has a checksum behind its columns (`checksums.py`).

A test holds these tables to what the migrations make. Keys and positions only ever grow, so a table with an
integer key is filled at its end (in SQLite the key is the rowid); names and JSON are compared byte by byte in
every database, so that the order of a scan is everywhere the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final, get_args

from msgspec import Struct
from msgspec.structs import fields
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

from counterflow.kernel.row import Row
from counterflow.kernel.rows import TABLES
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.sql.tenure import TenureRow

METADATA = MetaData()

TYPES: Final = MappingProxyType[type, TypeEngine[Any]](
    {
        int: BigInteger().with_variant(Integer(), "sqlite"),
        str: Text().with_variant(Text(collation="C"), "postgresql"),
        bytes: LargeBinary(),
        bool: Boolean(),
    }
)
"""The column of a field.

64 bits: SQLite's INTEGER is that wide, and only under this name does a primary key become the rowid. Text is
in the order of its code points.
"""

PARTIAL_INDEXES: dict[str, tuple[str, str]] = {"process_instance": ("state", "active")}
"""Tables with an index over the few rows whose column has this value, which are always asked for."""


def columns_of(struct: type[Struct], key: tuple[str, ...]) -> Iterator[Column[Any]]:
    """A column per field of a struct, in their order, NULL where the field may be None; and the checksum.

    `key` is the primary key. Raises `KeyError` for a field of a type that no column has.
    """
    for field in fields(struct):
        (kind,) = {*(get_args(field.type) or (field.type,))} - {type(None)}
        is_null = type(None) in get_args(field.type)
        yield Column(
            field.name, TYPES[kind], primary_key=field.name in key, nullable=is_null, autoincrement=False
        )
    yield Column("row_checksum", TYPES[int])


def _table_of(row: type[Row]) -> Table:
    table = Table(row.table, METADATA, *columns_of(row, row.key_fields))
    if row.instance_field not in ("", row.key_fields[0]):
        Index(f"ix_{row.table}_instance", table.c[row.instance_field])
    for name, columns in row.indexes.items():
        Index(f"ix_{row.table}_{name}", *(table.c[column] for column in columns))
    return table


TABLE_OF: dict[type[Row], Table] = {row: _table_of(row) for row in TABLES}
"""The table of each row struct."""

# Its condition in PostgreSQL's own words stands in the migration only: here it would import that whole
# dialect at every start.
Index(
    "ix_process_instance_active",
    METADATA.tables["process_instance"].c.key,
    sqlite_where=text("{} = '{}'".format(*PARTIAL_INDEXES["process_instance"])),
)

EVENT_LOG = Table("event_log", METADATA, *columns_of(LogEntry, ("position",)))
Index("ix_event_log_instance", EVENT_LOG.c.process_instance_key)

TENURE = Table("tenure", METADATA, *columns_of(TenureRow, ("id",)))

Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
