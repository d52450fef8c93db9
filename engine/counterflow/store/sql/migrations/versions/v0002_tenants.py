"""Whose it is: a tenant on what is deployed, begun, waited for and published. All there is belongs to nobody
in particular.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0002"
down_revision = "0001"

STRING = Text().with_variant(Text(collation="C"), "postgresql")
TABLES = (
    *("process_definition", "decision_requirements", "decision_definition", "process_instance", "job"),
    *("message_subscription", "message_start", "message"),
)


def upgrade() -> None:
    """Add the column. Its default in the database is for the rows there are: a statement of ours names every
    column.
    """
    for table in TABLES:
        op.add_column(table, Column("tenant_id", STRING, nullable=False, server_default="<default>"))
