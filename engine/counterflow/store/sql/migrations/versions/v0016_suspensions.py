"""What a person has suspended: instances, definitions, types of jobs."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0016"
down_revision = "0015"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    for table, key in (
        ("suspension", Column("process_instance_key", NUMBER, primary_key=True, autoincrement=False)),
        ("suspended_definition", Column("definition_key", NUMBER, primary_key=True, autoincrement=False)),
        ("suspended_job_type", Column("type", STRING, primary_key=True)),
    ):
        op.create_table(
            table, key, Column("since_ms", NUMBER, nullable=False), Column("row_checksum", NUMBER)
        )
