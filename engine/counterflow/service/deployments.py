"""Deploying: files are read and judged aside, then stored and versioned by one command, or none is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from counterflow.caller import Caller
from counterflow.documents.limits import DocumentLimits
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import CalledDecision
from counterflow.partition.writer import Writer
from counterflow.service.reading_room import ReadingRoom
from counterflow.service.resources import File, FileLimits, is_dmn, is_form, read_files, unreadable
from counterflow.settings import Settings

logger = logging.getLogger("counterflow.service")

MOST_LINES = 100
"""Findings of one deployment that are told, and warnings that are logged; the rest are counted."""
LINE_LENGTH = 4_000
"""Characters of each: a file quotes itself, and may be all one name."""


class Deployments:
    """Brings models in."""

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._limits = file_limits(settings)
        self._room = ReadingRoom(settings.reading_ms, settings.deployments_in_line)

    async def deploy(self, files: Sequence[File], caller: Caller) -> Deployment:
        """Deploy files together; what each has brought is in the order in which they were handed in.

        Raises `Rejection` with every finding of every file, `Overloaded` and `Unavailable`.
        """
        refuse_unreadable(files)
        sound = await self._room.read(lambda: read_sound(files, self._limits))
        for warning in sound.warnings:
            logger.warning("%s", warning)
        deployment: Deployment = await self._writer.submit(DeployResources(resources=sound.resources))
        names = ", ".join(cut([f"'{file.name}'" for file in files]))
        logger.info("Deployment %s of %s, asked for by %s", deployment.key, names, caller)
        missing = missing_decisions(sound.resources, self._writer.is_decision_deployed)
        for warning in islice(missing, MOST_LINES):
            logger.warning("%s", warning)
        return in_order_of(files, deployment)

    def end(self) -> None:
        """The engine is stopping: nothing is read to its end."""
        self._room.end()


def in_order_of(files: Sequence[File], deployment: Deployment) -> Deployment:
    """The deployment with its decision models as they were handed in, not as they were deployed.

    They are deployed before those that import them.
    """
    places = {file.name: number for number, file in enumerate(files)}
    models = sorted(deployment.requirements, key=lambda row: places[row.resource_name])
    model_places = {model.key: number for number, model in enumerate(models)}
    decisions = sorted(deployment.decisions, key=lambda row: model_places[row.requirements_key])
    return replace(deployment, decisions=tuple(decisions), requirements=tuple(models))


class Sound(NamedTuple):
    """Files that may be deployed, and what is to be said of them all the same."""

    resources: tuple[ReadResource, ...]
    warnings: Sequence[str]


def missing_decisions(resources: Sequence[ReadResource], is_deployed: Callable[[str], bool]) -> Iterator[str]:
    """Warnings of tasks whose decision nobody has deployed so far. It may come before it is needed."""
    for resource in resources:
        for node in (node for process in resource.processes for node in process.nodes.values()):
            decision_id = node.work.decision_id if isinstance(node.work, CalledDecision) else None
            if isinstance(decision_id, str) and not is_deployed(decision_id):
                where = f"'{resource.name}': line {node.line}, element '{node.id}' [called-decision]"
                yield (
                    f"{where}: decision '{decision_id}' is not deployed. Deploy it before an instance gets "
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


def read_sound(files: Sequence[File], limits: FileLimits) -> Sound:
    """Read files. Raises `Rejection` with the findings of every file; warnings are those of OMG's schema too.

    It takes its time, and can be broken off anywhere: so it does nothing but read.
    """
    from counterflow.bpmn.xsd import schema_findings  # noqa: PLC0415 - no part of a start that deploys nothing

    judged = read_files(files, limits)
    if judged.errors:
        raise deployment_refused(f"'{name}': {finding}" for name, finding in judged.errors)
    by_schema = (
        (name, finding)
        for name, content in files
        if not is_dmn(name) and not is_form(name)
        for finding in schema_findings(content, name, limits.processes)
    )
    warnings = (*judged.warnings, *by_schema)
    return Sound(judged.resources, cut([f"'{name}': {finding}" for name, finding in warnings]))


def deployment_refused(problems: Iterable[str]) -> Rejection:
    """A deployment is refused as a whole; one line for each problem, of so many."""
    return _rejection(
        "Expected to deploy new resources, but encountered the following errors:\n" + "\n".join(cut(problems))
    )


def cut(lines: Iterable[str]) -> list[str]:
    """Lines as they are told: not too many, and none too long."""
    every = list(lines)
    shown = [line if len(line) <= LINE_LENGTH else f"{line[:LINE_LENGTH]}…" for line in every[:MOST_LINES]]
    return shown if len(every) <= MOST_LINES else [*shown, f"… and {len(every) - MOST_LINES} more lines"]


def _rejection(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)
