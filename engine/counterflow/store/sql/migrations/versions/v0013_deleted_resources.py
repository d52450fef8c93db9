"""Deletion: when a version of a process, of a decision model or of a decision was deleted."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0013"
down_revision = "0012"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; of what there is nothing was deleted."""
    for table in ("process_definition", "decision_requirements", "decision_definition"):
        op.add_column(table, Column("deleted_at_ms", NUMBER))
