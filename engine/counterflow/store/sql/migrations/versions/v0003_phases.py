"""From where on the course of a held element is taken up: until now the type of its incident told.

What holds a completing element but a failed mapping came when its outputs were mapped already.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0003"
down_revision = "0002"

STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column, and fill it for the elements that are held. Its default in the database is for the rows
    there are: a statement of ours names every column.
    """
    op.add_column("element_instance", Column("phase", STRING, nullable=False, server_default=""))
    op.execute(
        "UPDATE element_instance SET phase = 'flows' WHERE state = 'completing' AND key IN "
        "(SELECT element_instance_key FROM incident WHERE error_type <> 'IO_MAPPING_ERROR')"
    )
