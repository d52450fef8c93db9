"""The life of a deployment: resources become definitions, each process its own versions counted from 1.

A process that comes again with the same checksum and the same resource name keeps its version and its key; so of ten
models deployed together with one changed, one gets a new version. Either all resources are deployed or none.
"""

from __future__ import annotations

import msgspec

from counterflow.kernel import starts
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import Command, Event, Rejection, RejectionType
from counterflow.kernel.rows import ProcessDefinition, Resource
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import Process


class DeploymentCreated(Event, frozen=True, array_like=True, tag=5, gc=False):
    """A set of resources was deployed together."""

    key: int


class ResourceStored(Event, frozen=True, array_like=True, tag=6, gc=False):
    """A deployed file, byte for byte."""

    key: int
    name: str
    checksum: bytes
    content: bytes


class ProcessDefined(Event, frozen=True, array_like=True, tag=7, gc=False):
    """A process has a new version."""

    key: int
    bpmn_process_id: str
    version: int
    version_tag: str | None
    resource_key: int
    resource_name: str
    checksum: bytes
    deployment_key: int


class ReadResource(msgspec.Struct, frozen=True):
    """A resource that has been read and found sound: its bytes, their SHA-256, and the processes in it."""

    name: str
    content: bytes
    checksum: bytes
    processes: tuple[Process, ...]


class DeployResources(Command, frozen=True, kw_only=True):
    """Deploy these resources together. Answers a `Deployment`."""

    resources: tuple[ReadResource, ...]


class Deployment(msgspec.Struct, frozen=True):
    """What a deployment gave: its key, and for each process, in order, the definition that now is the latest."""

    key: int
    definitions: tuple[ProcessDefinition, ...]


def decide_deploy(step: Step, command: DeployResources) -> Deployment:
    """DeployResource of the gateway, after every resource was read without errors."""
    _refuse_twice(command)
    key = step.new_key()
    step.emit(DeploymentCreated(key))
    definitions = [definition for resource in command.resources for definition in _deploy(step, key, resource)]
    return Deployment(key, tuple(definitions))


def _deploy(step: Step, deployment_key: int, resource: ReadResource) -> list[ProcessDefinition]:
    changed = {process.id for process in resource.processes if not _is_unchanged(step.state, process, resource)}
    resource_key = 0
    if changed:
        resource_key = step.new_key()
        step.emit(ResourceStored(resource_key, resource.name, resource.checksum, resource.content))
    for process in resource.processes:
        if process.id in changed:
            _define(step, deployment_key, resource_key, resource, process)
    return [step.state.latest[process.id] for process in resource.processes]


def _define(step: Step, deployment_key: int, resource_key: int, resource: ReadResource, process: Process) -> None:
    latest = step.state.latest.get(process.id)
    version = latest.version + 1 if latest is not None else 1
    key = step.new_key()
    step.emit(ProcessDefined(key, process.id, version, process.version_tag, resource_key, resource.name, resource.checksum, deployment_key))
    step.state.processes[key] = process
    if latest is not None:
        starts.close_all(step, latest.key)
    starts.open_all(step, key, process)


def _is_unchanged(state: State, process: Process, resource: ReadResource) -> bool:
    latest = state.latest.get(process.id)
    return latest is not None and latest.checksum == resource.checksum and latest.resource_name == resource.name


def _refuse_twice(command: DeployResources) -> None:
    seen: dict[str, str] = {}
    for resource in command.resources:
        for process in resource.processes:
            if process.id in seen:
                raise Rejection(
                    RejectionType.INVALID_ARGUMENT,
                    f"Expected each process id once in a deployment, but '{process.id}' is in "
                    f"'{seen[process.id]}' and in '{resource.name}'",
                )
            seen[process.id] = resource.name


def _apply_created(state: State, instance: InstanceState | None, event: DeploymentCreated) -> None:
    """Its key stands in every definition that came with it."""


def _apply_stored(state: State, instance: InstanceState | None, event: ResourceStored) -> None:
    state.put(Resource(event.key, event.name, event.checksum, event.content))


def _apply_defined(state: State, instance: InstanceState | None, event: ProcessDefined) -> None:
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


APPLIERS = {DeploymentCreated: _apply_created, ResourceStored: _apply_stored, ProcessDefined: _apply_defined}
COMMANDS = {DeployResources: decide_deploy}
