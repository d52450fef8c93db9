"""Deploying: files are read and judged in a thread, then stored and versioned by one command, all of them or
none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from counterflow.documents.limits import DocumentLimits
from counterflow.edge.calls import Behaviour, Calls, Context
from counterflow.edge.translate import check_tenants, process_metadata
from counterflow.edge.translate_decisions import decision_metadata, requirements_metadata
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.rows import DEFAULT_TENANT
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.resources import BPMN_SUFFIXES, File, FileLimits, is_dmn, read_files, unreadable
from counterflow.settings import Settings
from counterflow_wire import gateway

logger = logging.getLogger("counterflow.edge")


class Deployments:
    """The calls that bring models in."""

    def __init__(self, calls: Calls) -> None:
        self._writer = calls.writer
        self._limits = file_limits(calls.settings)
        self._submit = calls.writer.submit

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {"DeployResource": self.deploy_resource, "DeployProcess": self.deploy_process}

    async def deploy_resource(
        self, request: gateway.DeployResourceRequest, context: Context
    ) -> gateway.DeployResourceResponse:
        """Deploy files; the answer lists processes, then decisions, then decision models, each in the order
        of the files.
        """
        check_tenants((request.tenantId,))
        files = [File(resource.name, resource.content) for resource in request.resources]
        deployment = await self._deploy(files)
        return gateway.DeployResourceResponse(
            key=deployment.key, deployments=_metadata(deployment, files), tenantId=DEFAULT_TENANT
        )

    async def deploy_process(
        self, request: gateway.DeployProcessRequest, context: Context
    ) -> gateway.DeployProcessResponse:
        """What old clients call: the same, for BPMN alone, since the answer has no place for anything
        else.
        """
        files = [File(process.name, process.definition) for process in request.processes]
        if strangers := [file.name for file in files if is_dmn(file.name)]:
            suffixes = " or ".join(BPMN_SUFFIXES)
            raise _refused(
                [f"'{name}': expected {suffixes}; deploy decisions with DeployResource" for name in strangers]
            )
        deployment = await self._deploy(files)
        return gateway.DeployProcessResponse(
            key=deployment.key,
            processes=[process_metadata(definition) for definition in deployment.definitions],
        )

    async def _deploy(self, files: Sequence[File]) -> Deployment:
        refuse_unreadable(files)
        resources = await asyncio.to_thread(read_sound, files, self._limits)
        deployment: Deployment = await self._submit(DeployResources(resources=resources))
        for warning in missing_decisions(resources, self._writer.is_decision_deployed):
            logger.warning("%s", warning)
        return deployment


def missing_decisions(resources: Sequence[ReadResource], is_deployed: Callable[[str], bool]) -> Iterator[str]:
    """Warnings of tasks whose decision nobody has deployed so far: it may come before an instance needs
    it.
    """
    for resource in resources:
        for node in (
            node
            for process in resource.processes
            for node in process.nodes.values()
            if node.decision is not None
        ):
            decision_id = node.decision.decision_id if node.decision is not None else None
            if isinstance(decision_id, str) and not is_deployed(decision_id):
                place = f"'{resource.name}': line {node.line}, element '{node.id}' [called-decision]"
                yield (
                    f"{place}: decision '{decision_id}' is not deployed. Deploy it before an instance gets "
                    "there."
                )


def refuse_unreadable(files: Sequence[File]) -> None:
    """Refuse a deployment of nothing, and files that are no models by their name. Raises `Rejection`."""
    if not files:
        raise _rejection("Expected to deploy at least one resource, but none was given")
    if problems := unreadable(files):
        raise _refused(problems)


def file_limits(settings: Settings) -> FileLimits:
    """What the settings say of files."""
    size = settings.resource_bytes
    return FileLimits(
        DocumentLimits(resource_bytes=size),
        DocumentLimits(resource_bytes=size, elements=settings.decision_elements),
    )


def read_sound(files: Sequence[File], limits: FileLimits) -> tuple[ReadResource, ...]:
    """Read files. Raises `Rejection` with every finding of every file; warnings, those of OMG's schema too,
    are logged.
    """
    from counterflow.bpmn.xsd import schema_findings  # noqa: PLC0415 - no part of a start that deploys nothing

    judged = read_files(files, limits)
    refused = {name for name, _ in judged.errors}
    for name, warning in judged.warnings:
        logger.warning("'%s': %s", name, warning)
    for name, content in files:
        for finding in (
            () if name in refused or is_dmn(name) else schema_findings(content, name, limits.processes)
        ):
            logger.warning("'%s': %s", name, finding)
    if judged.errors:
        raise _refused([f"'{name}': {finding}" for name, finding in judged.errors])
    return judged.resources


def _metadata(deployment: Deployment, files: Sequence[File]) -> list[gateway.Deployment]:
    """Models were deployed before those that import them; the answer has them in the order in which they were
    handed in.
    """
    places = {file.name: place for place, file in enumerate(files)}
    models = sorted(deployment.requirements, key=lambda each: places[each.resource_name])
    decisions = [
        decision
        for model in models
        for decision in deployment.decisions
        if decision.requirements_key == model.key
    ]
    ids = {model.key: model.requirements_id for model in models}
    return [
        *(gateway.Deployment(process=process_metadata(definition)) for definition in deployment.definitions),
        *(
            gateway.Deployment(decision=decision_metadata(decision, ids[decision.requirements_key]))
            for decision in decisions
        ),
        *(gateway.Deployment(decisionRequirements=requirements_metadata(model)) for model in models),
    ]


def _refused(problems: Sequence[str]) -> Rejection:
    return _rejection(
        "Expected to deploy new resources, but encountered the following errors:\n" + "\n".join(problems)
    )


def _rejection(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)
