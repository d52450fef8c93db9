"""The life of a process instance: created from a definition, ended by its last token, or cancelled by a person."""

from __future__ import annotations

from counterflow.kernel import lifecycle, quarantine, variables
from counterflow.kernel.records import BrokenInvariant, Command, Event, Rejection, RejectionType
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance
from counterflow.kernel.state import InstanceState, State
from counterflow.kernel.step import Step

ACTIVE = "active"


class ProcessInstanceCreated(Event, frozen=True, array_like=True, tag=1, gc=False):
    """A run of a definition has begun."""

    key: int
    definition_key: int
    bpmn_process_id: str
    version: int


class CreateProcessInstance(Command, frozen=True, kw_only=True, gc=False):
    """Begin a run: of a definition by its key, or by process id with a version (negative: the latest)."""

    bpmn_process_id: str = ""
    version: int = -1
    definition_key: int = 0
    variables: dict[str, bytes]


class CancelProcessInstance(Command, frozen=True, kw_only=True, gc=False):
    """End a run without completing it; what it has done stays done."""

    process_instance_key: int


def decide_create(step: Step, command: CreateProcessInstance) -> ProcessInstance:
    """CreateProcessInstance of the gateway. The start event may not have run when it answers."""
    definition = _find_definition(step.state, command)
    key = step.new_key()
    step.state.open_instance(key)
    step.instance = step.state.instances[key]
    step.emit(ProcessInstanceCreated(key, definition.key, definition.bpmn_process_id, definition.version))
    root = step.state.process_of(definition.key).root
    step.emit(lifecycle.ElementActivating(key, 0, root.id))
    variables.set_local(step, key, command.variables)
    step.later(lifecycle.begin, key)
    header = step.instance.header
    if header is None:
        raise BrokenInvariant(f"process instance {key} was created without a header")
    return header


def decide_cancel(step: Step, command: CancelProcessInstance) -> None:
    """CancelProcessInstance of the gateway."""
    key = command.process_instance_key
    instance = step.state.instance(key)
    header = instance.header if instance is not None else None
    if instance is None or header is None or header.state != ACTIVE:
        raise Rejection(RejectionType.NOT_FOUND, f"Expected to cancel a process instance with key '{key}', but no such process was found")
    step.instance = instance
    if instance.quarantine is not None:
        quarantine.abandon(step)
    else:
        lifecycle.terminate(step, step.element(key))


def _find_definition(state: State, command: CreateProcessInstance) -> ProcessDefinition:
    process_id = command.bpmn_process_id
    if process_id:
        return _by_id(state, process_id, command.version)
    if command.definition_key <= 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT, "Expected either a bpmn process id or a process definition key, but none of them was given"
        )
    definition = state.definitions.get(command.definition_key)
    if definition is None:
        raise Rejection(RejectionType.NOT_FOUND, f"Expected to find process definition with key '{command.definition_key}', but none found")
    return definition


def _by_id(state: State, process_id: str, version: int) -> ProcessDefinition:
    latest = state.latest.get(process_id)
    if latest is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find process definition with process ID '{process_id}', but none found; deploy it first",
        )
    if version < 0 or version == latest.version:
        return latest
    definition = state.version_of(process_id, version)
    if definition is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find process definition with process ID '{process_id}' and version '{version}', but none found; "
            f"versions go from 1 to {latest.version}, and -1 means the latest",
        )
    return definition


def _apply_created(state: State, instance: InstanceState | None, event: ProcessInstanceCreated) -> None:
    state.put(ProcessInstance(event.key, event.definition_key, event.bpmn_process_id, event.version, ACTIVE, state.now_ms))


APPLIERS = {ProcessInstanceCreated: _apply_created}
COMMANDS = {CreateProcessInstance: decide_create, CancelProcessInstance: decide_cancel}
