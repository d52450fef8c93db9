"""Work that goes on in pages: undertakings with what they still have to do, and what is being swept away."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision = "0006"
down_revision = "0005"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sweep",
        Column("element_instance_key", NUMBER, primary_key=True, autoincrement=False),
        *(
            Column(name, NUMBER, nullable=False)
            for name in ("process_instance_key", "through_key", "spared_key")
        ),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_sweep_instance", "sweep", ["process_instance_key"])
    op.create_table(
        "undertaking",
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        Column("budget", LargeBinary, nullable=False),
        Column("process_instance_key", NUMBER, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_table(
        "errand",
        Column("undertaking_key", NUMBER, primary_key=True, autoincrement=False),
        Column("place", NUMBER, primary_key=True, autoincrement=False),
        Column("what", STRING, nullable=False),
        *(Column(name, NUMBER, nullable=False) for name in ("key", "process_instance_key")),
        Column("about", STRING, nullable=False),
        Column("document_key", NUMBER, nullable=False),
        Column("causes", LargeBinary, nullable=False),
        Column("row_checksum", NUMBER),
    )
    op.create_table(
        "carried",
        Column("undertaking_key", NUMBER, primary_key=True, autoincrement=False),
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        Column("document", LargeBinary, nullable=False),
        Column("row_checksum", NUMBER),
    )
