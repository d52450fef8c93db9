"""The life of a process instance: created from a definition, ended by its last token, or cancelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterflow.kernel.course import beginning, ending
from counterflow.kernel.data import scopes
from counterflow.kernel.lives import quarantine
from counterflow.kernel.lives.active import not_active
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from counterflow.kernel.work.step import Course, Step
from counterflow.model.graph import Behaviour, Node, Process


class CreateProcessInstance(Command, frozen=True, kw_only=True, gc=False):
    """Begin a run: of a definition by its key, or by process id with a version (negative: the latest).

    `start_at` names the elements to begin at, instead of the none start event; with the end of one of
    `ends_after` it ends as well.
    """

    bpmn_process_id: str = ""
    version: int = -1
    definition_key: int = 0
    start_at: tuple[str, ...] = ()
    variables: dict[str, bytes]
    tags: tuple[str, ...] = ()
    business_id: str | None = None
    ends_after: tuple[str, ...] = ()


class CancelProcessInstance(Command, frozen=True, kw_only=True, gc=False):
    """End a run without completing it; what it has done stays done."""

    process_instance_key: int


def decide_create(step: Step, command: CreateProcessInstance) -> ProcessInstance:
    """CreateProcessInstance of the gateway. The start event may not have run when it answers."""
    scopes.refuse_large(step, command.variables)
    definition = _find_definition(step.state, command)
    if definition.key in step.state.shared[SuspendedDefinition]:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to create an instance of version {definition.version} of "
            f"'{definition.bpmn_process_id}', but it is suspended; resume it first, or name another version",
        )
    process = step.state.process_of(definition.key)
    if command.start_at:
        for element_id in command.start_at:
            _refuse_start_at(process, element_id)
    elif process.root.start_event is None:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to create an instance of process '{process.id}' at its none start event, but it has "
            "none; publish the message, broadcast the signal or wait for the timer that begins it, or say "
            "where to start",
        )
    _refuse_ends_after(process, command.ends_after)
    root = beginning.begin(
        step,
        definition,
        command.variables,
        start_at="\n".join(command.start_at) or None,
        labels=beginning.Labels("\n".join(command.tags) or None, command.business_id),
        ends_after="\n".join(command.ends_after) or None,
    )
    return root.header


def decide_cancel(step: Step, command: CancelProcessInstance) -> None:
    """CancelProcessInstance of the gateway."""
    key = command.process_instance_key
    instance = step.state.instance(key)
    header = instance.header if instance is not None else None
    if (
        instance is None
        or header is None
        or header.state != beginning.ACTIVE
        or (instance.quarantine is None and is_swept(step.state, instance, key))
    ):
        purpose = f"cancel a process instance with key '{key}'"
        raise not_active(header, purpose, "no such process was found")
    if header.parent_instance_key:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to cancel a process instance with key '{key}', but it is called by another one; "
            f"cancel the root process instance '{_root_of(step.state, header).key}' instead",
        )
    go_on_ending(step.at(instance))


def go_on_ending(course: Course) -> None:
    """End an instance with all that it has called, in as many pages as it takes."""
    instance = course.instance
    ending.carry_out(course, instance.key, ending_of(course.step, instance), go_on_ending)


def ending_of(step: Step, instance: InstanceState) -> ending.Sweeping:
    """End an instance and all that it has called, innermost first. Nothing if it has ended."""
    for called in _called_by(step.state, instance):
        yield ending_of(step, called)
    if instance.key not in instance.elements:
        return
    course = step.at(instance)
    if instance.quarantine is not None:
        yield from quarantine.abandon(course)
    else:
        yield ending.of_element(course.token(instance.key))


def _called_by(state: State, caller: InstanceState) -> Iterator[InstanceState]:
    """The instances that calls of this one wait for, oldest first."""
    for key in sorted(
        element.called_instance_key for element in caller.elements.values() if element.called_instance_key
    ):
        called = state.instance(key)
        if called is not None and key in called.elements:
            yield called


NOT_TO_START_AT = frozenset(
    {
        Behaviour.START_EVENT,
        Behaviour.BOUNDARY_EVENT,
        Behaviour.PROCESS,
        Behaviour.EVENT_SUB_PROCESS,
        Behaviour.AD_HOC_INNER_INSTANCE,
    }
)


def _refuse_start_at(process: Process, element_id: str) -> None:
    node = process.nodes.get(element_id)
    why = ""
    if node is None or node.part_of is not None:
        why = "no such element was found in the process"
    elif node.behaviour in NOT_TO_START_AT or node.is_for_compensation:
        why = f"the element of type {node.type} is not one that an instance can begin at"
    elif _begins_by_itself(process, node):
        why = "instances begin there by themselves, when its event comes"
    elif any(process.nodes[flow.source].behaviour is Behaviour.EVENT_BASED_GATEWAY for flow in node.incoming):
        why = "it follows an event-based gateway; begin at the gateway"
    else:
        around = process.nodes[node.parent]
        while around.parent and not why:
            if around.body is not None:
                what = "multi-instance activity" if around.multi_instance is not None else "loop"
                why = f"it is inside the {what} '{around.id}'"
            elif around.behaviour is Behaviour.EVENT_SUB_PROCESS:
                why = f"it is inside the event sub-process '{around.id}'"
            around = process.nodes[around.parent]
    if why:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to create an instance of process '{process.id}' at element '{element_id}', but {why}",
        )


def _refuse_ends_after(process: Process, element_ids: Sequence[str]) -> None:
    for element_id in element_ids:
        if element_id not in process.nodes:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected to end an instance of process '{process.id}' after element '{element_id}', but no "
                "such "
                "element was found in the process",
            )


def _begins_by_itself(process: Process, node: Node) -> bool:
    """Whether it is an event that begins instances, or the gateway before such events."""
    starts = process.root.event_starts
    first = node.outgoing[0].target if node.behaviour is Behaviour.EVENT_BASED_GATEWAY else node.id
    return any(process.nodes[start].drawn_id == first for start in starts)


def _root_of(state: State, header: ProcessInstance) -> ProcessInstance:
    while header.parent_instance_key:
        parent = state.instance(header.parent_instance_key)
        if parent is None or parent.header is None:
            break
        header = parent.header
    return header


def _find_definition(state: State, command: CreateProcessInstance) -> ProcessDefinition:
    process_id = command.bpmn_process_id
    if process_id:
        return _by_id(state, process_id, command.version)
    if command.definition_key <= 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            "Expected either a bpmn process id or a process definition key, but none of them was given",
        )
    definition = state.definitions.get(command.definition_key)
    if definition is None or definition.deleted_at_ms is not None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find process definition with key '{command.definition_key}', but none found",
        )
    return definition


def _by_id(state: State, process_id: str, version: int) -> ProcessDefinition:
    latest = state.deployed.latest.get(process_id)
    if latest is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find process definition with process ID '{process_id}', but none found; deploy it "
            "first",
        )
    if version < 0 or version == latest.version:
        return latest
    definition = state.deployed.version_of(process_id, version)
    if definition is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find process definition with process ID '{process_id}' and version '{version}', "
            f"but none found; versions go from 1 to {latest.version}, and -1 means the latest",
        )
    return definition


CONTINUATIONS = {"go on ending": go_on_ending}
COMMANDS = {CreateProcessInstance: decide_create, CancelProcessInstance: decide_cancel}
