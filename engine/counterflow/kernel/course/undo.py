"""The life of an undo record: what has completed and can still be undone, and in which order it is.

    recorded: available ─ taken (by a throw) ─ started (its handler runs) ─ undone
                   ↑_________│ released, when the throw is interrupted before its turn
                             └─ taken back, when it is interrupted before its handler has begun
              container: a completed sub-process that only leads to the records inside it

Order. Every record has an interval: the positions in the event log at which its activity was activated and
completed. *Mirror* order is the interval order turned round: if A had completed before B was activated, B is
undone before A's undo starts; what overlapped in time is undone together. An undo thus waits only for those
of activities that began after its own had ended. With M the latest activation among all that is not yet
undone, exactly those may start that completed after M; so a list by completion and a heap by activation give
the next ones without comparing pairs.

A completed sub-process leaves a container in the scope around it, with its local variables as they were; its
own handler counts at the moment of its completion and so runs before the inner ones. A compensation event
sub-process is the handler of the container itself: it replaces the inner ones, unless a throw inside it
reaches for them.

BPMN 2.0.2, 10.7 and 13.5.5; `docs/ARCHITECTURE.md`, "Undo", for what the standard leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from msgspec.structs import replace

from counterflow.kernel.course import undo_order
from counterflow.kernel.course.undo_order import AVAILABLE, CONTAINER, STARTED, TAKEN
from counterflow.kernel.data import scopes
from counterflow.kernel.rows import ElementInstance, UndoRecord
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent
from counterflow.kernel.work.step import Course, Nothing, Token
from counterflow.model.graph import Node

Sweeping: TypeAlias = Iterator[Nothing]
"""Something that goes a part at a time: it gives, after each, nothing that would have to be swept first."""


class UndoRecorded(InstanceEvent, frozen=True):
    """An activity that can be undone is completing, or is kept as its transaction is cancelled.

    `handler` is the activity that undoes it, empty for a container.
    """

    key: int
    scope_key: int
    element_id: str
    element_instance_key: int
    handler: str
    activated_position: int
    variables: bytes | None = None
    result: bytes | None = None


class UndoTaken(InstanceEvent, frozen=True):
    """A compensation throw has taken these records, in order of completion; no other throw will undo them."""

    throw_key: int
    keys: tuple[int, ...]


class UndoStarted(InstanceEvent, frozen=True):
    """The handler of a record has been begun."""

    undo_key: int
    handler_key: int


class UndoCompleted(InstanceEvent, frozen=True):
    """The handler of a record has completed (or, for a container, everything in it is undone)."""

    undo_key: int


class UndoReleased(InstanceEvent, frozen=True):
    """A throw was interrupted: a later one can undo what it had taken but not started.

    What had started is used up.
    """

    throw_key: int


class UndoPartReleased(InstanceEvent, frozen=True):
    """A throw that had taken very much is being interrupted: these of its records are released first."""

    throw_key: int
    keys: tuple[int, ...]


class UndoDropped(InstanceEvent, frozen=True):
    """A scope has ended for good: what was recorded in it can no longer be undone.

    `keys` are the activities whose handlers will not run, `containers` the completed sub-processes that led
    to some of them.
    """

    scope_key: int
    keys: tuple[int, ...]
    containers: tuple[int, ...] = ()


class UndoTakenBack(InstanceEvent, frozen=True):
    """The handlers of these records are swept away before they have begun.

    Nothing was undone, the records are only taken again.
    """

    keys: tuple[int, ...]


def record(token: Token, element: ElementInstance) -> None:
    """An element is completing: keep what is needed to undo it, or let go of what can no longer be undone."""
    node = token.node
    handler = node.compensation_event_sub_process or ""
    if handler and token.is_body:
        handler = ""
    if not token.scope_key or element.undo_key:
        drop_at_once(token, token.key)
    elif handler or token.key in token.instance.undo_by_scope:
        # sorted: memory keeps the order of writing, the store that of names, and the log must not tell one
        # from the other
        local = scopes.to_object(dict(sorted(token.variables.items())))
        _record(token, handler, element.activated_position, variables=local)
    if node.compensation is not None and _is_undone_by_itself(token):
        # a scope's own handler counts at its end, and so runs before those of what is inside
        activated = element.activated_position if not node.children else token.step.state.last_position + 1
        _record(token, node.compensation.handler, activated, result=element.result)


def _record(
    token: Token, handler: str, activated: int, *, variables: bytes | None = None, result: bytes | None = None
) -> None:
    token.emit(
        UndoRecorded(
            token.step.new_key(),
            token.scope_key,
            token.node.id,
            token.key,
            handler,
            activated,
            variables=variables,
            result=result,
        )
    )


def _is_undone_by_itself(token: Token) -> bool:
    """Whether an element is undone as one activity, as those are that are done once.

    A multi-instance activity is undone once as a whole in a zeebe: model, once per instance in a camunda:
    model; a standard loop once per round.
    """
    if token.loop_counter == 0:
        return True
    loop = token.node.multi_instance
    return token.is_body == (loop is not None and loop.is_undone_as_a_whole)


def collect(instance: InstanceState, scope_key: int, activity: str | None = None) -> Iterator[UndoRecord]:
    """The records a throw in a scope reaches, in order of completion, down into completed sub-processes."""
    for key in sorted(instance.undo_by_scope.get(scope_key, ())):
        undo = instance.undo_records[key]
        if activity is not None and undo.element_id != activity:
            continue
        if undo.state == AVAILABLE:
            yield undo
        elif undo.state == CONTAINER:
            yield from collect(instance, undo.element_instance_key)


def take(throw: Token, records: list[UndoRecord]) -> None:
    """A throw takes what it reaches."""
    throw.emit(UndoTaken(throw.key, tuple(undo.key for undo in records)))


def local_variables(instance: InstanceState, undo: UndoRecord, node: Node) -> dict[str, bytes]:
    """What a handler sees over the variables of the throw's scope.

    Those are the variables of the completed sub-processes around its activity, outermost first, and the
    activity's own result under the name that the model asks for.
    """
    seen: dict[str, bytes] = {}
    for container in reversed(list(undo_order.containers(instance, undo))):
        seen.update(scopes.from_object(container.variables or b"{}"))
    if undo.variables is not None:
        seen.update(scopes.from_object(undo.variables))
    if node.compensation is not None and node.compensation.result_variable and undo.result is not None:
        seen[node.compensation.result_variable] = undo.result
    return seen


def handler_ended(course: Course, handler: ElementInstance) -> None:
    """A handler has completed: its record is undone, and so is every container with nothing left inside."""
    instance = course.instance
    undo = instance.undo_records[handler.undo_key]
    if handler.compensated_scope_key:
        drop_at_once(course, handler.compensated_scope_key)
    undo_order.plan_of(instance, undo.throw_key).done(undo.key)
    course.emit(UndoCompleted(undo.key))
    _close_containers(course, undo.scope_key)
    if undo.throw_key in instance.elements:
        course.token(undo.throw_key).later(_throw_goes_on)


def release(throw: Token) -> Sweeping:
    """A throw is being swept away: its handlers under way have used up their records.

    So have they what these stood for.

    A handler that one command puts on its work-list and sweeps away has done nothing: its record can still be
    undone. Very many go a part at a time.
    """
    instance, some = throw.instance, throw.step.a_part
    keys = sorted(instance.undo_by_throw.get(throw.key, ()))
    for begin in range(0, len(keys), some):
        part = tuple(keys[begin : begin + some])
        is_last = begin + some >= len(keys)
        _release(throw, part, UndoReleased(throw.key) if is_last else UndoPartReleased(throw.key, part))
        if not is_last:
            yield throw.step.part_done()


def _release(throw: Token, keys: tuple[int, ...], event: UndoReleased | UndoPartReleased) -> None:
    instance = throw.instance
    _take_back(throw, keys)
    records = [instance.undo_records[key] for key in keys]
    started = [undo for undo in records if undo.state == STARTED]
    for undo in started:
        if undo.variables is not None:
            drop_at_once(throw, undo.element_instance_key)
    throw.emit(event)
    for undo in started:
        _close_containers(throw, undo.scope_key)


def _take_back(throw: Token, keys: tuple[int, ...]) -> None:
    instance = throw.instance
    records = [instance.undo_records[key] for key in keys]
    not_begun = [
        undo.key
        for undo in records
        if undo.state == STARTED and instance.elements[undo.handler_key].state == "activating"
    ]
    if not_begun:
        throw.emit(UndoTakenBack(tuple(not_begun)))


def drop(course: Course, scope_key: int) -> Sweeping:
    """A scope has ended for good: nothing recorded in it, or in what completed inside it, can be undone.
    Very much goes a part at a time.
    """
    inside, some = _all_inside(course.instance, scope_key), course.step.a_part
    while part := list(islice(inside, some)):
        handlers = tuple(undo.key for undo in part if undo.handler)
        course.emit(UndoDropped(scope_key, handlers, tuple(undo.key for undo in part if not undo.handler)))
        if len(part) == some:
            yield course.step.part_done()


def drop_at_once(course: Course, scope_key: int) -> None:
    """The same of what is not much, or where nothing may come between."""
    for _ in drop(course, scope_key):
        pass


def drop_first(scope: Token) -> Sweeping:
    """What is lost when this scope completes, which is about to: of a process, and of a handler."""
    row = scope.row
    if not scope.scope_key or row.undo_key:
        yield from drop(scope, scope.key)
    if row.undo_key and row.compensated_scope_key:
        yield from drop(scope, row.compensated_scope_key)


def is_much_lost(scope: Token) -> bool:
    """Whether so much is lost when this scope completes that it goes a part at a time."""
    instance, row = scope.instance, scope.row
    scopes_lost = {
        scope.key if not scope.scope_key or row.undo_key else 0,
        row.compensated_scope_key if row.undo_key else 0,
    }
    some = scope.step.a_part
    return any(
        key in instance.undo_by_scope and next(islice(_all_inside(instance, key), some, None), None)
        for key in scopes_lost
    )


def _throw_goes_on(throw: Token) -> None:
    throw.room.resume(throw)


def _close_containers(course: Course, scope_key: int) -> None:
    instance = course.instance
    while scope_key not in instance.undo_by_scope and scope_key in instance.container_of:
        container = instance.undo_records[instance.container_of[scope_key]]
        if container.state != CONTAINER:
            return
        course.emit(UndoCompleted(container.key))
        scope_key = container.scope_key


def _all_inside(instance: InstanceState, scope_key: int) -> Iterator[UndoRecord]:
    """The records in a scope and inside what has completed in it, but those that have been started.

    What has been started is not lost but used up: the throw that started it lets go of it when it is swept
    away in its turn.
    """
    for key in sorted(instance.undo_by_scope.get(scope_key, ())):
        undo = instance.undo_records[key]
        if undo.variables is not None:
            yield from _all_inside(instance, undo.element_instance_key)
        if undo.state != STARTED:
            yield undo


# -- applying ------------------------------------------------------------------------------------------------


def _apply_recorded(state: State, instance: InstanceState, event: UndoRecorded) -> None:
    state.put(
        UndoRecord(
            event.key,
            instance.key,
            event.scope_key,
            event.element_id,
            event.element_instance_key,
            event.handler,
            event.activated_position,
            state.last_position,
            AVAILABLE if event.handler else CONTAINER,
            variables=event.variables,
            result=event.result,
        )
    )


def _apply_taken(state: State, instance: InstanceState, event: UndoTaken) -> None:
    for key in event.keys:
        state.put(replace(instance.undo_records[key], state=TAKEN, throw_key=event.throw_key))


def _apply_started(state: State, instance: InstanceState, event: UndoStarted) -> None:
    state.put(replace(instance.undo_records[event.undo_key], state=STARTED, handler_key=event.handler_key))


def _apply_completed(state: State, instance: InstanceState, event: UndoCompleted) -> None:
    state.delete(instance.undo_records[event.undo_key])


def _apply_released(state: State, instance: InstanceState, event: UndoReleased) -> None:
    _give_back(state, instance, list(instance.undo_by_throw.get(event.throw_key, ())))


def _apply_part_released(state: State, instance: InstanceState, event: UndoPartReleased) -> None:
    _give_back(state, instance, event.keys)


def _give_back(state: State, instance: InstanceState, keys: Sequence[int]) -> None:
    for undo in [instance.undo_records[key] for key in keys]:
        if undo.state == TAKEN:
            state.put(replace(undo, state=AVAILABLE, throw_key=0))
        else:
            state.delete(undo)


def _apply_taken_back(state: State, instance: InstanceState, event: UndoTakenBack) -> None:
    for key in event.keys:
        state.put(replace(instance.undo_records[key], state=TAKEN, handler_key=0))


def _apply_dropped(state: State, instance: InstanceState, event: UndoDropped) -> None:
    for key in (*event.keys, *event.containers):
        state.delete(instance.undo_records[key])


OF_INSTANCE = {
    UndoRecorded: _apply_recorded,
    UndoTaken: _apply_taken,
    UndoStarted: _apply_started,
    UndoCompleted: _apply_completed,
    UndoReleased: _apply_released,
    UndoPartReleased: _apply_part_released,
    UndoDropped: _apply_dropped,
    UndoTakenBack: _apply_taken_back,
}
CONTINUATIONS = {"throw goes on": _throw_goes_on}
