"""What a deployment has brought in."""

from __future__ import annotations

from counterflow.edge.rest.shapes.base import Answered, Body, Int64
from counterflow.kernel.rows import DEFAULT_TENANT


class DeployedProcess(Answered, frozen=True):
    """A version of a process."""

    process_definition_id: str
    process_definition_version: int
    resource_name: str
    process_definition_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedDecision(Answered, frozen=True):
    """A version of a decision."""

    decision_definition_id: str
    version: int
    name: str
    decision_requirements_id: str
    decision_definition_key: str
    decision_requirements_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedRequirements(Answered, frozen=True):
    """A version of a decision model."""

    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    resource_name: str
    decision_requirements_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedForm(Answered, frozen=True):
    """A version of a form."""

    form_id: str
    version: int
    resource_name: str
    form_key: str
    tenant_id: str = DEFAULT_TENANT


class DeployedItem(Answered, frozen=True):
    """One thing that was deployed: exactly one member has a value."""

    process_definition: DeployedProcess | None = None
    decision_definition: DeployedDecision | None = None
    decision_requirements: DeployedRequirements | None = None
    form: DeployedForm | None = None
    resource: None = None


class Deletion(Body, frozen=True):
    """How a resource is deleted."""

    operation_reference: Int64 | None = None
    delete_history: bool = False


class Deleted(Answered, frozen=True):
    """A resource that is deleted."""

    resource_key: str
    batch_operation: None = None


class DeploymentResult(Answered, frozen=True):
    """All that one deployment brought in."""

    deployment_key: str
    deployments: list[DeployedItem]
    tenant_id: str = DEFAULT_TENANT
