"""Cancel: an end event that ends every other token of its transaction, undoes what has completed in it, and
leaves by the cancel event on its border.

    thrown → the others are swept away → what has completed is undone → the transaction is swept away → left

While it is undone nothing else begins in the transaction; the events on its border still wait, so that an
error of a handler (a hazard) or a timer can take over. BPMN 2.0.2, 10.3.6; the order is `undo.py`'s.
"""

from __future__ import annotations

from counterflow.kernel.course import ending, travel, undo
from counterflow.kernel.course.room import room
from counterflow.kernel.events import compensation
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent
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
        token.step.first.append((_undo, token))


def _undo(token: Token) -> None:
    compensation.begin(token, compensation.reached(token.scope), _leave)


def _resume(token: Token) -> None:
    compensation.go_on(token, _leave)


def _leave(token: Token) -> None:
    at = token.scope
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
