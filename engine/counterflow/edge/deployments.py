"""Deploying: files are read and judged in a thread, then stored and versioned by one command, all of them or none."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from counterflow.edge.calls import Behaviour, Calls, Context
from counterflow.edge.translate import DEFAULT_TENANT, check_tenants, process_metadata
from counterflow.kernel.deployments import Deployment, DeployResources, ReadResource
from counterflow.kernel.records import Rejection, RejectionType
from counterflow.model.read import read
from counterflow_wire import gateway

logger = logging.getLogger("counterflow.edge")

BPMN_SUFFIXES = (".bpmn", ".xml")
NOT_YET = {
    ".dmn": "decisions (DMN) cannot be deployed in this version yet; deploy the BPMN files without it",
    ".form": "forms cannot be deployed in this version yet; deploy the BPMN files without it",
}


class File(NamedTuple):
    """A resource as it was handed in."""

    name: str
    content: bytes


class Deployments:
    """The calls that bring models in."""

    def __init__(self, calls: Calls) -> None:
        self._submit = calls.loop.submit

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {"DeployResource": self.deploy_resource, "DeployProcess": self.deploy_process}

    async def deploy_resource(self, request: gateway.DeployResourceRequest, context: Context) -> gateway.DeployResourceResponse:
        """Deploy files; the answer lists the version of each process, in the order of the files."""
        check_tenants((request.tenantId,))
        deployment = await self._deploy([File(resource.name, resource.content) for resource in request.resources])
        return gateway.DeployResourceResponse(
            key=deployment.key,
            deployments=[gateway.Deployment(process=process_metadata(definition)) for definition in deployment.definitions],
            tenantId=DEFAULT_TENANT,
        )

    async def deploy_process(self, request: gateway.DeployProcessRequest, context: Context) -> gateway.DeployProcessResponse:
        """What old clients call: the same, for BPMN alone."""
        deployment = await self._deploy([File(process.name, process.definition) for process in request.processes])
        return gateway.DeployProcessResponse(
            key=deployment.key,
            processes=[process_metadata(definition) for definition in deployment.definitions],
        )

    async def _deploy(self, files: Sequence[File]) -> Deployment:
        refuse_unreadable(files)
        resources = await asyncio.to_thread(read_files, files)
        deployment: Deployment = await self._submit(DeployResources(resources=resources))
        return deployment


def refuse_unreadable(files: Sequence[File]) -> None:
    """Refuse a deployment of nothing, and files that are no BPMN by their name. Raises `Rejection`."""
    if not files:
        raise _rejection("Expected to deploy at least one resource, but none was given")
    problems = []
    for name, _ in files:
        suffix = name[name.rfind(".") :].lower() if "." in name else ""
        if suffix in NOT_YET:
            problems.append(f"'{name}': {NOT_YET[suffix]}")
        elif suffix not in BPMN_SUFFIXES:
            problems.append(f"'{name}': expected a name that ends in {' or '.join(BPMN_SUFFIXES)}, found {suffix or 'no suffix'}")
    if problems:
        raise _refused(problems)


def read_files(files: Sequence[File]) -> tuple[ReadResource, ...]:
    """Read BPMN files. Raises `Rejection` with every finding of every file; warnings, those of OMG's schema too, are logged."""
    from counterflow.model.xsd import schema_findings  # noqa: PLC0415 - no part of a start that deploys nothing

    resources, problems = [], []
    for name, content in files:
        found = read(content, name)
        problems += [f"'{name}': {finding}" for finding in found.errors]
        for warning in (*found.warnings, *(() if found.errors else schema_findings(content, name))):
            logger.warning("'%s': %s", name, warning)
        resources.append(ReadResource(name, content, hashlib.sha256(content).digest(), found.processes))
    if problems:
        raise _refused(problems)
    return tuple(resources)


def _refused(problems: Sequence[str]) -> Rejection:
    return _rejection("Expected to deploy new resources, but encountered the following errors:\n" + "\n".join(problems))


def _rejection(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)
