"""Signals: who waits for them, and what they begin."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0004"
down_revision = "0003"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add both tables, which are empty: no process could wait for a signal."""
    op.create_table(
        "signal_subscription",
        Column("key", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        Column("process_instance_key", NUMBER, nullable=False),
        Column("element_instance_key", NUMBER, nullable=False),
        Column("catch_id", STRING, nullable=False),
        Column("signal_name", STRING, nullable=False),
        Column("tenant_id", STRING, nullable=False),
    )
    op.create_index("ix_signal_subscription_instance", "signal_subscription", ["process_instance_key"])
    op.create_table(
        "signal_start",
        Column("key", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        Column("definition_key", NUMBER, nullable=False),
        Column("element_id", STRING, nullable=False),
        Column("signal_name", STRING, nullable=False),
        Column("tenant_id", STRING, nullable=False),
    )
