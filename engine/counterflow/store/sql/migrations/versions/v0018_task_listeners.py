"""What is to become of a user task while its listeners are asked, and what goes on when they answered."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision = "0018"
down_revision = "0017"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "user_task_transition",
        Column("user_task_key", NUMBER, primary_key=True, autoincrement=False),
        Column("process_instance_key", NUMBER, nullable=False),
        Column("transition", STRING, nullable=False),
        Column("position", NUMBER, nullable=False),
        *(Column(name, LargeBinary, nullable=False) for name in ("asked", "corrections")),
        Column("passed", NUMBER, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_user_task_transition_instance", "user_task_transition", ["process_instance_key"])
    op.create_table(
        "waiting_work",
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        *(Column(name, NUMBER, nullable=False) for name in ("process_instance_key", "swept_key")),
        Column("what", STRING, nullable=False),
        Column("at_key", NUMBER, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_waiting_work_instance", "waiting_work", ["process_instance_key"])
