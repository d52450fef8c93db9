"""Compensation throws that take very much do so a part at a time: which of them are still taking."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0010"
down_revision = "0009"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "undo_taking",
        Column("throw_key", NUMBER, primary_key=True, autoincrement=False),
        Column("process_instance_key", NUMBER, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_undo_taking_instance", "undo_taking", ["process_instance_key"])
