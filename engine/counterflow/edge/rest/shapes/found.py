"""Elements, jobs, incidents, variables and definitions, as they are searched for and found."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int64
from counterflow.edge.rest.shapes.searching import Date, Key, Number, Text, page_shape, search_shape
from counterflow.kernel.rows import DEFAULT_TENANT


class ElementInstanceFilterFields(Body, frozen=True):
    """Conditions that an element instance meets."""

    process_definition_id: Text = None
    state: Text = None
    type: Text = None
    element_id: Text = None
    element_name: Text = None
    has_incident: bool | None = None
    tenant_id: Text = None
    element_instance_key: Key = None
    process_instance_key: Key = None
    process_definition_key: Key = None
    incident_key: Key = None
    start_date: Date = None
    end_date: Date = None
    element_instance_scope_key: Int64 | None = None


class ElementInstanceFilter(ElementInstanceFilterFields, frozen=True):
    """Conditions that an element instance meets, and one of several more."""

    any_of: list[ElementInstanceFilterFields] | None = msgspec.field(default=None, name="$or")


class FoundElementInstance(Answered, frozen=True):
    """A token at an element, or what has become of it."""

    element_instance_key: str
    element_id: str
    element_name: str
    type: str
    state: str
    start_date: str
    end_date: str | None
    has_incident: bool
    incident_key: str | None
    process_instance_key: str
    root_process_instance_key: str
    process_definition_id: str
    process_definition_key: str
    tenant_id: str = DEFAULT_TENANT


ElementInstanceSearch = search_shape(
    "ElementInstance",
    ElementInstanceFilter,
    [
        "elementId",
        "elementInstanceKey",
        "elementName",
        "endDate",
        "incidentKey",
        "processDefinitionId",
        "processDefinitionKey",
        "processInstanceKey",
        "startDate",
        "state",
        "tenantId",
        "type",
    ],
)
ElementInstancePage = page_shape("ElementInstance", FoundElementInstance)


class JobFilter(Body, frozen=True):
    """Conditions that a job meets."""

    deadline: Date = None
    denied_reason: Text = None
    element_id: Text = None
    element_instance_key: Key = None
    end_time: Date = None
    error_code: Text = None
    error_message: Text = None
    has_failed_with_retries_left: bool | None = None
    is_denied: bool | None = None
    job_key: Key = None
    kind: Text = None
    listener_event_type: Text = None
    priority: Number = None
    process_definition_id: Text = None
    process_definition_key: Key = None
    process_instance_key: Key = None
    retries: Number = None
    state: Text = None
    tenant_id: Text = None
    type: Text = None
    worker: Text = None
    creation_time: Date = None
    last_update_time: Date = None


class FoundJob(Answered, frozen=True):
    """A job, or what has become of it."""

    job_key: str
    type: str
    worker: str
    state: str
    kind: str
    listener_event_type: str
    retries: int
    custom_headers: Document
    deadline: str | None
    denied_reason: str | None
    is_denied: bool | None
    element_id: str
    element_instance_key: str
    end_time: str | None
    error_code: str | None
    error_message: str | None
    has_failed_with_retries_left: bool
    process_definition_id: str
    process_definition_key: str
    process_instance_key: str
    root_process_instance_key: str
    business_id: str | None
    creation_time: str | None
    last_update_time: str | None
    priority: int
    tenant_id: str = DEFAULT_TENANT


JobSearch = search_shape(
    "Job",
    JobFilter,
    [
        "creationTime",
        "deadline",
        "deniedReason",
        "elementId",
        "elementInstanceKey",
        "endTime",
        "errorCode",
        "errorMessage",
        "hasFailedWithRetriesLeft",
        "isDenied",
        "jobKey",
        "kind",
        "listenerEventType",
        "priority",
        "processDefinitionId",
        "processDefinitionKey",
        "processInstanceKey",
        "retries",
        "state",
        "tenantId",
        "type",
        "worker",
    ],
)
JobPage = page_shape("Job", FoundJob)


class IncidentFilter(Body, frozen=True):
    """Conditions that an incident meets."""

    process_definition_id: Text = None
    error_type: Text = None
    error_message: Text = None
    element_id: Text = None
    creation_time: Date = None
    state: Text = None
    tenant_id: Text = None
    incident_key: Key = None
    process_definition_key: Key = None
    process_instance_key: Key = None
    element_instance_key: Key = None
    job_key: Key = None


class FoundIncident(Answered, frozen=True):
    """Something that a person must mend, or that was mended."""

    incident_key: str
    error_type: str
    error_message: str
    element_id: str
    element_instance_key: str
    creation_time: str
    state: str
    job_key: str | None
    process_definition_id: str
    process_definition_key: str
    process_instance_key: str
    root_process_instance_key: str
    tenant_id: str = DEFAULT_TENANT


IncidentSearch = search_shape(
    "Incident",
    IncidentFilter,
    [
        "creationTime",
        "elementId",
        "elementInstanceKey",
        "errorType",
        "incidentKey",
        "jobKey",
        "processDefinitionId",
        "processDefinitionKey",
        "processInstanceKey",
        "state",
        "tenantId",
    ],
)
IncidentPage = page_shape("Incident", FoundIncident)


class VariableFilter(Body, frozen=True):
    """Conditions that a variable meets; `value` is JSON text."""

    name: Text = None
    value: Text = None
    tenant_id: Text = None
    is_truncated: bool | None = None
    variable_key: Key = None
    scope_key: Key = None
    process_instance_key: Key = None


class Truncation(Body, frozen=True):
    """Whether long values are cut."""

    truncate_values: bool = True


class FoundVariable(Answered, frozen=True):
    """A variable of a scope, with its last value as JSON text."""

    variable_key: str
    name: str
    value: str
    is_truncated: bool
    scope_key: str
    process_instance_key: str
    root_process_instance_key: str
    tenant_id: str = DEFAULT_TENANT


VariableSearch = search_shape(
    "Variable", VariableFilter, ("name", "processInstanceKey", "scopeKey", "tenantId", "value")
)
VariablePage = page_shape("Variable", FoundVariable)


class ProcessDefinitionFilter(Body, frozen=True):
    """Conditions that a version of a process meets."""

    name: Text = None
    is_latest_version: bool | None = None
    resource_name: Text = None
    version: Number = None
    version_tag: Text = None
    process_definition_id: Text = None
    tenant_id: Text = None
    process_definition_key: Key = None
    has_start_form: bool | None = None
    state: Text = None


class FoundProcessDefinition(Answered, frozen=True):
    """A version of a process."""

    process_definition_key: str
    process_definition_id: str
    name: str | None
    resource_name: str
    version: int
    version_tag: str | None
    has_start_form: bool
    state: str
    tenant_id: str = DEFAULT_TENANT


ProcessDefinitionSearch = search_shape(
    "ProcessDefinition",
    ProcessDefinitionFilter,
    [
        "name",
        "processDefinitionId",
        "processDefinitionKey",
        "resourceName",
        "tenantId",
        "version",
        "versionTag",
    ],
)
ProcessDefinitionPage = page_shape("ProcessDefinition", FoundProcessDefinition)
