"""How a process instance begins: at its none start event, at what has happened, or where it is told to."""

from __future__ import annotations

from typing import NamedTuple

from counterflow.kernel.course import entering
from counterflow.kernel.course.moves import ElementActivating
from counterflow.kernel.data import scopes
from counterflow.kernel.rows import ElementInstance, ProcessDefinition, ProcessInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent
from counterflow.kernel.work.step import Step, Token

ACTIVE = "active"


class ProcessInstanceCreated(InstanceEvent, frozen=True):
    """A run of a definition has begun."""

    key: int
    definition_key: int
    bpmn_process_id: str
    version: int
    parent_element_key: int = 0
    parent_instance_key: int = 0
    call_depth: int = 0
    start_at: str | None = None
    tags: str | None = None
    business_id: str | None = None
    ends_after: str | None = None


class Labels(NamedTuple):
    """What its caller calls an instance: tags, one a line, and a number or name outside the engine."""

    tags: str | None = None
    business_id: str | None = None


NO_LABELS = Labels()


def begin(
    step: Step,
    definition: ProcessDefinition,
    document: scopes.Document,
    *,
    start_at: str | None = None,
    caller: ElementInstance | None = None,
    call_depth: int = 0,
    labels: Labels = NO_LABELS,
    ends_after: str | None = None,
) -> Token:
    """A new instance of a definition, to begin at its none start event or at the elements of `start_at`.

    `start_at` names one a line.

    Who gives the document has measured it.
    """
    root = open_new(
        step,
        definition,
        document,
        start_at=start_at,
        caller=caller,
        call_depth=call_depth,
        labels=labels,
        ends_after=ends_after,
    )
    root.later(entering.begin)
    return root


def open_new(
    step: Step,
    definition: ProcessDefinition,
    document: scopes.Document,
    *,
    start_at: str | None = None,
    caller: ElementInstance | None = None,
    call_depth: int = 0,
    labels: Labels = NO_LABELS,
    ends_after: str | None = None,
) -> Token:
    """A new instance that has not begun."""
    key = step.new_key()
    course = step.at(step.state.open_instance(key))
    parents = (caller.key, caller.process_instance_key) if caller is not None else (0, 0)
    course.emit(
        ProcessInstanceCreated(
            key,
            definition.key,
            definition.bpmn_process_id,
            definition.version,
            *parents,
            call_depth,
            start_at,
            *labels,
            ends_after,
        )
    )
    course.emit(ElementActivating(key, 0, course.process.root.id))
    scopes.write(course, key, document)
    return course.token(key)


def _apply_created(state: State, instance: InstanceState, event: ProcessInstanceCreated) -> None:
    state.put(
        ProcessInstance(
            event.key,
            event.definition_key,
            event.bpmn_process_id,
            event.version,
            ACTIVE,
            state.now_ms,
            parent_element_key=event.parent_element_key,
            parent_instance_key=event.parent_instance_key,
            call_depth=event.call_depth,
            start_at=event.start_at,
            tags=event.tags,
            business_id=event.business_id,
            ends_after=event.ends_after,
        )
    )


OF_INSTANCE = {ProcessInstanceCreated: _apply_created}
