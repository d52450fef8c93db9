"""The life of a migration: a process instance goes on as one of another definition, all of it or not at all.

    planned (`migration_plan.py`) → refused, with every reason; nothing has changed
                                  → migrated: waits closed, elements, waits, tokens and undo records moved,
                                    the definition changed, waits opened

One command brings one instance over, so that each is on one definition or on the other, whenever a server is
killed; who has many gives many commands, and begins again with those that are left. What an instance has
called stays what it is, and is migrated by itself.
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.course import joins, waits
from counterflow.kernel.course.beginning import ACTIVE
from counterflow.kernel.course.undo import UndoDropped
from counterflow.kernel.course.undo_order import AVAILABLE, CONTAINER
from counterflow.kernel.data import conditions, scopes
from counterflow.kernel.data.output_collections import DESCRIPTION
from counterflow.kernel.lives.active import not_active
from counterflow.kernel.lives.migration_mapping import Correspondence, correspondence
from counterflow.kernel.lives.migration_pieces import FlowMove, MoveOutcome, Piece, PlannedMigration
from counterflow.kernel.lives.migration_plan import ends_of, plan_for, starts_of
from counterflow.kernel.rows import (
    ArrivedToken,
    ConditionalSubscription,
    ProcessDefinition,
    ProcessInstance,
    UndoRecord,
    UserTask,
)
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import asks_first, is_swept
from counterflow.kernel.unfinished import Sweep
from counterflow.kernel.vocabulary import Command, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.step import Course, Step
from counterflow.model.events import ConditionalDefinition
from counterflow.model.graph import Process

ASKED = "listeners of a user task that is being canceled are asked; try again when they have answered"
BUSY = "work of it is still going on in pages; try again when that is done"
SAID = 10
"""So many reasons are given in one refusal."""


class ElementMigrated(InstanceEvent, frozen=True):
    """An element instance, with its job or user task and its incidents, stands at another element.

    `headers` are what its job keeps where those of the target would be others.
    """

    key: int
    target_element_id: str
    headers: bytes | None = None


class WaitMigrated(InstanceEvent, frozen=True):
    """What an element waits for is on behalf of another event.

    Of a condition it says which one it is from then on (in FEEL), and the variables that it is asked for, one
    a line.
    """

    key: int
    element_instance_key: int
    catch_id: str
    condition: str = ""
    variable_names: str = ""


class TokensMigrated(InstanceEvent, frozen=True):
    """Tokens that wait at joins of a scope wait on other flows from now on."""

    scope_key: int
    moves: tuple[FlowMove, ...]


class UndoRecordMigrated(InstanceEvent, frozen=True):
    """An undo record is of another activity, and undone by what undoes that."""

    key: int
    target_element_id: str
    handler: str


class ProcessInstanceMigrated(InstanceEvent, frozen=True):
    """The instance goes on as one of another definition.

    `ends_after` are the ids there of the elements with whose end it is to end, None where they are as before.
    """

    definition_key: int
    bpmn_process_id: str
    version: int
    start_at: str | None = None
    ends_after: str | None = None


class MigrateProcessInstance(Command, frozen=True, kw_only=True, gc=False):
    """Bring an instance to another definition; `mappings` say which element becomes which.

    With `proposes` what they do not say is looked for; without, all that is at work has to be said, and waits
    without a counterpart are closed. Waits are closed only with `closes_waits`, and what could be undone is
    lost only with `loses_undo`: else the command is refused.
    """

    process_instance_key: int
    target_definition_key: int
    mappings: tuple[tuple[str, str], ...] = ()
    proposes: bool = False
    closes_waits: bool = True
    loses_undo: bool = False


def decide_migrate(step: Step, command: MigrateProcessInstance) -> None:
    """MigrateProcessInstance of the gateway. An instance that is of the target already stays as it is, so
    that a command that is given again does no harm.
    """
    key = command.process_instance_key
    course = _at_work(step, key)
    target = _target(step.state, command)
    if course.header.definition_key == target.key:
        return
    if key in step.state.busy or course.instance.rows[Sweep]:
        is_asked = any(asks_first(course.instance, task_key) for task_key in course.instance.user_task_of)
        raise _refused(key, target, [ASKED if is_asked else BUSY])
    process = step.state.process_of(target.key)
    elements = correspondence(course.process, process, command.mappings, proposes=command.proposes)
    plan = plan_for(course.instance, elements)
    problems = [*plan.problems, *_too_soon(course, process, plan), *_losses(plan, command)]
    if problems:
        raise _refused(key, target, problems)
    _carry_out(course, target, plan, elements)


def in_words(piece: Piece) -> str:
    """One thing that does not move, in words."""
    if piece.outcome is MoveOutcome.LOST and piece.target_id:
        return f"'{piece.element_id}' could no longer be undone as a whole, only what is inside it"
    if piece.outcome is MoveOutcome.CLOSED:
        return f"the {piece.what} of '{piece.element_id}' would be waited for no longer"
    return f"what '{piece.element_id}' has done could no longer be undone"


def _too_soon(course: Course, target: Process, plan: PlannedMigration) -> list[str]:
    """A condition is asked as soon as it is waited for, which nothing of a suspended instance may be."""
    if course.instance.suspension is None:
        return []
    opened = (target.nodes[catch_id].event for _, catch_id in plan.opened)
    asks = any(isinstance(event, ConditionalDefinition) for event in opened)
    asks = asks or any(wait.asks_anew for wait in plan.waits)
    return (
        ["it is suspended, and conditions of the target are asked at once; resume it first"] if asks else []
    )


def _losses(plan: PlannedMigration, command: MigrateProcessInstance) -> list[str]:
    closed = [] if command.closes_waits else plan.ending_as(MoveOutcome.CLOSED)
    lost = [] if command.loses_undo else plan.ending_as(MoveOutcome.LOST)
    return list(dict.fromkeys(in_words(piece) for piece in (*closed, *lost)))


def _at_work(step: Step, key: int) -> Course:
    instance = step.state.instance(key)
    header = instance.header if instance is not None else None
    if instance is None or header is None or header.state != ACTIVE or is_swept(step.state, instance, key):
        raise not_active(header, f"migrate process instance '{key}'")
    return step.admitted_though_suspended(instance)


def _target(state: State, command: MigrateProcessInstance) -> ProcessDefinition:
    definition = state.definitions.get(command.target_definition_key)
    if definition is None or definition.deleted_at_ms is not None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to migrate process instance '{command.process_instance_key}' to the process "
            f"definition with key '{command.target_definition_key}', but no such definition was found; "
            "`counterflow definitions` lists those that are",
        )
    return definition


def _refused(key: int, target: ProcessDefinition, problems: list[str]) -> Rejection:
    more = f"; and {len(problems) - SAID} more" if len(problems) > SAID else ""
    return Rejection(
        RejectionType.INVALID_STATE,
        f"Expected to migrate process instance '{key}' to version {target.version} of "
        f"'{target.bpmn_process_id}', but {'; '.join(problems[:SAID])}{more}; nothing was changed",
    )


# -- carrying it out -----------------------------------------------------------------------------------------


def _carry_out(
    course: Course, target: ProcessDefinition, plan: PlannedMigration, elements: Correspondence
) -> None:
    waits.close_some(course, plan.closed)
    for move in plan.elements:
        course.emit(ElementMigrated(move.key, move.target_id, move.headers))
    for wait in plan.waits:
        course.emit(
            WaitMigrated(
                wait.key, wait.element_instance_key, wait.catch_id, wait.condition, wait.variable_names
            )
        )
    for scope_key, moves in plan.tokens.items():
        if any(_is_elsewhere(course, scope_key, move) for move in moves):
            course.emit(TokensMigrated(scope_key, tuple(moves)))
    for undo in plan.undo:
        course.emit(UndoRecordMigrated(undo.key, undo.element_id, undo.handler))
    for record in plan.undo_lost.values():
        keys, containers = ((record.key,), ()) if record.handler else ((), (record.key,))
        course.emit(UndoDropped(record.scope_key, keys, containers))
    is_other_process = course.header.bpmn_process_id != target.bpmn_process_id
    starts, ends = starts_of(course.instance, elements), ends_of(course.instance, elements)
    course.emit(
        ProcessInstanceMigrated(
            target.key,
            target.bpmn_process_id,
            target.version,
            starts,
            ends if ends != course.header.ends_after else None,
        )
    )
    _go_on(course, target, plan)
    if is_other_process:
        _look_for_messages(course)


def _is_elsewhere(course: Course, scope_key: int, move: FlowMove) -> bool:
    row = course.instance.arrived[scope_key, move.flow_id]
    return (row.gateway_id, row.flow_id) != (move.target_gateway_id, move.target_flow_id)


def _go_on(course: Course, target: ProcessDefinition, plan: PlannedMigration) -> None:
    """What the target waits for besides, and whether its joins and conditions have something to say now."""
    for key, described in plan.described:
        scopes.write(course, key, {DESCRIPTION: described})
    opened: dict[int, list[str]] = {}
    for key, catch_id in plan.opened:
        opened.setdefault(key, []).append(catch_id)
    for key, catch_ids in opened.items():
        try:
            waits.open_some(course.token(key), catch_ids)
        except Held as held:
            where = course.token(key).node.id
            why = f"it could not wait for what the target waits for at '{where}': {held.fact}"
            raise _refused(course.instance.key, target, [why]) from held
    for wait in plan.waits:
        if wait.asks_anew:
            conditions.ask(course.token(wait.element_instance_key), wait.key)
    for scope_key in plan.tokens if course.instance.suspension is None else ():
        joins.others_moved(course.token(scope_key))


def _look_for_messages(course: Course) -> None:
    """A message reaches each process once: what had reached the one before may reach this one."""
    for key in sorted({row.element_instance_key for row in course.instance.subscriptions.values()}):
        course.step.look_for_buffered(course.token(key))


# -- applying ------------------------------------------------------------------------------------------------


def _apply_element(state: State, instance: InstanceState, event: ElementMigrated) -> None:
    state.put(replace(instance.elements[event.key], element_id=event.target_element_id))
    job = instance.jobs.get(instance.job_of.get(event.key, 0))
    if job is not None:
        state.put(replace(job, element_id=event.target_element_id, headers=event.headers or job.headers))
    task = instance.rows[UserTask].get(instance.user_task_of.get(event.key, 0))
    if task is not None:
        state.put(replace(task, element_id=event.target_element_id))
    for key in list(instance.incident_of.get(event.key, ())):
        state.put(replace(instance.incidents[key], element_id=event.target_element_id))


def _apply_wait(state: State, instance: InstanceState, event: WaitMigrated) -> None:
    row = instance.rows[instance.waits_of[event.element_instance_key][event.key]][event.key]
    if isinstance(row, ConditionalSubscription):
        row = replace(row, variable_names=event.variable_names)
    state.put(replace(row, catch_id=event.catch_id))


def _apply_tokens(state: State, instance: InstanceState, event: TokensMigrated) -> None:
    """All leave before any arrives: flows may exchange their ids."""
    left: dict[str, ArrivedToken] = {}
    for move in event.moves:
        left[move.flow_id] = instance.arrived[event.scope_key, move.flow_id]
        state.delete(left[move.flow_id])
    for flow_id, gateway_id, target_flow_id in event.moves:
        state.put(replace(left[flow_id], flow_id=target_flow_id, gateway_id=gateway_id))


def _apply_undo(state: State, instance: InstanceState, event: UndoRecordMigrated) -> None:
    record: UndoRecord = instance.undo_records[event.key]
    kind = record.state if record.state not in {AVAILABLE, CONTAINER} else ""
    phase = AVAILABLE if event.handler else CONTAINER
    state.put(replace(record, element_id=event.target_element_id, handler=event.handler, state=kind or phase))


def _apply_migrated(state: State, instance: InstanceState, event: ProcessInstanceMigrated) -> None:
    """What is derived from the graph is derived anew."""
    header: ProcessInstance | None = instance.header
    if header is None:
        return
    state.put(
        replace(
            header,
            definition_key=event.definition_key,
            bpmn_process_id=event.bpmn_process_id,
            version=event.version,
            start_at=event.start_at,
            ends_after=header.ends_after if event.ends_after is None else event.ends_after,
        )
    )
    instance.plans.clear()
    for row in list(instance.subscriptions.values()):
        if row.bpmn_process_id != event.bpmn_process_id:
            state.put(replace(row, bpmn_process_id=event.bpmn_process_id))
    for task in list(instance.rows[UserTask].values()):
        if task.bpmn_process_id != event.bpmn_process_id:
            state.put(replace(task, bpmn_process_id=event.bpmn_process_id))


OF_INSTANCE = {
    ElementMigrated: _apply_element,
    WaitMigrated: _apply_wait,
    TokensMigrated: _apply_tokens,
    UndoRecordMigrated: _apply_undo,
    ProcessInstanceMigrated: _apply_migrated,
}
COMMANDS = {MigrateProcessInstance: decide_migrate}
