"""Deploying: files are read and judged in a thread, then stored and versioned by one command, all of them or
none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence

from counterflow.caller import Caller
from counterflow.documents.limits import DocumentLimits
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import CalledDecision
from counterflow.partition.writer import Writer
from counterflow.service.resources import File, FileLimits, is_dmn, read_files, unreadable
from counterflow.settings import Settings

logger = logging.getLogger("counterflow.service")


class Deployments:
    """Brings models in."""

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._limits = file_limits(settings)

    async def deploy(self, files: Sequence[File], caller: Caller) -> Deployment:
        """Deploy files together. Raises `Rejection` with every finding of every file, `Overloaded` and
        `Unavailable`.
        """
        refuse_unreadable(files)
        resources = await asyncio.to_thread(read_sound, files, self._limits)
        deployment: Deployment = await self._writer.submit(DeployResources(resources=resources))
        names = ", ".join(f"'{file.name}'" for file in files)
        logger.info("Deployment %s of %s, asked for by %s", deployment.key, names, caller)
        for warning in missing_decisions(resources, self._writer.is_decision_deployed):
            logger.warning("%s", warning)
        return deployment


def missing_decisions(resources: Sequence[ReadResource], is_deployed: Callable[[str], bool]) -> Iterator[str]:
    """Warnings of tasks whose decision nobody has deployed so far: it may come before an instance needs
    it.
    """
    for resource in resources:
        for node in (node for process in resource.processes for node in process.nodes.values()):
            decision_id = node.work.decision_id if isinstance(node.work, CalledDecision) else None
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
        raise deployment_refused(problems)


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
        raise deployment_refused([f"'{name}': {finding}" for name, finding in judged.errors])
    return judged.resources


def deployment_refused(problems: Sequence[str]) -> Rejection:
    """A deployment is refused as a whole; one line for each problem."""
    return _rejection(
        "Expected to deploy new resources, but encountered the following errors:\n" + "\n".join(problems)
    )


def _rejection(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)
