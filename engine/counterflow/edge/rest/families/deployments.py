"""What brings models in."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.edge.http.forms import FormShape
from counterflow.edge.rest.calls import carried_out, key_of
from counterflow.edge.rest.operations import Operation, RestCall
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
from counterflow.kernel.rows import DecisionDefinition, DecisionRequirements, Form, ProcessDefinition
from counterflow.service.refusals import NotThereYet
from counterflow.service.requests import check_tenants
from counterflow.service.resources import File
from counterflow.service.service import Service


class DeploymentOperations:
    """The operations about deployments."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "createDeployment",
                "POST",
                "/deployments",
                "Deploy files together: all of them, or none.",
                self.create,
                FormShape("resources", parts=("tenantId",)),
                DeploymentResult,
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

    async def create(self, call: RestCall) -> DeploymentResult:
        """Deploy the files of a form."""
        check_tenants(call.body.parts.get("tenantId", ()))
        files = [File(file.name, file.content) for file in call.body.files]
        with self._service.admission.visit(call.visitor):
            deployment: Deployment = await self._service.deployments.deploy(files, call.visitor.caller)
        return DeploymentResult(deployment_key=str(deployment.key), deployments=_items(deployment))

    async def delete(self, call: RestCall) -> Deleted:
        """A version is deleted; running instances are as `DeleteResource` of gRPC has them."""
        body: Deletion = call.body
        if body.delete_history:
            raise NotThereYet("Deleting the history of instances is not there yet; leave deleteHistory out")
        key = key_of(call, "resourceKey")
        await carried_out(self._service, call, DeleteResource(resource_key=key))
        return Deleted(resource_key=str(key))


def _items(deployment: Deployment) -> list[DeployedItem]:
    ids = {model.key: model.requirements_id for model in deployment.requirements}
    return [
        *(DeployedItem(process_definition=_process(row)) for row in deployment.definitions),
        *(
            DeployedItem(decision_definition=_decision(row, ids[row.requirements_key]))
            for row in deployment.decisions
        ),
        *(DeployedItem(decision_requirements=_requirements(row)) for row in deployment.requirements),
        *(DeployedItem(form=_form(row)) for row in deployment.forms),
    ]


def _process(definition: ProcessDefinition) -> DeployedProcess:
    return DeployedProcess(
        process_definition_id=definition.bpmn_process_id,
        process_definition_version=definition.version,
        resource_name=definition.resource_name,
        process_definition_key=str(definition.key),
    )


def _decision(decision: DecisionDefinition, requirements_id: str) -> DeployedDecision:
    return DeployedDecision(
        decision_definition_id=decision.decision_id,
        version=decision.version,
        name=decision.name,
        decision_requirements_id=requirements_id,
        decision_definition_key=str(decision.key),
        decision_requirements_key=str(decision.requirements_key),
    )


def _requirements(model: DecisionRequirements) -> DeployedRequirements:
    return DeployedRequirements(
        decision_requirements_id=model.requirements_id,
        decision_requirements_name=model.name,
        version=model.version,
        resource_name=model.resource_name,
        decision_requirements_key=str(model.key),
    )


def _form(form: Form) -> DeployedForm:
    return DeployedForm(
        form_id=form.form_id,
        version=form.version,
        resource_name=form.resource_name,
        form_key=str(form.key),
    )
