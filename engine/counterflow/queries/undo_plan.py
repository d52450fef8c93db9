"""What a compensation thrown now would run, in which order, and what each handler would see. Nothing is
carried out: the kernel is asked what a throw would reach, on rows that nobody else sees. And what those that
were thrown before have taken and not undone yet, with what holds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from counterflow.kernel import HOUSE
from counterflow.kernel.course.beginning import ACTIVE
from counterflow.kernel.course.undo import local_variables
from counterflow.kernel.course.undo_order import TAKEN, UndoPlan, taken
from counterflow.kernel.events.compensation import order_of, reached
from counterflow.kernel.rows import Incident as IncidentRow
from counterflow.kernel.rows import Partition, ProcessDefinition, ProcessInstance, UndoRecord
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.step import Step, Token
from counterflow.model.events import CompensationOrder
from counterflow.partition.source import StoreSource, keep_model, read_model
from counterflow.queries.incidents import of_called, shapes_of
from counterflow.queries.shapes import PlannedUndo, UndoPlanned, UndoScope, UndoUnderway, Variable
from counterflow.store.port import Store

DEFAULT_HANDLER_LIMIT = 1_000


def undo_plan(
    store: Store,
    process_instance_key: int,
    *,
    scope_key: int = 0,
    default_order: CompensationOrder = CompensationOrder.MIRROR,
    handler_limit: int = 0,
) -> UndoPlanned:
    """What a compensation thrown in a scope (0: in the process itself) would run now. At most `handler_limit`
    handlers (0: 1000) are told.

    Raises `Rejection` for an unknown or an ended instance, a scope that is not active in it, or a negative
    limit.
    """
    if handler_limit < 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a limit of 0 or more handlers, but found {handler_limit}",
        )
    header, root = _at_work(store, process_instance_key, default_order)
    scope = _scope(root, scope_key or process_instance_key)
    order = scope.process.root.compensation_order or default_order
    planned = list(in_order(reached(scope), order))
    limit = handler_limit or DEFAULT_HANDLER_LIMIT
    underway = [(throw, turn) for throw in _throws(root) for turn in _turns_of(throw)]
    return UndoPlanned(
        process_instance_key=process_instance_key,
        bpmn_process_id=header.bpmn_process_id,
        scope_key=scope.key,
        scope_id=scope.node.id,
        order=order.value,
        handlers=[_handler(scope, turn) for turn in planned[:limit]],
        scopes=list(_scopes(root)),
        handlers_left_out=max(len(planned) - limit, 0),
        underway=[_underway(store, throw, turn) for throw, turn in underway[:limit]],
        underway_left_out=max(len(underway) - limit, 0),
    )


class Turn(NamedTuple):
    """A record, and the round in which its handler runs, from 1."""

    round: int
    record: UndoRecord


def _at_work(store: Store, key: int, default_order: CompensationOrder) -> tuple[ProcessInstance, Token]:
    """An active instance, as a step that changes nothing would work on it."""
    header = store.get(ProcessInstance, (key,)) if key > 0 else None
    if header is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find a process instance with key '{key}', but none was found",
        )
    state = State(StoreSource(store), Partition(0, 0, 0), order=default_order)
    definition = store.get(ProcessDefinition, (header.definition_key,))
    if definition is not None:
        state.admit(definition)
        needed = ModelNeeded(definition)
        keep_model(state, needed, read_model(store, needed))
    instance = state.instance(key)
    if instance is None or header.state != ACTIVE or key not in instance.elements:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected an active process instance, but '{key}' is {header.state}: what it has done can no "
            "longer be undone",
        )
    return header, Step(state, HOUSE, ProcessLimits()).at(instance).token(key)


def _scope(root: Token, key: int) -> Token:
    row = root.instance.elements.get(key)
    if row is None or not root.nodes[row.element_id].children:
        there = ", ".join(f"{scope.key} ({scope.element_id})" for scope in _scopes(root)) or "none"
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected the key of an active scope of process instance '{root.key}', but found '{key}'; those "
            f"with something to undo are: {there}",
        )
    return root.token_of(row)


def _scopes(root: Token) -> Iterator[UndoScope]:
    for row in root.instance.elements.values():
        if root.nodes[row.element_id].children and (records := reached(root.token_of(row))):
            yield UndoScope(row.key, row.element_id, root.nodes[row.element_id].name, len(records))


def in_order(records: Sequence[UndoRecord], order: CompensationOrder) -> Iterator[Turn]:
    """The kernel's own plan, played as though all handlers of a round ended before the next one."""
    if order is CompensationOrder.PARALLEL:
        yield from (Turn(1, record) for record in records)
        return
    by_key = {record.key: record for record in records}
    plan = UndoPlan([replace(record, state=TAKEN) for record in records])
    number = 0
    while by_key:
        number += 1
        ready = plan.next_single() if order is CompensationOrder.SEQUENTIAL else plan.next_mirrored()
        for key in ready:
            yield Turn(number, by_key.pop(key))
        for key in ready:
            plan.done(key)


def _handler(scope: Token, turn: Turn) -> PlannedUndo:
    record = turn.record
    activity, handler = scope.nodes[record.element_id], scope.nodes[record.handler]
    seen = local_variables(scope.instance, record, activity)
    return PlannedUndo(
        undo_record_key=record.key,
        element_id=activity.id,
        element_name=activity.name,
        element_instance_key=record.element_instance_key,
        handler_id=handler.id,
        handler_name=handler.name,
        handler_type=handler.type,
        round=turn.round,
        variables=[Variable(name, value.decode()) for name, value in sorted(seen.items())],
    )


# -- what has been thrown ------------------------------------------------------------------------------------


def _throws(root: Token) -> Iterator[Token]:
    """The events whose compensation is not done, in the order in which they were entered."""
    at_work = root.instance.elements
    return (root.token(key) for key in sorted(root.instance.undo_by_throw) if key in at_work)


def _turns_of(throw: Token) -> Iterator[Turn]:
    """What a throw has taken and not undone, those whose handlers run by now first."""
    return in_order(taken(throw.instance, throw.key), order_of(throw))


def _underway(store: Store, throw: Token, turn: Turn) -> UndoUnderway:
    record = turn.record
    activity, handler = throw.nodes[record.element_id], throw.nodes[record.handler]
    held_by = _incidents_inside(store, throw, record.handler_key) if record.handler_key else ()
    return UndoUnderway(
        undo_record_key=record.key,
        element_id=activity.id,
        element_name=activity.name,
        element_instance_key=record.element_instance_key,
        handler_id=handler.id,
        handler_name=handler.name,
        handler_key=record.handler_key,
        throw_id=throw.node.id,
        throw_name=throw.node.name,
        throw_key=throw.key,
        round=turn.round,
        incidents=shapes_of(store, held_by),
    )


def _incidents_inside(store: Store, throw: Token, key: int) -> Iterator[IncidentRow]:
    """The open incidents of an element instance, of what is in it, and of what this has called."""
    instance = throw.instance
    here = [key]
    while here:
        key = here.pop()
        yield from (instance.incidents[incident] for incident in instance.incident_of.get(key, ()))
        element = instance.elements.get(key)
        if element is not None and element.called_instance_key:
            yield from of_called(store, element.called_instance_key)
        here += instance.children.get(key, ())
