"""The life of a deployment: resources become definitions, each process its own versions counted from 1.

A process that comes again with the same checksum and the same resource name keeps its version and its key; so
of ten models deployed together with one changed, one gets a new version. A process that is bound to the
decisions and processes it is deployed with is another one when these are others (`process_bindings.py`).
Either all resources are deployed or none; decisions first, so that processes find them
(`decision_deployments.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from counterflow.kernel.events import starts
from counterflow.kernel.lives import decision_deployments, forms, process_bindings
from counterflow.kernel.resources import ReadDecisions, ReadResource
from counterflow.kernel.rows import (
    DecisionDefinition,
    DecisionRequirements,
    Form,
    ProcessDefinition,
    Resource,
)
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import Command, PartitionEvent, Rejection, RejectionType
from counterflow.kernel.work.step import Step
from counterflow.model.graph import Process

if TYPE_CHECKING:
    from counterflow.dmn import DecisionSummary, Definitions


class DeploymentCreated(PartitionEvent, frozen=True):
    """A set of resources was deployed together."""

    key: int


class ResourceStored(PartitionEvent, frozen=True):
    """A deployed file, byte for byte."""

    key: int
    name: str
    checksum: bytes
    content: bytes


class ProcessDefined(PartitionEvent, frozen=True):
    """A process has a new version."""

    key: int
    bpmn_process_id: str
    version: int
    version_tag: str | None
    resource_key: int
    resource_name: str
    checksum: bytes
    deployment_key: int


class DeployResources(Command, frozen=True, kw_only=True):
    """Deploy these resources together. Answers a `Deployment`."""

    resources: tuple[ReadResource, ...]


class Deployment(msgspec.Struct, frozen=True):
    """What a deployment gave: its key, and what now is the latest of each model in it.

    That is for each process, decision, decision model and form, in order.
    """

    key: int
    definitions: tuple[ProcessDefinition, ...]
    decisions: tuple[DecisionDefinition, ...] = ()
    requirements: tuple[DecisionRequirements, ...] = ()
    forms: tuple[Form, ...] = ()


class Beside(NamedTuple):
    """What is deployed together with processes, and may be bound to them: by id."""

    decisions: Mapping[str, DecisionDefinition]
    forms: Mapping[str, Form]


def decide_deploy(step: Step, command: DeployResources) -> Deployment:
    """DeployResource of the gateway, after every resource was read without errors.

    Models come before those that import them.
    """
    _refuse_twice(command)
    key = step.new_key()
    step.emit(DeploymentCreated(key))
    requirements: list[DecisionRequirements] = []
    decisions: dict[str, DecisionDefinition] = {}
    for resource in command.resources:
        if resource.decisions is not None:
            model = _deploy_model(step, key, resource, resource.decisions)
            defined = decision_deployments.define_decisions(step, key, resource.decisions, model)
            requirements.append(model)
            decisions |= {decision.decision_id: decision for decision in defined}
    beside = Beside(decisions, _deploy_forms(step, key, command.resources))
    new_ids = _new_ids(step.state, command, beside)
    definitions = [
        definition for resource in command.resources for definition in _deploy(step, key, resource, new_ids)
    ]
    new = {definition.bpmn_process_id for definition in definitions if definition.deployment_key == key}
    processes = [
        process for resource in command.resources for process in resource.processes if process.id in new
    ]
    decision_deployments.bind(step, key, processes, decisions)
    forms.bind(step, key, processes, beside.forms)
    return Deployment(
        key,
        tuple(definitions),
        tuple(decisions.values()),
        tuple(requirements),
        tuple(beside.forms.values()),
    )


def _deploy_forms(step: Step, deployment_key: int, resources: Iterable[ReadResource]) -> dict[str, Form]:
    deployed: dict[str, Form] = {}
    for resource in resources:
        form = resource.form
        if form is None:
            continue
        if not forms.is_unchanged(step.state, resource, form):
            forms.define(step, deployment_key, _store(step, resource), resource, form)
        deployed[form.form_id] = step.state.forms.latest[form.form_id]
    return deployed


def _new_ids(state: State, command: DeployResources, beside: Beside) -> set[str]:
    """The ids of the processes that become new versions.

    Raises `Rejection` where one is bound to what is not there.
    """
    drawn = [(resource, process) for resource in command.resources for process in resource.processes]
    processes = {process.id: process for _, process in drawn}
    for resource, process in drawn:
        decision_deployments.refuse_unbound(process, resource.name, beside.decisions)
        forms.refuse_unbound(process, resource.name, beside.forms)
    process_bindings.refuse_unbound(((resource.name, process) for resource, process in drawn), processes)
    changed = {
        process.id for resource, process in drawn if not _is_unchanged(state, process, resource, beside)
    }
    return process_bindings.new_together(state, processes, changed)


def _deploy(
    step: Step, deployment_key: int, resource: ReadResource, new_ids: AbstractSet[str]
) -> list[ProcessDefinition]:
    new = [process for process in resource.processes if process.id in new_ids]
    resource_key = _store(step, resource) if new else 0
    for process in new:
        _define(step, deployment_key, resource_key, resource, process)
    return [step.state.deployed.latest[process.id] for process in resource.processes]


def _deploy_model(
    step: Step, deployment_key: int, resource: ReadResource, model: ReadDecisions
) -> DecisionRequirements:
    same = decision_deployments.unchanged(step.state, model, resource.checksum, resource.name)
    if same is not None:
        return same
    resource_key = _store(step, resource)
    return decision_deployments.define_requirements(step, deployment_key, resource_key, resource, model)


def _store(step: Step, resource: ReadResource) -> int:
    key = step.new_key()
    step.emit(ResourceStored(key, resource.name, resource.checksum, resource.content))
    return key


def _define(
    step: Step, deployment_key: int, resource_key: int, resource: ReadResource, process: Process
) -> None:
    latest = step.state.deployed.latest.get(process.id)
    version = step.state.deployed.given.next(process.id)
    key = step.new_key()
    step.emit(
        ProcessDefined(
            key,
            process.id,
            version,
            process.version_tag,
            resource_key,
            resource.name,
            resource.checksum,
            deployment_key,
        )
    )
    size = len(resource.content) // len(resource.processes)
    step.state.processes.keep(key, process, size, step.state.batch)
    if latest is not None:
        starts.close_all(step, latest.key)
    starts.open_all(step, key, process)


def _is_unchanged(state: State, process: Process, resource: ReadResource, beside: Beside) -> bool:
    latest = state.deployed.latest.get(process.id)
    if latest is None or (latest.checksum, latest.resource_name) != (resource.checksum, resource.name):
        return False
    key = latest.deployment_key
    return decision_deployments.is_bound_alike(
        state, process, key, beside.decisions
    ) and forms.is_bound_alike(state, process, key, beside.forms)


def _refuse_twice(command: DeployResources) -> None:
    for kind, named in (
        (
            "process",
            ((resource.name, process.id) for resource in command.resources for process in resource.processes),
        ),
        (
            "decision model",
            (
                (resource.name, resource.decisions.requirements_id)
                for resource in command.resources
                if resource.decisions is not None
            ),
        ),
        (
            "decision",
            (
                (resource.name, decision.id)
                for resource in command.resources
                for decision in _summaries(resource)
            ),
        ),
        (
            "form",
            (
                (resource.name, resource.form.form_id)
                for resource in command.resources
                if resource.form is not None
            ),
        ),
    ):
        _refuse_repeated(kind, named)


def _refuse_repeated(kind: str, named: Iterable[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for resource_name, identifier in named:
        if identifier in seen:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected each {kind} id once in a deployment, but '{identifier}' is in "
                f"'{seen[identifier]}' and in '{resource_name}'",
            )
        seen[identifier] = resource_name


def _summaries(resource: ReadResource) -> Iterable[DecisionSummary]:
    if resource.decisions is None:
        return ()
    definitions: Definitions = resource.decisions.definitions
    return definitions.decisions


def _apply_created(state: State, event: DeploymentCreated) -> None:
    """Its key stands in every definition that came with it."""


def _apply_stored(state: State, event: ResourceStored) -> None:
    state.put(Resource(event.key, event.name, event.checksum, event.content))


def _apply_defined(state: State, event: ProcessDefined) -> None:
    state.put(
        ProcessDefinition(
            event.key,
            event.bpmn_process_id,
            event.version,
            event.version_tag,
            event.resource_key,
            event.resource_name,
            event.checksum,
            event.deployment_key,
            state.now_ms,
        )
    )


OF_PARTITION = {
    DeploymentCreated: _apply_created,
    ResourceStored: _apply_stored,
    ProcessDefined: _apply_defined,
}
COMMANDS = {DeployResources: decide_deploy}
