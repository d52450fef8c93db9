"""The schema, written out: one table per row struct of `kernel/rows.py`, the event log, and Alembic's mark.

A test holds tables, structs and migrations together. Keys and positions only ever grow, so a table with an integer key is
filled at its end (in SQLite the key is the rowid); names and JSON are compared byte by byte in every database, so that
the order of a scan is everywhere the same.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table, Text, text

from counterflow.kernel.rows import TABLES, Row

METADATA = MetaData()

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits. SQLite's INTEGER is that wide, and only under this name does a primary key become the rowid."""
STRING = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its code points."""


def number(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    """A 64-bit integer: a key, a position, a count or epoch milliseconds."""
    return Column(name, NUMBER, primary_key=key, nullable=null, autoincrement=False)


def string(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    """Unicode text."""
    return Column(name, STRING, primary_key=key, nullable=null)


def binary(name: str, *, null: bool = False) -> Column[bytes]:
    """Bytes: JSON text, msgpack, a checksum, a file."""
    return Column(name, LargeBinary, nullable=null)


def flag(name: str) -> Column[bool]:
    """True or False."""
    return Column(name, Boolean, nullable=False)


Table("partition", METADATA, number("id", key=True), number("last_key"), number("last_position"))

Table("resource", METADATA, number("key", key=True), string("name"), binary("checksum"), binary("content"))

Table(
    "process_definition",
    METADATA,
    number("key", key=True),
    string("bpmn_process_id"),
    number("version"),
    string("version_tag", null=True),
    number("resource_key"),
    string("resource_name"),
    binary("checksum"),
    number("deployment_key"),
    number("deployed_at_ms"),
    Index("ix_process_definition_version", "bpmn_process_id", "version"),
)

Table(
    "decision_requirements",
    METADATA,
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

Table(
    "decision_definition",
    METADATA,
    number("key", key=True),
    string("decision_id"),
    string("name"),
    number("version"),
    string("version_tag", null=True),
    number("requirements_key"),
    number("deployment_key"),
    number("deployed_at_ms"),
    Index("ix_decision_definition_decision", "decision_id"),
)

Table(
    "bound_decision",
    METADATA,
    number("deployment_key", key=True),
    string("decision_id", key=True),
    number("decision_key"),
)

Table(
    "process_instance",
    METADATA,
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
    Index("ix_process_instance_process", "bpmn_process_id"),
)

Table(
    "element_instance",
    METADATA,
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
    Index("ix_element_instance_instance", "process_instance_key"),
)

Table(
    "variable",
    METADATA,
    number("scope_key", key=True),
    string("name", key=True),
    number("process_instance_key"),
    binary("value"),
    Index("ix_variable_instance", "process_instance_key"),
)

Table(
    "job",
    METADATA,
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
    Index("ix_job_instance", "process_instance_key"),
)

Table(
    "loop",
    METADATA,
    number("element_instance_key", key=True),
    number("process_instance_key"),
    number("total"),
    number("completed"),
    Index("ix_loop_instance", "process_instance_key"),
)

Table(
    "loop_items",
    METADATA,
    number("element_instance_key", key=True),
    number("process_instance_key"),
    binary("items"),
    Index("ix_loop_items_instance", "process_instance_key"),
)

Table(
    "loop_output",
    METADATA,
    number("element_instance_key", key=True),
    number("loop_counter", key=True),
    number("process_instance_key"),
    binary("value"),
    Index("ix_loop_output_instance", "process_instance_key"),
)

Table(
    "timer",
    METADATA,
    number("key", key=True),
    number("process_instance_key"),
    number("element_instance_key"),
    string("catch_id"),
    number("due_ms"),
    number("repetitions"),
    string("interval", null=True),
    Index("ix_timer_instance", "process_instance_key"),
)

Table(
    "message_subscription",
    METADATA,
    number("key", key=True),
    number("process_instance_key"),
    number("element_instance_key"),
    string("catch_id"),
    string("bpmn_process_id"),
    string("message_name"),
    string("correlation_key"),
    Index("ix_message_subscription_instance", "process_instance_key"),
)

Table(
    "start_timer",
    METADATA,
    number("key", key=True),
    number("definition_key"),
    string("element_id"),
    number("due_ms"),
    number("repetitions"),
    string("interval", null=True),
)

Table(
    "message_start",
    METADATA,
    number("key", key=True),
    number("definition_key"),
    string("bpmn_process_id"),
    string("element_id"),
    string("message_name"),
)

Table(
    "message",
    METADATA,
    number("key", key=True),
    string("name"),
    string("correlation_key"),
    string("message_id"),
    number("expires_at_ms"),
    binary("variables"),
)

Table(
    "message_correlation",
    METADATA,
    number("message_key", key=True),
    string("bpmn_process_id", key=True),
)

Table(
    "start_lock",
    METADATA,
    string("bpmn_process_id", key=True),
    string("correlation_key", key=True),
    number("process_instance_key"),
)

Table(
    "incident",
    METADATA,
    number("key", key=True),
    number("process_instance_key"),
    number("element_instance_key"),
    string("element_id"),
    number("job_key"),
    string("error_type"),
    string("message"),
    number("created_at_ms"),
    Index("ix_incident_instance", "process_instance_key"),
)

Table(
    "undo_record",
    METADATA,
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
    Index("ix_undo_record_instance", "process_instance_key"),
)

Table(
    "arrived_token",
    METADATA,
    number("scope_key", key=True),
    string("flow_id", key=True),
    number("process_instance_key"),
    string("gateway_id"),
    number("count"),
    Index("ix_arrived_token_instance", "process_instance_key"),
)

Table("quarantine", METADATA, number("process_instance_key", key=True), string("reason"), number("since_ms"))

EVENT_LOG = Table(
    "event_log",
    METADATA,
    number("position", key=True),
    number("process_instance_key"),
    number("timestamp_ms"),
    string("command"),
    number("event_count"),
    binary("events"),
    Index("ix_event_log_instance", "process_instance_key"),
)

Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

PARTIAL_INDEXES: dict[str, tuple[str, str]] = {"process_instance": ("state", "active")}
"""Tables with an index over only those rows whose column has this value: few among many, and always asked for."""


# Its condition in PostgreSQL's own words stands in the migration only: here it would import that whole dialect at every start.
Index(
    "ix_process_instance_active",
    METADATA.tables["process_instance"].c.key,
    sqlite_where=text("{} = '{}'".format(*PARTIAL_INDEXES["process_instance"])),
)

TABLE_OF: dict[type[Row], Table] = {row: METADATA.tables[row.table] for row in TABLES}
"""The table of each row struct."""
