"""Who waits for a message by its process instance, and not by a correlation key alone."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column. Its default in the database is for the rows there are: a statement of ours names every
    column.
    """
    op.add_column(
        "message_subscription", Column("by_instance", Boolean, nullable=False, server_default=false())
    )
    op.create_index(
        "ix_message_subscription_by_instance",
        "message_subscription",
        ["message_name", "by_instance", "process_instance_key", "bpmn_process_id", "key"],
    )
