"""The end of what was deployed: nothing begins on it any more, and what runs goes on to its own end.

    deployed → deleted

A deleted definition keeps its row and its file: instances may still run on it, and the history of those that
have ended tells of it. Nothing finds it by id, version, label or deployment; its version is never given
again. The version before it, of those that are left, is the latest from then on, and begins instances by its
events again.

After Zeebe's resource deletion, as it is since 8.8.39: before, it refused while instances ran.
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.events import starts
from counterflow.kernel.lives.suspension import DefinitionResumed
from counterflow.kernel.rows import DecisionDefinition, DecisionRequirements, ProcessDefinition
from counterflow.kernel.state.partition import State
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import Command, PartitionEvent, Rejection, RejectionType
from counterflow.kernel.work.step import Step


class ProcessDeleted(PartitionEvent, frozen=True):
    """A version of a process is deleted."""

    key: int


class RequirementsDeleted(PartitionEvent, frozen=True):
    """A version of a decision model is deleted, with the decisions in it."""

    key: int


class DeleteResource(Command, frozen=True, kw_only=True, gc=False):
    """Delete the version of a process, or of a decision model, that has this key."""

    resource_key: int


def decide_delete(step: Step, command: DeleteResource) -> None:
    """DeleteResource of the gateway."""
    definition = step.state.definitions.get(command.resource_key)
    requirements: DecisionRequirements | None
    requirements = step.state.shared[DecisionRequirements].get(command.resource_key)
    if definition is not None and definition.deleted_at_ms is None:
        _delete_process(step, definition)
    elif requirements is not None and requirements.deleted_at_ms is None:
        step.emit(RequirementsDeleted(requirements.key))
    else:
        raise Rejection(RejectionType.NOT_FOUND, _not_there(step.state, command.resource_key))


def _delete_process(step: Step, definition: ProcessDefinition) -> None:
    """Its events begin nothing any more; those of the version that is the latest now do. Of what is gone
    nothing is held back.
    """
    latest = step.state.deployed.latest
    was_latest = latest[definition.bpmn_process_id].key == definition.key
    if was_latest:
        starts.close_all(step, definition.key)
    if definition.key in step.state.shared[SuspendedDefinition]:
        step.emit(DefinitionResumed(definition.key))
    step.emit(ProcessDeleted(definition.key))
    before = latest.get(definition.bpmn_process_id)
    if was_latest and before is not None:
        _take_over(step, before)


def _take_over(step: Step, before: ProcessDefinition) -> None:
    """The events of the version before begin instances again. Raises `Rejection` where one cannot."""
    try:
        starts.open_all(step, before.key, step.state.process_of(before.key))
    except Rejection as refusal:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected version {before.version} of '{before.bpmn_process_id}' to begin instances again in "
            f"place of what is deleted, but: {refusal.reason}; delete that version first, key '{before.key}'",
        ) from refusal


def _not_there(state: State, key: int) -> str:
    expected = f"Expected to delete the process definition or decision model with key '{key}', but "
    decision: DecisionDefinition | None = state.shared[DecisionDefinition].get(key)
    if decision is not None and decision.deleted_at_ms is None:
        return (
            f"{expected}that is the key of decision '{decision.decision_id}'; delete its decision model, key "
            f"'{decision.requirements_key}'"
        )
    known = state.definitions.get(key) or state.shared[DecisionRequirements].get(key) or decision
    return f"{expected}{'it was deleted before' if known is not None else 'no such resource was found'}"


# -- applying ------------------------------------------------------------------------------------------------


def _apply_process(state: State, event: ProcessDeleted) -> None:
    state.put(replace(state.definitions[event.key], deleted_at_ms=state.now_ms))


def _apply_requirements(state: State, event: RequirementsDeleted) -> None:
    state.put(replace(state.shared[DecisionRequirements][event.key], deleted_at_ms=state.now_ms))
    for decision in list(state.shared[DecisionDefinition].values()):
        if decision.requirements_key == event.key:
            state.put(replace(decision, deleted_at_ms=state.now_ms))


OF_PARTITION = {ProcessDeleted: _apply_process, RequirementsDeleted: _apply_requirements}
COMMANDS = {DeleteResource: decide_delete}
