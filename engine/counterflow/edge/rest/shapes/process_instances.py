"""Process instances, as they are searched for and found."""

from __future__ import annotations

from typing import Final

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body
from counterflow.edge.rest.shapes.searching import (
    Date,
    Key,
    Number,
    Text,
    VariableWanted,
    page_shape,
    search_shape,
)
from counterflow.kernel.rows import DEFAULT_TENANT


class ProcessInstanceFilterFields(Body, frozen=True):
    """Conditions that a process instance meets; one element of it meets all that is said of one."""

    process_instance_key: Key = None
    process_definition_id: Text = None
    process_definition_name: Text = None
    process_definition_version: Number = None
    process_definition_version_tag: Text = None
    process_definition_key: Key = None
    start_date: Date = None
    end_date: Date = None
    suspended_date: Date = None
    state: Text = None
    has_incident: bool | None = None
    tenant_id: Text = None
    variables: list[VariableWanted] | None = None
    parent_process_instance_key: Key = None
    parent_element_instance_key: Key = None
    batch_operation_id: Text = None
    batch_operation_key: Text = None
    error_message: Text = None
    has_retries_left: bool | None = None
    element_instance_state: Text = None
    element_id: Text = None
    has_element_instance_incident: bool | None = None
    incident_error_hash_code: Number = None
    tags: list[str] | None = None
    business_id: Text = None


class ProcessInstanceFilter(ProcessInstanceFilterFields, frozen=True):
    """Conditions that a process instance meets, and one of several more."""

    any_of: list[ProcessInstanceFilterFields] | None = msgspec.field(default=None, name="$or")


class FoundProcessInstance(Answered, frozen=True):
    """A process instance."""

    process_instance_key: str
    process_definition_id: str
    process_definition_name: str | None
    process_definition_version: int
    process_definition_version_tag: str | None
    process_definition_key: str
    start_date: str
    end_date: str | None
    suspended_date: str | None
    state: str
    has_incident: bool
    parent_process_instance_key: str | None
    parent_element_instance_key: str | None
    root_process_instance_key: str
    tags: list[str]
    business_id: str | None
    tenant_id: str = DEFAULT_TENANT


PROCESS_INSTANCE_SORTS: Final = (
    "businessId",
    "endDate",
    "hasIncident",
    "parentElementInstanceKey",
    "parentProcessInstanceKey",
    "processDefinitionId",
    "processDefinitionKey",
    "processDefinitionName",
    "processDefinitionVersion",
    "processDefinitionVersionTag",
    "processInstanceKey",
    "startDate",
    "state",
    "suspendedDate",
    "tenantId",
)
ProcessInstanceSearch = search_shape("ProcessInstance", ProcessInstanceFilter, PROCESS_INSTANCE_SORTS)
ProcessInstancePage = page_shape("ProcessInstance", FoundProcessInstance)
