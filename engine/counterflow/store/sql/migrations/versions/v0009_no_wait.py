"""A timer that leaves no time to wait is part of the work that it was scheduled in. It knows which, and that
knows how many there are.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0009"
down_revision = "0008"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns. Their default in the database is for the rows there are: a statement of ours names
    every column.
    """
    for table, column in (("timer", "undertaking_key"), ("undertaking", "timers")):
        op.add_column(table, Column(column, NUMBER, nullable=False, server_default="0"))
