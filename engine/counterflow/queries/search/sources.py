"""What is searched: per kind of thing the tables that have it, and what their columns are called here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from zlib import crc32

from counterflow.kernel import ended, rows
from counterflow.kernel.row import Row
from counterflow.kernel.suspended import Suspension
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.definitions import UNNAMED, ElementName, element_names
from counterflow.store.port import Store
from counterflow.store.searching import (
    Alike,
    All,
    Among,
    Chosen,
    Column,
    Condition,
    Field,
    Given,
    Groups,
    Has,
    Holds,
    Is,
    Missing,
    Not,
    OneOf,
    RowBeside,
    SearchSource,
)

NAME_NUMBERS: Final = 10**9
"""So many numbers there are for the names of one scope's variables."""
MOST_NAMED: Final = 8_000
"""Elements of all definitions together that a search can go by the names of."""
SECONDS: Final = 5.0
"""How long is looked for what a condition needs to know first."""

INCIDENTS_OF: Final = SearchSource(
    rows.Incident,
    (),
    {
        "process_instance_key": Field("it.process_instance_key"),
        "element_instance_key": Field("it.element_instance_key"),
        "error_message": Field("it.message"),
    },
)
"""Open incidents, as conditions on other things ask for them."""


def _variables(table: type[Row]) -> SearchSource:
    return SearchSource(
        table,
        (RowBeside("instance", rows.ProcessInstance, {"key": "it.process_instance_key"}),),
        {
            "scope_key": Field("it.scope_key"),
            "process_instance_key": Field("it.process_instance_key"),
            "name": Field("it.name"),
            "value": Field("it.value", "document"),
            "tenant_id": Field("instance.tenant_id"),
            "parent": Field("instance.parent_instance_key"),
        },
    )


VARIABLES: Final = (_variables(rows.Variable), _variables(ended.EndedVariable))


def _jobs(table: type[Row], **columns: Column) -> SearchSource:
    return SearchSource(
        table,
        (RowBeside("instance", rows.ProcessInstance, {"key": "it.process_instance_key"}),),
        {
            "job_key": Field("it.key"),
            "type": Field("it.type"),
            "worker": Field("it.worker", "filled"),
            "state": Chosen(("it.state",), JOB_STATES),
            "kind": Chosen(("it.listener_event_type",), JOB_KINDS),
            "listener_event_type": Chosen(("it.listener_event_type",), LISTENER_EVENTS),
            "retries": Field("it.retries"),
            "element_id": Field("it.element_id"),
            "element_instance_key": Field("it.element_instance_key"),
            "error_code": Field("it.error_code"),
            "error_message": Field("it.error_message"),
            "custom_headers": Field("it.headers", "document"),
            "creation_time": Field("it.created_at_ms"),
            "is_denied": Given(None),
            "denied_reason": Given(None),
            "priority": Given(0),
            "has_failed_with_retries_left": Holds(
                All((Is("is_open", "=", 1), Not(Missing("error_message")), Is("retries", ">", 0)))
            ),
            **_OF_ITS_INSTANCE,
            **columns,
        },
    )


_OF_ITS_INSTANCE: Final[Mapping[str, Column]] = {
    "process_instance_key": Field("it.process_instance_key"),
    "process_definition_key": Field("instance.definition_key"),
    "process_definition_id": Field("instance.bpmn_process_id"),
    "tenant_id": Field("instance.tenant_id"),
    "business_id": Field("instance.business_id"),
    "parent": Field("instance.parent_instance_key"),
}
JOB_STATES: Final[Mapping[tuple[int | str, ...], str]] = {
    ("activatable",): "CREATED",
    ("activated",): "CREATED",
    ("backing_off",): "FAILED",
    ("failed",): "FAILED",
    ("error_thrown",): "ERROR_THROWN",
    ("completed",): "COMPLETED",
    ("canceled",): "CANCELED",
}
LISTENER_EVENTS: Final[Mapping[tuple[int | str, ...], str]] = {
    ("",): "UNSPECIFIED",
    ("start",): "START",
    ("end",): "END",
    ("beforeAll",): "BEFORE_ALL",
    ("creating",): "CREATING",
    ("assigning",): "ASSIGNING",
    ("updating",): "UPDATING",
    ("completing",): "COMPLETING",
    ("canceling",): "CANCELING",
}
JOB_KINDS: Final[Mapping[tuple[int | str, ...], str]] = {
    event: "BPMN_ELEMENT"
    if event == ("",)
    else "EXECUTION_LISTENER"
    if word in {"START", "END", "BEFORE_ALL"}
    else "TASK_LISTENER"
    for event, word in LISTENER_EVENTS.items()
}
JOBS: Final = (
    _jobs(
        rows.Job,
        deadline=Field("it.due_ms"),
        end_time=Given(None),
        last_update_time=Field("it.created_at_ms"),
        is_open=Given(1),
    ),
    _jobs(
        ended.EndedJob,
        deadline=Given(None),
        end_time=Field("it.ended_at_ms"),
        last_update_time=Field("it.ended_at_ms"),
        is_open=Given(0),
    ),
)


def _elements(table: type[Row], joins: tuple[RowBeside, ...], **columns: Column) -> SearchSource:
    return SearchSource(
        table,
        (RowBeside("instance", rows.ProcessInstance, {"key": "it.process_instance_key"}), *joins),
        {
            "element_instance_key": Field("it.key"),
            "element_instance_scope_key": Field("it.scope_key"),
            "element_id": Field("it.element_id"),
            "start_date": Field("it.began_at_ms"),
            "has_incident": Holds(Not(Missing("incident_key"))),
            **_OF_ITS_INSTANCE,
            **columns,
        },
    )


ELEMENTS: Final = (
    _elements(
        rows.ElementInstance,
        (
            RowBeside(
                "incident",
                rows.Incident,
                {"process_instance_key": "it.process_instance_key", "element_instance_key": "it.key"},
            ),
        ),
        state=Given("active"),
        end_date=Given(None),
        incident_key=Field("incident.key"),
    ),
    _elements(
        ended.EndedElement,
        (),
        state=Field("it.state"),
        end_date=Field("it.ended_at_ms"),
        incident_key=Given(None),
    ),
)


def _incidents(table: type[Row], state: str) -> SearchSource:
    return SearchSource(
        table,
        (RowBeside("instance", rows.ProcessInstance, {"key": "it.process_instance_key"}),),
        {
            "incident_key": Field("it.key"),
            "error_type": Field("it.error_type"),
            "error_message": Field("it.message"),
            "element_id": Field("it.element_id"),
            "element_instance_key": Field("it.element_instance_key"),
            "job_key": Field("it.job_key", "filled"),
            "creation_time": Field("it.created_at_ms"),
            "state": Given(state),
            **_OF_ITS_INSTANCE,
        },
    )


INCIDENTS: Final = (_incidents(rows.Incident, "active"), _incidents(ended.EndedIncident, "resolved"))

PROCESS_DEFINITIONS: Final = (
    SearchSource(
        rows.ProcessDefinition,
        (),
        {
            "process_definition_key": Field("it.key"),
            "process_definition_id": Field("it.bpmn_process_id"),
            "resource_name": Field("it.resource_name"),
            "version": Field("it.version"),
            "version_tag": Field("it.version_tag"),
            "tenant_id": Field("it.tenant_id"),
            "deleted": Field("it.deleted_at_ms"),
        },
    ),
)


def element_column(what: Callable[[ElementName], str]) -> Callable[[Store], Column]:
    """Something that the diagrams of all definitions say of their elements."""

    def read(store: Store) -> Column:
        values: dict[tuple[int | str, ...], str] = {}
        for row in store.scan(rows.ProcessDefinition, {}):
            for element_id, name in element_names(store, row.key).items():
                values[row.key, element_id] = what(name)
        if len(values) > MOST_NAMED:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected at most {MOST_NAMED} elements in all definitions to filter or sort by their name "
                f"or type, but found {len(values)}; use elementId",
            )
        return Chosen(("instance.definition_key", "it.element_id"), values)

    return read


def latest_keys(store: Store) -> tuple[int, ...]:
    """The keys of the latest version of each process that is not deleted."""
    latest: dict[str, rows.ProcessDefinition] = {}
    for row in store.scan(rows.ProcessDefinition, {"deleted_at_ms": None}):
        known = latest.get(row.bpmn_process_id)
        if known is None or known.version < row.version:
            latest[row.bpmn_process_id] = row
    return tuple(row.key for row in latest.values())


OF_INSTANCE: Final = {"process_instance_key": "process_instance_key"}

PROCESS_INSTANCES: Final = SearchSource(
    rows.ProcessInstance,
    (
        RowBeside("definition", rows.ProcessDefinition, {"key": "it.definition_key"}),
        RowBeside("suspension", Suspension, {"process_instance_key": "it.key"}),
    ),
    {
        "process_instance_key": Field("it.key"),
        "process_definition_id": Field("it.bpmn_process_id"),
        "process_definition_key": Field("it.definition_key"),
        "process_definition_version": Field("it.version"),
        "process_definition_version_tag": Field("definition.version_tag", "filled"),
        "start_date": Field("it.started_at_ms"),
        "end_date": Field("it.ended_at_ms"),
        "suspended_date": Field("suspension.since_ms"),
        "state": Field("it.state"),
        "has_incident": Holds(Has(INCIDENTS_OF, OF_INSTANCE)),
        "parent_process_instance_key": Field("it.parent_instance_key", "filled"),
        "parent_element_instance_key": Field("it.parent_element_key", "filled"),
        "tenant_id": Field("it.tenant_id"),
        "tags": Field("it.tags"),
        "business_id": Field("it.business_id"),
        "batch_operation_id": Given(None),
        "batch_operation_key": Given(None),
    },
)


def process_names(store: Store, path: str = "it.definition_key") -> Column:
    """The name of the process of each definition, whose key is at a path."""
    names = {
        (row.key,): element_names(store, row.key).get(row.bpmn_process_id, UNNAMED).name
        for row in store.scan(rows.ProcessDefinition, {})
    }
    return Chosen((path,), {key: name for key, name in names.items() if name})


def messages_of_incidents(store: Store, where: Callable[[str], bool]) -> Condition:
    """The message of an open incident is one of those for which something holds."""
    (groups,) = store.search([Groups(INCIDENTS_OF, All(), ("error_message",))], SECONDS)
    messages = (str(message) for message, _ in groups)
    return Among("error_message", tuple(message for message in messages if where(message)))


def hash_of(message: str) -> int:
    """The number that stands for an error's text, 32 bits with a sign, as Java makes it of a text."""
    units = message.encode("utf-16-be", "surrogatepass")
    number = 0
    for place in range(0, len(units), 2):
        number = (31 * number + (units[place] << 8 | units[place + 1])) & 0xFFFFFFFF
    return number - (1 << 32) if number >= 1 << 31 else number


FAILED_WITH_RETRIES: Final = Has(
    JOBS[0], OF_INSTANCE, All((Not(Missing("error_message")), Is("retries", ">", 0)))
)


def has_incident_like(message: Condition) -> Condition:
    """An instance has an open incident whose message is as a condition says."""
    return Has(INCIDENTS_OF, OF_INSTANCE, message)


def has_variable(name: str, value: Condition) -> Condition:
    """An instance has, or had, a variable of its own with such a value."""
    where = All((Is("name", "=", name), value))
    of_instance = {"scope_key": "process_instance_key"}
    return OneOf(tuple(Has(table, of_instance, where) for table in VARIABLES))


def has_element(where: Condition) -> Condition:
    """An instance has, or had, an element instance that is as a condition says."""
    return OneOf(tuple(Has(table, OF_INSTANCE, where) for table in ELEMENTS))


def variable_key(scope_key: int, name: str) -> int:
    """The number that stands for a variable outside: its scope, and a number made of its name."""
    return scope_key * NAME_NUMBERS + crc32(name.encode()) % NAME_NUMBERS


def with_variable_keys(store: Store, keys: Iterable[int]) -> Condition:
    """A variable is one of those that these numbers stand for."""
    keys_by_instance: dict[int, set[int]] = {}
    for key in keys:
        scope_key, number = divmod(key, NAME_NUMBERS)
        if 0 < scope_key < 2**63:
            keys_by_instance.setdefault(scope_key, set()).add(number)
    among = Among("scope_key", tuple(keys_by_instance))
    parts = store.search([Groups(source, among, ("scope_key", "name")) for source in VARIABLES], SECONDS)
    return OneOf(
        tuple(
            All((Is("scope_key", "=", int(scope or 0)), Is("name", "=", str(name))))
            for part in parts
            for scope, name, _ in part
            if crc32(str(name).encode()) % NAME_NUMBERS in keys_by_instance[int(scope or 0)]
        )
    )


def longer_than(characters: int) -> Condition:
    """The value of a variable has more characters than this."""
    return Alike("value", "?" * characters + "?*")
