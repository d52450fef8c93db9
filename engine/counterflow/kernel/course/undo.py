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

from collections.abc import Iterator
from heapq import heapify, heappop

from msgspec.structs import replace

from counterflow.kernel.data import scopes
from counterflow.kernel.rows import ElementInstance, UndoRecord
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent
from counterflow.kernel.work.step import Course, Token
from counterflow.model.events import CompensationOrder
from counterflow.model.graph import Node

AVAILABLE, CONTAINER, TAKEN, STARTED = "available", "container", "taken", "started"


class UndoRecorded(InstanceEvent, frozen=True):
    """An activity that can be undone is completing.

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


class UndoPlan:
    """What is left to undo for one throw, in the order in which it may start.

    Derived from the records, never persisted.
    """

    __slots__ = ("_activations", "_pending", "_unfinished")

    def __init__(self, records: list[UndoRecord]) -> None:
        self._pending = sorted(
            (record.completed_position, record.key) for record in records if record.state == TAKEN
        )
        self._unfinished = {record.key for record in records}
        self._activations = [(-record.activated_position, record.key) for record in records]
        heapify(self._activations)

    def done(self, key: int) -> None:
        """A record is undone."""
        self._unfinished.discard(key)

    def next_mirrored(self) -> list[int]:
        """The records that nothing unfinished has to precede: those completed after the latest activation."""
        while self._activations and self._activations[0][1] not in self._unfinished:
            heappop(self._activations)
        latest = -self._activations[0][0] if self._activations else 0
        ready = []
        while self._pending and self._pending[-1][0] >= latest:
            ready.append(self._pending.pop()[1])
        return ready

    def next_single(self) -> list[int]:
        """The record completed last, if none is under way."""
        if not self._pending or len(self._unfinished) > len(self._pending):
            return []
        return [self._pending.pop()[1]]


def record(token: Token, element: ElementInstance) -> None:
    """An element is completing: keep what is needed to undo it, or let go of what can no longer be undone."""
    node = token.node
    handler = node.compensation_event_sub_process or ""
    if handler and token.is_body:
        handler = ""
    if not token.scope_key or element.undo_key:
        drop(token, token.key)
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


def next_to_start(throw: Token, order: CompensationOrder) -> list[UndoRecord]:
    """Which of a throw's records may start now."""
    instance = throw.instance
    if order is CompensationOrder.PARALLEL:
        taken = [instance.undo_records[key] for key in instance.undo_by_throw.get(throw.key, ())]
        return [undo for undo in taken if undo.state == TAKEN]
    plan = _plan(instance, throw.key)
    keys = plan.next_single() if order is CompensationOrder.SEQUENTIAL else plan.next_mirrored()
    return [instance.undo_records[key] for key in keys]


def local_variables(instance: InstanceState, undo: UndoRecord, node: Node) -> dict[str, bytes]:
    """What a handler sees over the variables of the throw's scope.

    Those are the variables of the completed sub-processes around its activity, outermost first, and the
    activity's own result under the name that the model asks for.
    """
    seen: dict[str, bytes] = {}
    for container in reversed(list(_containers(instance, undo))):
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
        drop(course, handler.compensated_scope_key)
    plan = _plan(instance, undo.throw_key)
    plan.done(undo.key)
    course.emit(UndoCompleted(undo.key))
    _close_containers(course, undo.scope_key)
    if undo.throw_key in instance.elements:
        course.token(undo.throw_key).later(_throw_goes_on)


def release(throw: Token) -> None:
    """A throw is being swept away: its handlers under way have used up their records.

    So have they what these stood for.

    A handler that one command puts on its work-list and sweeps away has done nothing: its record can still be
    undone.
    """
    instance = throw.instance
    if throw.key not in instance.undo_by_throw:
        return
    _take_back(throw)
    started = [
        undo
        for key in sorted(instance.undo_by_throw[throw.key])
        if (undo := instance.undo_records[key]).state == STARTED
    ]
    for undo in started:
        if undo.variables is not None:
            drop(throw, undo.element_instance_key)
    throw.emit(UndoReleased(throw.key))
    for undo in started:
        _close_containers(throw, undo.scope_key)


def _take_back(throw: Token) -> None:
    instance = throw.instance
    records = [instance.undo_records[key] for key in sorted(instance.undo_by_throw[throw.key])]
    not_begun = [
        undo.key
        for undo in records
        if undo.state == STARTED and instance.elements[undo.handler_key].state == "activating"
    ]
    if not_begun:
        throw.emit(UndoTakenBack(tuple(not_begun)))


def drop(course: Course, scope_key: int) -> None:
    """A scope has ended for good: nothing recorded in it, or in what completed inside it, can be undone."""
    inside = list(_all_inside(course.instance, scope_key))
    if inside:
        handlers = tuple(undo.key for undo in inside if undo.handler)
        course.emit(UndoDropped(scope_key, handlers, tuple(undo.key for undo in inside if not undo.handler)))


def _throw_goes_on(throw: Token) -> None:
    throw.room.resume(throw)


def _plan(instance: InstanceState, throw_key: int) -> UndoPlan:
    plan: UndoPlan | None = instance.plans.get(throw_key)
    if plan is None:
        plan = instance.plans[throw_key] = UndoPlan(
            [instance.undo_records[key] for key in instance.undo_by_throw.get(throw_key, ())]
        )
    return plan


def _containers(instance: InstanceState, undo: UndoRecord) -> Iterator[UndoRecord]:
    """The completed sub-processes around a record, innermost first."""
    container = instance.container_of.get(undo.scope_key)
    while container is not None:
        row = instance.undo_records[container]
        yield row
        container = instance.container_of.get(row.scope_key)


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
    for undo in [undo for undo in instance.undo_records.values() if undo.throw_key == event.throw_key]:
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
    UndoDropped: _apply_dropped,
    UndoTakenBack: _apply_taken_back,
}
CONTINUATIONS = {"throw goes on": _throw_goes_on}
