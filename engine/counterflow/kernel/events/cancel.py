"""Cancel: an end event that ends and undoes its transaction, and leaves by the cancel event on its border. It
ends every other token in it, and undoes what has completed.

    thrown → the others are swept away → what has completed is undone → the transaction is swept away → left

While it is undone nothing else begins in the transaction; the events on its border still wait, so that an
error of a handler (a hazard) or a timer can take over. Of a transaction that is done several times, all that
was done is cancelled: the times under way end as well, and what they and those before had completed is undone
together. BPMN 2.0.2, 10.3.6; the order is `undo.py`'s.
"""

from __future__ import annotations

from counterflow.kernel.course import ending, travel, undo, waits
from counterflow.kernel.course.moves import ScopeInterrupted
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.events import compensation
from counterflow.kernel.rows import UndoRecord
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent
from counterflow.kernel.work import incidents
from counterflow.kernel.work.step import EventRoom, Token
from counterflow.model.events import CancelDefinition
from counterflow.model.graph import Node


class TransactionCanceled(InstanceEvent, frozen=True):
    """What the transaction `at_key` had completed is undone; the event `catch_id` on its border leaves it."""

    at_key: int
    catch_id: str


def _throw(token: Token) -> None:
    if ending.interrupt(token.scope, spare=token.key):
        _undo(token)
    else:
        ending.when_swept(token.scope_key, token, _undo)


def _undo(token: Token) -> None:
    """Undo what the throw reaches, when the other times that the transaction is done have ended."""
    body = _body_of(token.scope)
    waits_for = _end_others(body, token.scope.key) if body is not None else 0
    if waits_for:
        ending.when_swept(waits_for, token, _undo)
    else:
        compensation.begin(token, reached(token), _leave)


def reached(throw: Token) -> list[UndoRecord]:
    """What a cancel end event would take now: of this time, and of the others, which have ended."""
    body, this_time = _body_of(throw.scope), compensation.reached(throw.scope)
    if body is None:
        return this_time
    return sorted((*undo.collect(throw.instance, body.key), *this_time), key=_completed_position)


def _completed_position(record: UndoRecord) -> int:
    return record.completed_position


def _body_of(transaction: Token) -> Token | None:
    return transaction.scope if transaction.loop_counter > 0 else None


def _end_others(body: Token, spared_key: int) -> int:
    """No more begin, and those under way end; what they have completed can be undone.

    Answers the first whose end takes another page, or waits; 0 where all have ended.
    """
    others = [body.token(key) for key in sorted(body.instance.children[body.key]) if key != spared_key]
    incidents.drop_incidents_of(body)
    for scope in (body, *others):
        if not scope.row.interrupted:
            scope.emit(ScopeInterrupted(scope.key))
            waits.close_inner(scope)
    return next((other.key for other in others if not _ends(other)), 0)


def _ends(other: Token) -> bool:
    if not ending.terminate_children(other):
        return False
    _keep(other)
    return ending.terminate(other)


def _keep(other: Token) -> None:
    """What has completed in it outlasts it, with its variables as they are, as if it had completed."""
    instance, key = other.instance, other.key
    if key not in instance.undo_by_scope or key in instance.container_of:
        return
    position = other.row.activated_position
    local = scopes.to_object(dict(sorted(other.variables.items())))
    recorded = (other.step.new_key(), other.scope_key, other.node.id, key, "", position)
    other.emit(undo.UndoRecorded(*recorded, variables=local))


def _resume(token: Token) -> None:
    compensation.go_on(token, _leave)


def _leave(token: Token) -> None:
    at = _body_of(token.scope) or token.scope
    catch = _catch_on(at)
    at.emit(TransactionCanceled(at.key, catch.id))
    travel.go_on_from(at, catch, {}, interrupting=True)


def _catch_on(transaction: Token) -> Node:
    nodes = transaction.nodes
    for boundary in transaction.node.boundary_events:
        if isinstance(nodes[boundary].event, CancelDefinition):
            return nodes[boundary]
    raise BrokenInvariant(f"nothing on '{transaction.node.id}' catches its cancelling")


def _apply_canceled(state: State, instance: InstanceState, event: TransactionCanceled) -> None:
    """What follows is told by the events that follow."""


KIND = EventRoom(
    thrown=room(activated=_throw, resume=_resume, terminating=undo.release),
    of_instance={TransactionCanceled: _apply_canceled},
)
CONTINUATIONS = {"cancel end undoes": _undo}
