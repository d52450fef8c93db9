"""What a caller calls a process instance, and with which elements it ends."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0014"
down_revision = "0013"

STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns."""
    for column in ("tags", "business_id", "ends_after"):
        op.add_column("process_instance", Column(column, STRING))
