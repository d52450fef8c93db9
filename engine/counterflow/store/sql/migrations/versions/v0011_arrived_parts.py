"""What has come of several events that all have to come."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision = "0011"
down_revision = "0010"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "arrived_part",
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        *(Column(name, NUMBER, nullable=False) for name in ("process_instance_key", "element_instance_key")),
        Column("catch_id", STRING, nullable=False),
        Column("variables", LargeBinary, nullable=False),
        Column("tenant_id", STRING, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_arrived_part_instance", "arrived_part", ["process_instance_key"])
