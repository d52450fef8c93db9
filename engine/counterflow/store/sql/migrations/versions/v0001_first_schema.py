"""The first schema: one table per row of the kernel, and the event log."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Text, text

revision = "0001"
down_revision = None

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
STRING = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table and index."""
    create_definition_tables()
    create_decision_tables()
    create_instance_tables()
    create_undo_tables()
    create_loop_tables()
    create_wait_tables()
    create_message_tables()
    create_trouble_tables()
    create_event_log()
    create_indexes()


def create_definition_tables() -> None:
    """What is deployed, and the counters of the partition."""
    op.create_table("partition", number("id", key=True), number("last_key"), number("last_position"))
    op.create_table(
        "resource", number("key", key=True), string("name"), binary("checksum"), binary("content")
    )
    op.create_table(
        "process_definition",
        number("key", key=True),
        string("bpmn_process_id"),
        number("version"),
        string("version_tag", null=True),
        number("resource_key"),
        string("resource_name"),
        binary("checksum"),
        number("deployment_key"),
        number("deployed_at_ms"),
    )


def create_decision_tables() -> None:
    """Decision models, and the decisions in them."""
    op.create_table(
        "decision_requirements",
        number("key", key=True),
        string("requirements_id"),
        string("name"),
        number("version"),
        number("resource_key"),
        string("resource_name"),
        binary("checksum"),
        string("imported_keys"),
        number("deployment_key"),
        number("deployed_at_ms"),
    )
    op.create_table(
        "decision_definition",
        number("key", key=True),
        string("decision_id"),
        string("name"),
        number("version"),
        string("version_tag", null=True),
        number("requirements_key"),
        number("deployment_key"),
        number("deployed_at_ms"),
    )
    op.create_table(
        "bound_decision",
        number("deployment_key", key=True),
        string("decision_id", key=True),
        number("decision_key"),
    )


def create_instance_tables() -> None:
    """What runs."""
    op.create_table(
        "process_instance",
        number("key", key=True),
        number("definition_key"),
        string("bpmn_process_id"),
        number("version"),
        string("state"),
        number("started_at_ms"),
        number("ended_at_ms", null=True),
        number("parent_element_key"),
        number("parent_instance_key"),
        number("call_depth"),
        string("start_at", null=True),
    )
    op.create_table(
        "element_instance",
        number("key", key=True),
        number("process_instance_key"),
        number("scope_key"),
        string("element_id"),
        string("state"),
        number("activated_position"),
        number("undo_key"),
        number("compensated_scope_key"),
        flag("interrupted"),
        number("loop_counter"),
        flag("triggered"),
        number("called_instance_key"),
        binary("result", null=True),
        binary("held", null=True),
    )
    op.create_table(
        "variable",
        number("scope_key", key=True),
        string("name", key=True),
        number("process_instance_key"),
        binary("value"),
    )
    op.create_table(
        "job",
        number("key", key=True),
        number("process_instance_key"),
        number("element_instance_key"),
        string("element_id"),
        string("type"),
        string("state"),
        number("retries"),
        string("worker"),
        number("due_ms", null=True),
        string("error_code", null=True),
        string("error_message", null=True),
        binary("headers", null=True),
    )


def create_undo_tables() -> None:
    """What can be undone, and tokens that wait at joins."""
    op.create_table(
        "undo_record",
        number("key", key=True),
        number("process_instance_key"),
        number("scope_key"),
        string("element_id"),
        number("element_instance_key"),
        string("handler"),
        number("activated_position"),
        number("completed_position"),
        string("state"),
        number("throw_key"),
        number("handler_key"),
        binary("variables", null=True),
        binary("result", null=True),
    )
    op.create_table(
        "arrived_token",
        number("scope_key", key=True),
        string("flow_id", key=True),
        number("process_instance_key"),
        string("gateway_id"),
        number("count"),
    )


def create_loop_tables() -> None:
    """What multi-instance activities keep."""
    op.create_table(
        "loop",
        number("element_instance_key", key=True),
        number("process_instance_key"),
        number("total"),
        number("completed"),
    )
    op.create_table(
        "loop_items",
        number("element_instance_key", key=True),
        number("process_instance_key"),
        binary("items"),
    )
    op.create_table(
        "loop_output",
        number("element_instance_key", key=True),
        number("loop_counter", key=True),
        number("process_instance_key"),
        binary("value"),
    )


def create_wait_tables() -> None:
    """What instances and definitions wait for."""
    op.create_table(
        "timer",
        number("key", key=True),
        number("process_instance_key"),
        number("element_instance_key"),
        string("catch_id"),
        number("due_ms"),
        number("repetitions"),
        string("interval", null=True),
    )
    op.create_table(
        "message_subscription",
        number("key", key=True),
        number("process_instance_key"),
        number("element_instance_key"),
        string("catch_id"),
        string("bpmn_process_id"),
        string("message_name"),
        string("correlation_key"),
    )
    op.create_table(
        "start_timer",
        number("key", key=True),
        number("definition_key"),
        string("element_id"),
        number("due_ms"),
        number("repetitions"),
        string("interval", null=True),
    )
    op.create_table(
        "message_start",
        number("key", key=True),
        number("definition_key"),
        string("bpmn_process_id"),
        string("element_id"),
        string("message_name"),
    )


def create_message_tables() -> None:
    """Messages, and whom they have reached."""
    op.create_table(
        "message",
        number("key", key=True),
        string("name"),
        string("correlation_key"),
        string("message_id"),
        number("expires_at_ms"),
        binary("variables"),
    )
    op.create_table(
        "message_correlation",
        number("message_key", key=True),
        string("bpmn_process_id", key=True),
    )
    op.create_table(
        "start_lock",
        string("bpmn_process_id", key=True),
        string("correlation_key", key=True),
        number("process_instance_key"),
    )


def create_trouble_tables() -> None:
    """What waits for a person."""
    op.create_table(
        "incident",
        number("key", key=True),
        number("process_instance_key"),
        number("element_instance_key"),
        string("element_id"),
        number("job_key"),
        string("error_type"),
        string("message"),
        number("created_at_ms"),
    )
    op.create_table(
        "quarantine", number("process_instance_key", key=True), string("reason"), number("since_ms")
    )


def create_event_log() -> None:
    """What happened."""
    op.create_table(
        "event_log",
        number("position", key=True),
        number("process_instance_key"),
        number("timestamp_ms"),
        string("command"),
        number("event_count"),
        binary("events"),
    )


def create_indexes() -> None:
    """By process instance, to load one; by what lists and searches ask for."""
    op.create_index("ix_process_definition_version", "process_definition", ["bpmn_process_id", "version"])
    op.create_index("ix_decision_definition_decision", "decision_definition", ["decision_id"])
    op.create_index("ix_process_instance_process", "process_instance", ["bpmn_process_id"])
    op.create_index("ix_element_instance_instance", "element_instance", ["process_instance_key"])
    op.create_index("ix_variable_instance", "variable", ["process_instance_key"])
    op.create_index("ix_job_instance", "job", ["process_instance_key"])
    op.create_index("ix_loop_instance", "loop", ["process_instance_key"])
    op.create_index("ix_loop_items_instance", "loop_items", ["process_instance_key"])
    op.create_index("ix_loop_output_instance", "loop_output", ["process_instance_key"])
    op.create_index("ix_timer_instance", "timer", ["process_instance_key"])
    op.create_index("ix_message_subscription_instance", "message_subscription", ["process_instance_key"])
    op.create_index("ix_incident_instance", "incident", ["process_instance_key"])
    op.create_index("ix_undo_record_instance", "undo_record", ["process_instance_key"])
    op.create_index("ix_arrived_token_instance", "arrived_token", ["process_instance_key"])
    op.create_index("ix_event_log_instance", "event_log", ["process_instance_key"])
    active = text("state = 'active'")
    op.create_index(
        "ix_process_instance_active",
        "process_instance",
        ["key"],
        sqlite_where=active,
        postgresql_where=active,
    )


def number(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    """A 64-bit integer."""
    return Column(name, NUMBER, primary_key=key, nullable=null, autoincrement=False)


def string(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    """Text in the order of its code points."""
    return Column(name, STRING, primary_key=key, nullable=null)


def binary(name: str, *, null: bool = False) -> Column[bytes]:
    """Bytes."""
    return Column(name, LargeBinary, nullable=null)


def flag(name: str) -> Column[bool]:
    """True or False."""
    return Column(name, Boolean, nullable=False)
