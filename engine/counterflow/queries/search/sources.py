"""What is searched: per kind of thing the tables that have it, and what their columns are called here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from counterflow.kernel import rows
from counterflow.kernel.suspended import Suspension
from counterflow.queries.definitions import UNNAMED, element_names
from counterflow.store.port import Store
from counterflow.store.searching import All, Among, Chosen, Column, Condition, Field, Given, Groups, Has, Is, Join, Missing, Not, OneOf, Source

SECONDS: Final = 5.0
"""How long is looked for what a condition needs to know first."""

INCIDENTS_OF: Final = Source(
    rows.Incident,
    (),
    {
        "process_instance_key": Field("it.process_instance_key"),
        "element_instance_key": Field("it.element_instance_key"),
        "error_message": Field("it.message"),
    },
)
"""Open incidents, as conditions on other things ask for them."""

VARIABLES_OF: Final = Source(
    rows.Variable,
    (),
    {
        "scope_key": Field("it.scope_key"),
        "process_instance_key": Field("it.process_instance_key"),
        "name": Field("it.name"),
        "value": Field("it.value", "document"),
    },
)

ELEMENTS_OF: Final = Source(
    rows.ElementInstance,
    (),
    {
        "key": Field("it.key"),
        "scope_key": Field("it.scope_key"),
        "process_instance_key": Field("it.process_instance_key"),
        "element_id": Field("it.element_id"),
    },
)

JOBS_OF: Final = Source(
    rows.Job,
    (),
    {
        "process_instance_key": Field("it.process_instance_key"),
        "retries": Field("it.retries"),
        "error_message": Field("it.error_message"),
    },
)

OF_INSTANCE: Final = {"process_instance_key": "process_instance_key"}

PROCESS_INSTANCES: Final = Source(
    rows.ProcessInstance,
    (
        Join("definition", rows.ProcessDefinition, "key", "it.definition_key"),
        Join("suspension", Suspension, "process_instance_key", "it.key"),
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
        "has_incident": Has(INCIDENTS_OF, OF_INSTANCE),
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
        row.key: element_names(store, row.key).get(row.bpmn_process_id, UNNAMED).name
        for row in store.scan(rows.ProcessDefinition, {})
    }
    return Chosen(path, {key: name for key, name in names.items() if name})


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


HAS_INCIDENT: Final = Has(INCIDENTS_OF, OF_INSTANCE)
FAILED_WITH_RETRIES: Final = Has(
    JOBS_OF, OF_INSTANCE, All((Not(Missing("error_message")), Is("retries", ">", 0)))
)


def has_incident_like(message: Condition) -> Condition:
    """An instance has an open incident whose message is as a condition says."""
    return Has(INCIDENTS_OF, OF_INSTANCE, message)


def any_of(*conditions: Condition) -> Condition:
    """At least one of these holds."""
    return conditions[0] if len(conditions) == 1 else OneOf(conditions)
