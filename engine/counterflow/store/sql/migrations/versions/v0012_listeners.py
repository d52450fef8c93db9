"""A job may be a listener's: it knows the event that the listener is told of."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0012"
down_revision = "0011"

STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column. Its default in the database is for the rows there are: a statement of ours names every
    column.
    """
    op.add_column("job", Column("listener_event_type", STRING, nullable=False, server_default=""))
