"""Conditions: who waits for them, and what they begin."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0010"
down_revision = "0009"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conditional_subscription",
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        *(Column(name, NUMBER, nullable=False) for name in ("process_instance_key", "element_instance_key")),
        *(Column(name, STRING, nullable=False) for name in ("catch_id", "variable_names", "tenant_id")),
        Column("row_checksum", NUMBER),
    )
    op.create_index(
        "ix_conditional_subscription_instance", "conditional_subscription", ["process_instance_key"]
    )
    op.create_table(
        "conditional_start",
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        Column("definition_key", NUMBER, nullable=False),
        *(Column(name, STRING, nullable=False) for name in ("element_id", "tenant_id")),
        Column("row_checksum", NUMBER),
    )
