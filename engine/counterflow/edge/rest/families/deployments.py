"""What brings models in."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.edge.rest.calls import carried_out, key_of
from counterflow.edge.rest.operations import Asked, Operation
from counterflow.edge.rest.shapes.deployments import (
    Deleted,
    Deletion,
    DeployedDecision,
    DeployedForm,
    DeployedItem,
    DeployedProcess,
    DeployedRequirements,
    DeploymentResult,
)
from counterflow.kernel.lives.deletions import DeleteResource
from counterflow.kernel.lives.deployments import Deployment
from counterflow.service.refusals import NotThereYet
from counterflow.service.requests import check_tenants
from counterflow.service.service import Service


class DeploymentOperations:
    """The operations about deployments."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._deploy = service.deployments.deploy

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "createDeployment",
                "POST",
                "/deployments",
                "Deploy files together: all of them, or none.",
                self.create,
                response=DeploymentResult,
                takes_files=True,
            ),
            Operation(
                "deleteResource",
                "POST",
                "/resources/{resourceKey}/deletion",
                "Delete a version of a process or of a decision model.",
                self.delete,
                Deletion,
                Deleted,
            ),
        )

    async def create(self, asked: Asked) -> DeploymentResult:
        """Deploy the files of a form."""
        files, others = asked.body
        check_tenants((others.get("tenantId", ""),))
        deployment: Deployment = await self._deploy(files, asked.visitor.caller)
        return DeploymentResult(deployment_key=str(deployment.key), deployments=_items(deployment))

    async def delete(self, asked: Asked) -> Deleted:
        """A version is deleted; running instances are as `DeleteResource` of gRPC has them."""
        body: Deletion = asked.body
        if body.delete_history:
            raise NotThereYet("Deleting the history of instances is not there yet; leave deleteHistory out")
        key = key_of(asked, "resourceKey")
        await carried_out(self._service, asked, DeleteResource(resource_key=key))
        return Deleted(resource_key=str(key))


def _items(deployment: Deployment) -> list[DeployedItem]:
    ids = {model.key: model.requirements_id for model in deployment.requirements}
    processes = [
        DeployedItem(
            process_definition=DeployedProcess(
                process_definition_id=each.bpmn_process_id,
                process_definition_version=each.version,
                resource_name=each.resource_name,
                process_definition_key=str(each.key),
            )
        )
        for each in deployment.definitions
    ]
    decisions = [
        DeployedItem(
            decision_definition=DeployedDecision(
                decision_definition_id=each.decision_id,
                version=each.version,
                name=each.name,
                decision_requirements_id=ids[each.requirements_key],
                decision_definition_key=str(each.key),
                decision_requirements_key=str(each.requirements_key),
            )
        )
        for each in deployment.decisions
    ]
    models = [
        DeployedItem(
            decision_requirements=DeployedRequirements(
                decision_requirements_id=each.requirements_id,
                decision_requirements_name=each.name,
                version=each.version,
                resource_name=each.resource_name,
                decision_requirements_key=str(each.key),
            )
        )
        for each in deployment.requirements
    ]
    forms = [
        DeployedItem(
            form=DeployedForm(
                form_id=each.form_id,
                version=each.version,
                resource_name=each.resource_name,
                form_key=str(each.key),
            )
        )
        for each in deployment.forms
    ]
    return [*processes, *decisions, *models, *forms]
