"""Damage is noticed: by checksums, by how many rows an instance has, and by what transactions check. There is
a checksum with each row and each log entry, and one row that each transaction checks.

Rows and entries that are there have none before they are written again.
"""

from __future__ import annotations

from uuid import uuid4

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, Text, text

revision = "0005"
down_revision = "0004"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")
TABLES = (
    *("partition", "resource", "process_definition", "decision_requirements", "decision_definition"),
    *("bound_decision", "process_instance", "element_instance", "variable", "job", "loop", "loop_items"),
    *("loop_output", "timer", "message_subscription", "signal_subscription", "start_timer", "message_start"),
    *("signal_start", "message", "message_correlation", "start_lock", "incident", "undo_record"),
    *("arrived_token", "quarantine"),
)


def upgrade() -> None:
    """Add the columns, and the table with its row: how far the log has come, and the gaps in it. Gaps are
    counted: so many of the positions up to there no entry has.
    """
    op.add_column("event_log", Column("instance_rows", NUMBER))
    for table in (*TABLES, "event_log"):
        op.add_column(table, Column("row_checksum", NUMBER))
    op.create_table(
        "tenure",
        Column("id", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        Column("database_id", STRING, nullable=False),
        *(Column(name, NUMBER, nullable=False) for name in ("epoch", "commits", "last_key", "last_position")),
        *(Column(name, NUMBER, nullable=False) for name in ("log_end", "absent_positions")),
        Column("is_checked", Boolean, nullable=False),
        Column("row_checksum", NUMBER),
    )
    begun = text(
        "INSERT INTO tenure (id, database_id, epoch, commits, last_key, last_position, log_end, "
        "absent_positions, is_checked) SELECT 1, :database_id, 0, 0, last_key, last_position, last_position, "
        "last_position - told, rows = 0 FROM "
        "(SELECT COUNT(*) AS rows, COALESCE(MAX(last_key), 0) AS last_key, "
        "COALESCE(MAX(last_position), 0) AS last_position FROM partition) AS counters, "
        "(SELECT COALESCE(SUM(event_count), 0) AS told FROM event_log) AS log"
    )
    op.execute(begun.bindparams(database_id=uuid4().hex))
