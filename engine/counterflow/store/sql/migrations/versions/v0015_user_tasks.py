"""User tasks: those that are open, who may take them, and what has become of the others; and their forms."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision = "0015"
down_revision = "0014"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")
TASK_NUMBERS = ("process_instance_key", "element_instance_key")
TASK_STRINGS = (
    "element_id",
    "bpmn_process_id",
    "state",
    "assignee",
    "candidate_groups",
    "candidate_users",
    "due_date",
    "follow_up_date",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table("user_task", *_task_columns(), _string("tenant_id"), Column("row_checksum", NUMBER))
    op.create_table(
        "ended_user_task",
        *_task_columns(),
        _number("ended_at_ms"),
        *(_string(name) for name in ("ended_by", "action", "tenant_id")),
        Column("row_checksum", NUMBER),
    )
    for table in ("user_task", "ended_user_task"):
        op.create_index(f"ix_{table}_instance", table, ["process_instance_key"])
        op.create_index(f"ix_{table}_assignee", table, ["assignee"])
        op.create_index(f"ix_{table}_process", table, ["bpmn_process_id"])
    op.create_table(
        "user_task_candidate",
        Column("user_task_key", NUMBER, primary_key=True, autoincrement=False),
        *(Column(name, STRING, primary_key=True) for name in ("kind", "name")),
        _number("process_instance_key"),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_user_task_candidate_instance", "user_task_candidate", ["process_instance_key"])
    op.create_index(
        "ix_user_task_candidate_offered", "user_task_candidate", ["kind", "name", "user_task_key"]
    )
    op.create_table(
        "form",
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        _string("form_id"),
        _number("version"),
        Column("version_tag", STRING),
        _number("resource_key"),
        _string("resource_name"),
        Column("checksum", LargeBinary, nullable=False),
        *(_number(name) for name in ("deployment_key", "deployed_at_ms")),
        _string("tenant_id"),
        Column("row_checksum", NUMBER),
    )
    op.create_index("ix_form_version", "form", ["form_id", "version"])
    op.create_table(
        "bound_form",
        Column("deployment_key", NUMBER, primary_key=True, autoincrement=False),
        Column("form_id", STRING, primary_key=True),
        _number("form_key"),
        Column("row_checksum", NUMBER),
    )


def _task_columns() -> list[Column[object]]:
    return [
        Column("key", NUMBER, primary_key=True, autoincrement=False),
        *(_number(name) for name in TASK_NUMBERS),
        *(_string(name) for name in TASK_STRINGS),
        *(_number(name) for name in ("priority", "form_key")),
        _string("external_form"),
        _number("created_at_ms"),
    ]


def _number(name: str) -> Column[object]:
    return Column(name, NUMBER, nullable=False)


def _string(name: str) -> Column[object]:
    return Column(name, STRING, nullable=False)
