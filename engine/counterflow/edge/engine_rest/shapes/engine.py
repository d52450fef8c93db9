"""Deployments, instances and messages, and who is asked."""

from __future__ import annotations

from typing import Any

from counterflow.edge.engine_rest.shapes.base import Link
from counterflow.edge.engine_rest.typed_values import TypedValues
from counterflow.edge.rest.shapes.base import Answered, Body, Int32


class Version(Answered, frozen=True):
    """Which version of Camunda 7 clients may take this for."""

    version: str


class EngineName(Answered, frozen=True):
    """An engine by its name; there is one."""

    name: str


class TellingDefinition(Answered, frozen=True):
    """A deployed version of a process or of a decision."""

    id: str
    key: str
    name: str | None
    version: int
    resource: str
    deployment_id: str
    version_tag: str | None = None
    category: str | None = None
    tenant_id: str | None = None


class TellingProcess(TellingDefinition, frozen=True):
    """A deployed version of a process."""

    suspended: bool = False
    description: str | None = None
    diagram: str | None = None
    startable_in_tasklist: bool = False
    history_time_to_live: Int32 | None = None


class TellingDeployment(Answered, frozen=True):
    """What was deployed together; null where nothing of a kind was."""

    id: str
    name: str | None
    source: str | None
    deployment_time: str
    links: list[Link]
    tenant_id: str | None = None
    deployed_process_definitions: dict[str, TellingProcess] | None = None
    deployed_decision_definitions: dict[str, TellingDefinition] | None = None
    deployed_decision_requirements_definitions: dict[str, TellingDefinition] | None = None
    deployed_case_definitions: None = None


class StartInstruction(Body, frozen=True):
    """Where an instance begins."""

    type: str
    activity_id: str | None = None
    transition_id: str | None = None
    activity_instance_id: str | None = None
    ancestor_activity_instance_id: str | None = None
    variables: TypedValues | None = None


class StartOfInstance(Body, frozen=True):
    """How an instance begins."""

    variables: TypedValues | None = None
    business_key: str | None = None
    case_instance_id: str | None = None
    start_instructions: list[StartInstruction] | None = None
    skip_custom_listeners: bool | None = None
    skip_io_mappings: bool | None = None
    with_variables_in_return: bool | None = None


class StartedInstance(Answered, frozen=True):
    """An instance that has begun."""

    id: str
    definition_id: str
    definition_key: str
    business_key: str | None
    links: list[Link]
    ended: bool = False
    suspended: bool = False
    case_instance_id: str | None = None
    tenant_id: str | None = None


class MessageToCorrelate(Body, frozen=True):
    """A message for one who waits for it."""

    message_name: str
    business_key: str | None = None
    tenant_id: str | None = None
    without_tenant_id: bool | None = None
    process_instance_id: str | None = None
    correlation_keys: TypedValues | None = None
    local_correlation_keys: TypedValues | None = None
    process_variables: TypedValues | None = None
    process_variables_local: TypedValues | None = None
    process_variables_to_triggered_scope: TypedValues | None = None
    all: bool | None = None
    result_enabled: bool | None = None
    variables_in_result_enabled: bool | None = None


class ReachedExecution(Answered, frozen=True):
    """Where a message was waited for."""

    id: str
    process_instance_id: str
    ended: bool = False
    tenant_id: str | None = None


class MessageResult(Answered, frozen=True):
    """What a message has reached: an `execution`, or a process of which an instance has begun."""

    result_type: str
    execution: ReachedExecution | None
    process_instance: dict[str, Any] | None
    variables: None = None
