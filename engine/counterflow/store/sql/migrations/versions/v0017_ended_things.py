"""What has become of elements, jobs, incidents and variables; when those began that are there.

The tables are filled from the log when a server begins on the database (`partition/filling.py`).
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text, text

revision = "0017"
down_revision = "0016"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")
BEGUN = "INSERT INTO unfilled SELECT 1, 0, 12788110374 WHERE EXISTS (SELECT 1 FROM event_log)"
"""The last number is the checksum of the row (1, 0)."""
INSTANCE_INDEXES = {
    "started": ("started_at_ms", None),
    "ended": ("ended_at_ms", None),
    "business": ("business_id", "business_id IS NOT NULL"),
    "parent": ("parent_instance_key", "parent_instance_key <> 0"),
}
"""The column, and the condition of the rows that are in it."""


def upgrade() -> None:
    """Make the tables, columns and indexes."""
    op.add_column("element_instance", Column("began_at_ms", NUMBER))
    op.add_column("job", Column("created_at_ms", NUMBER))
    op.create_table(
        "ended_element",
        _key(),
        *map(_number, ("process_instance_key", "scope_key")),
        *map(_string, ("element_id", "state")),
        Column("began_at_ms", NUMBER),
        _number("ended_at_ms"),
        Column("row_checksum", NUMBER),
    )
    op.create_table(
        "ended_job",
        _key(),
        *map(_number, ("process_instance_key", "element_instance_key")),
        *map(_string, ("element_id", "type", "state")),
        _number("retries"),
        _string("worker"),
        *(Column(name, STRING) for name in ("error_code", "error_message")),
        Column("headers", LargeBinary),
        _string("listener_event_type"),
        Column("created_at_ms", NUMBER),
        _number("ended_at_ms"),
        Column("row_checksum", NUMBER),
    )
    op.create_table(
        "ended_incident",
        _key(),
        *map(_number, ("process_instance_key", "element_instance_key")),
        _string("element_id"),
        _number("job_key"),
        *map(_string, ("error_type", "message")),
        *map(_number, ("created_at_ms", "ended_at_ms")),
        Column("row_checksum", NUMBER),
    )
    op.create_table(
        "ended_variable",
        Column("scope_key", NUMBER, primary_key=True, autoincrement=False),
        Column("name", STRING, primary_key=True),
        _number("process_instance_key"),
        Column("value", LargeBinary, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_table(
        "unfilled",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        _number("behind_key"),
        Column("row_checksum", NUMBER),
    )
    op.execute(BEGUN)
    for table in ("ended_element", "ended_job", "ended_incident", "ended_variable"):
        op.create_index(f"ix_{table}_instance", table, ["process_instance_key"])
    op.create_index("ix_ended_variable_named", "ended_variable", ["name"])
    for name, (column, condition) in INSTANCE_INDEXES.items():
        where = text(condition) if condition else None
        op.create_index(
            f"ix_process_instance_{name}",
            "process_instance",
            [column],
            sqlite_where=where,
            postgresql_where=where,
        )


def _key() -> Column[object]:
    return Column("key", NUMBER, primary_key=True, autoincrement=False)


def _number(name: str) -> Column[object]:
    return Column(name, NUMBER, nullable=False)


def _string(name: str) -> Column[object]:
    return Column(name, STRING, nullable=False)
