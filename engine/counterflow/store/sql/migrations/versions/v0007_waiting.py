"""What waits is found by indexes: what is due, jobs that can be taken, messages, who waits for them. Of what
is due they find the first, of jobs those of a type. Until now all of it was read at the start.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

INDEXES = (
    ("job", "ready", ("type", "state", "key", "process_instance_key")),
    ("job", "due", ("due_ms", "key", "process_instance_key")),
    ("timer", "due", ("due_ms", "key", "process_instance_key")),
    ("message_subscription", "message", ("message_name", "correlation_key", "bpmn_process_id", "key")),
    ("message", "due", ("expires_at_ms", "key")),
    ("message", "waiting", ("name", "correlation_key", "key", "expires_at_ms")),
    ("message", "published", ("name", "correlation_key", "message_id", "key")),
    ("start_lock", "instance", ("process_instance_key", "bpmn_process_id", "correlation_key")),
)


def upgrade() -> None:
    """Make them."""
    for table, name, columns in INDEXES:
        op.create_index(f"ix_{table}_{name}", table, columns)
