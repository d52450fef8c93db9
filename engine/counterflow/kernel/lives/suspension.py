"""The life of a suspension: a person holds back an instance, a definition, or a type of jobs, and lets it go.

    suspended → resumed (what came due meanwhile comes; what is kept for it reaches it; its jobs are offered)
              → over    (a suspended instance is cancelled)

Of a suspended *instance*, and of what it has called, nothing goes on: no job is given out and none is taken
back from a worker, no timer comes, no message, signal or condition reaches it. It can be cancelled and
migrated, its variables be set and its jobs be given tries. Of a suspended *definition* no instance begins:
who asks for one is refused, its start timers come when it is resumed, and messages and signals begin none of
it. Of a suspended *type of jobs* nobody is given one; whoever has one may complete it. After Camunda 7's
suspension of instances, definitions and jobs.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.kernel.course import joins
from counterflow.kernel.lives import quarantine
from counterflow.kernel.lives.active import not_active
from counterflow.kernel.rows import ProcessDefinition, StartTimer
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.suspended import SuspendedDefinition, SuspendedJobType, Suspension
from counterflow.kernel.vocabulary import Command, InstanceEvent, PartitionEvent, Rejection, RejectionType
from counterflow.kernel.work.step import Step

LONGEST_TYPE = 1_000
"""Characters of a type that is suspended."""


class InstanceSuspended(InstanceEvent, frozen=True):
    """Nothing of the instance goes on from here."""


class InstanceResumed(InstanceEvent, frozen=True):
    """The instance goes on."""


class DefinitionSuspended(PartitionEvent, frozen=True):
    """No instance of the definition begins from here."""

    definition_key: int


class DefinitionResumed(PartitionEvent, frozen=True):
    """Instances of the definition begin again."""

    definition_key: int


class JobTypeSuspended(PartitionEvent, frozen=True):
    """Nobody is given a job of this type from here."""

    type: str


class JobTypeResumed(PartitionEvent, frozen=True):
    """Jobs of this type are given out again."""

    type: str


class SuspendInstance(Command, frozen=True, kw_only=True, gc=False):
    """Hold back an instance and all that it has called. Answers how many were not suspended before."""

    process_instance_key: int


class ResumeInstance(Command, frozen=True, kw_only=True, gc=False):
    """Let an instance and all that it has called go on. Answers how many were suspended before."""

    process_instance_key: int


class SuspendDefinition(Command, frozen=True, kw_only=True, gc=False):
    """Let no instance of a definition begin. Answers whether one could before."""

    definition_key: int


class ResumeDefinition(Command, frozen=True, kw_only=True, gc=False):
    """Let instances of a definition begin again. Answers whether it was suspended."""

    definition_key: int


class SuspendJobType(Command, frozen=True, kw_only=True, gc=False):
    """Give out no job of a type. Answers whether they were before."""

    type: str


class ResumeJobType(Command, frozen=True, kw_only=True, gc=False):
    """Give out jobs of a type again. Answers whether it was suspended."""

    type: str


# -- instances -----------------------------------------------------------------------------------------------


def decide_suspend_instance(step: Step, command: SuspendInstance) -> int:
    """SuspendProcessInstance of our own service."""
    root = _active(step, command.process_instance_key, "suspend")
    held = [one for one in _family(step.state, root) if one.suspension is None]
    for instance in held:
        step.at(instance).emit(InstanceSuspended())
    return len(held)


def decide_resume_instance(step: Step, command: ResumeInstance) -> int:
    """ResumeProcessInstance of our own service."""
    root = _active(step, command.process_instance_key, "resume")
    held = [one for one in _family(step.state, root) if one.suspension is not None]
    for instance in held:
        step.at(instance).emit(InstanceResumed())
    for instance in held:
        if instance.quarantine is None:
            _take_up(step, instance)
    return len(held)


def _take_up(step: Step, instance: InstanceState) -> None:
    course = step.at(instance)
    for key in sorted(instance.waits_of):
        step.look_for_buffered(course.token(key))
    for scope_key in sorted(instance.arrived_in):
        joins.others_moved(course.token(scope_key))
    quarantine.take_up(course)


def _active(step: Step, key: int, what: str) -> InstanceState:
    instance = step.state.instance(key)
    if instance is None or key not in instance.elements or is_swept(step.state, instance, key):
        header = instance.header if instance is not None else None
        raise not_active(header, f"{what} process instance '{key}'")
    return instance


def _family(state: State, root: InstanceState) -> Iterator[InstanceState]:
    """An instance, and all that it has called, from the outermost inwards."""
    around = [root]
    while around:
        instance = around.pop()
        yield instance
        called = sorted(
            row.called_instance_key for row in instance.elements.values() if row.called_instance_key
        )
        instances = (state.instance(key) for key in reversed(called))
        around += [one for one in instances if one is not None and one.key in one.elements]


# -- definitions ---------------------------------------------------------------------------------------------


def decide_suspend_definition(step: Step, command: SuspendDefinition) -> bool:
    """SuspendDefinition of our own service."""
    key = _definition(step, command.definition_key, "suspend").key
    if key in step.state.shared[SuspendedDefinition]:
        return False
    step.emit(DefinitionSuspended(key))
    return True


def decide_resume_definition(step: Step, command: ResumeDefinition) -> bool:
    """ResumeDefinition of our own service."""
    key = _definition(step, command.definition_key, "resume").key
    if key not in step.state.shared[SuspendedDefinition]:
        return False
    step.emit(DefinitionResumed(key))
    return True


def _definition(step: Step, key: int, what: str) -> ProcessDefinition:
    definition = step.state.definitions.get(key)
    if definition is None or (definition.deleted_at_ms is not None and what == "suspend"):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to {what} the process definition with key '{key}', but no such definition was found",
        )
    return definition


# -- types of jobs -------------------------------------------------------------------------------------------


def decide_suspend_job_type(step: Step, command: SuspendJobType) -> bool:
    """SuspendJobType of our own service; a type that nobody has asked for yet may be suspended as well."""
    job_type = command.type
    if not job_type.strip() or len(job_type) > LONGEST_TYPE:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a type of jobs of at most {LONGEST_TYPE} characters, but found {len(job_type)}",
        )
    if job_type in step.state.shared[SuspendedJobType]:
        return False
    step.emit(JobTypeSuspended(job_type))
    return True


def decide_resume_job_type(step: Step, command: ResumeJobType) -> bool:
    """ResumeJobType of our own service."""
    if command.type not in step.state.shared[SuspendedJobType]:
        return False
    step.emit(JobTypeResumed(command.type))
    return True


# -- applying ------------------------------------------------------------------------------------------------


def _apply_suspended(state: State, instance: InstanceState, event: InstanceSuspended) -> None:
    state.put(Suspension(instance.key, state.now_ms))


def _apply_resumed(state: State, instance: InstanceState, event: InstanceResumed) -> None:
    if instance.suspension is not None:
        state.delete(instance.suspension)


def _apply_definition_suspended(state: State, event: DefinitionSuspended) -> None:
    state.put(SuspendedDefinition(event.definition_key, state.now_ms))


def _apply_definition_resumed(state: State, event: DefinitionResumed) -> None:
    """What could not come at its moment is due again."""
    state.delete(state.shared[SuspendedDefinition][event.definition_key])
    for key, table in sorted(state.starts.get(event.definition_key, {}).items(), key=lambda start: start[0]):
        if table is StartTimer:
            state.put(state.shared[StartTimer][key])


def _apply_type_suspended(state: State, event: JobTypeSuspended) -> None:
    state.put(SuspendedJobType(event.type, state.now_ms))


def _apply_type_resumed(state: State, event: JobTypeResumed) -> None:
    """Whoever waits for jobs of the type hears of them."""
    state.delete(state.shared[SuspendedJobType][event.type])
    state.newly_ready.append((event.type, 0))


OF_INSTANCE = {InstanceSuspended: _apply_suspended, InstanceResumed: _apply_resumed}
OF_PARTITION = {
    DefinitionSuspended: _apply_definition_suspended,
    DefinitionResumed: _apply_definition_resumed,
    JobTypeSuspended: _apply_type_suspended,
    JobTypeResumed: _apply_type_resumed,
}
COMMANDS = {
    SuspendInstance: decide_suspend_instance,
    ResumeInstance: decide_resume_instance,
    SuspendDefinition: decide_suspend_definition,
    ResumeDefinition: decide_resume_definition,
    SuspendJobType: decide_suspend_job_type,
    ResumeJobType: decide_resume_job_type,
}
