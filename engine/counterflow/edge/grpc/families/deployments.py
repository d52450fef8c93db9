"""The calls that bring models in."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.grpc.calls import Behaviour
from counterflow.edge.grpc.to_wire import (
    decision_metadata,
    form_metadata,
    process_metadata,
    requirements_metadata,
)
from counterflow.kernel.lives.deployments import Deployment
from counterflow.kernel.rows import DEFAULT_TENANT
from counterflow.service.deployments import deployment_refused
from counterflow.service.requests import check_tenants
from counterflow.service.resources import BPMN_SUFFIXES, File, is_dmn, is_form
from counterflow.service.service import Service
from counterflow.wire.contract import Call
from counterflow_wire import gateway


class DeploymentCalls:
    """The rpcs DeployResource, and DeployProcess, which is its older form."""

    def __init__(self, service: Service) -> None:
        self._deploy = service.deployments.deploy

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {"DeployResource": self.deploy_resource, "DeployProcess": self.deploy_process}

    async def deploy_resource(
        self, request: gateway.DeployResourceRequest, call: Call
    ) -> gateway.DeployResourceResponse:
        """Deploy files; the answer lists processes, decisions, decision models, then forms. Each list is in
        the order of the files.
        """
        check_tenants((request.tenantId,))
        files = [File(resource.name, resource.content) for resource in request.resources]
        deployment = await self._deploy(files, call.caller)
        return gateway.DeployResourceResponse(
            key=deployment.key, deployments=_metadata(deployment), tenantId=DEFAULT_TENANT
        )

    async def deploy_process(
        self, request: gateway.DeployProcessRequest, call: Call
    ) -> gateway.DeployProcessResponse:
        """Deploy BPMN alone, as old clients do. Their answer has no place for anything else."""
        files = [File(process.name, process.definition) for process in request.processes]
        if strangers := [file.name for file in files if is_dmn(file.name) or is_form(file.name)]:
            suffixes = " or ".join(BPMN_SUFFIXES)
            raise deployment_refused(
                [f"'{name}': expected {suffixes}; deploy others with DeployResource" for name in strangers]
            )
        deployment = await self._deploy(files, call.caller)
        return gateway.DeployProcessResponse(
            key=deployment.key,
            processes=[process_metadata(definition) for definition in deployment.definitions],
        )


def _metadata(deployment: Deployment) -> list[gateway.Deployment]:
    ids = {model.key: model.requirements_id for model in deployment.requirements}
    return [
        *(gateway.Deployment(process=process_metadata(definition)) for definition in deployment.definitions),
        *(
            gateway.Deployment(decision=decision_metadata(decision, ids[decision.requirements_key]))
            for decision in deployment.decisions
        ),
        *(
            gateway.Deployment(decisionRequirements=requirements_metadata(model))
            for model in deployment.requirements
        ),
        *(gateway.Deployment(form=form_metadata(form)) for form in deployment.forms),
    ]
