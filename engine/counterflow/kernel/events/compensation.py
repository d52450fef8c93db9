"""Compensation: a throw undoes what its scope has completed, and waits until it is undone.

    throw: collect what the scope reaches → take it → start the handlers whose turn it is → (each that ends:
    the next) → go on

Reach: the throw's own flow scope; from inside an event sub-process also the scope that the event sub-process
belongs to, through any nesting of them (in a compensation event sub-process: the completed sub-process it
undoes); from there down into completed sub-processes, never into active ones, and never out of an embedded
sub-process. What completes after the throw has begun is not reached. A handler runs in the scope of the
throw: it sees its variables, over them those of the completed sub-processes around its activity as they were;
its errors travel from there, and it is swept away with it.

BPMN 2.0.2, 10.7 and 13.5.5. The order is `undo.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.kernel.course import entering, leaving, undo, undo_order
from counterflow.kernel.course.moves import ACTIVATED
from counterflow.kernel.course.room import room
from counterflow.kernel.rows import UndoRecord
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.origin import Origin
from counterflow.kernel.work.step import Continuation, EventRoom, Token
from counterflow.model.events import CancelDefinition, CompensateDefinition, CompensationOrder
from counterflow.model.graph import Behaviour


def _throw(token: Token) -> None:
    """Take everything the throw reaches; with nothing to undo it passes at once."""
    definition = token.node.event
    if not isinstance(definition, CompensateDefinition):
        raise BrokenInvariant(f"'{token.node.id}' throws no compensation")
    begin(token, reached(token.scope, definition.activity), leaving.finish)


def _resume(token: Token) -> None:
    go_on(token, leaving.finish)


def begin(token: Token, records: list[UndoRecord], undone: Continuation) -> None:
    """An event undoes these records; `undone` is what follows when all are, at once where there are none."""
    if not records:
        undone(token)
        return
    undo.take(token, records)
    _advance(token)


def go_on(token: Token, undone: Continuation) -> None:
    """A handler of this throw has ended: start those whose turn it is now, or go on when there are none left.

    Several may end in one command: if the first of them already took the throw to an incident, that holds it.
    """
    if token.key in token.instance.incident_of:
        return
    if token.row.state != ACTIVATED:
        leaving.resume(token)
    elif token.key in token.instance.undo_by_throw:
        _advance(token)
    else:
        undone(token)


def reached(scope: Token, activity: str | None = None) -> list[UndoRecord]:
    """What a throw in this scope would take now, of one activity or of all.

    The outermost scope first: whatever was done in it was done before the event sub-process inside it began.
    """
    return [
        record
        for scope_key in reversed(list(_scopes(scope)))
        for record in undo.collect(scope.instance, scope_key, activity)
    ]


def _advance(throw: Token) -> None:
    is_more = True
    while is_more:
        ready = undo_order.next_to_start(throw, order_of(throw))
        for record in ready:
            _start_handler(throw, record)
        is_more = len(ready) == throw.step.a_part
        if is_more and throw.step.is_page_full:
            throw.step.first.append((_start_more, throw))
            return


def _start_more(throw: Token) -> None:
    is_free = throw.row.state == ACTIVATED and throw.key not in throw.instance.incident_of
    if is_free and throw.key in throw.instance.undo_by_throw:
        _advance(throw)


def _start_handler(throw: Token, record: UndoRecord) -> None:
    nodes = throw.nodes
    local = undo.local_variables(throw.instance, record, nodes[record.element_id])
    compensated_scope_key = record.element_instance_key if record.variables is not None else 0
    origin = Origin(undo_key=record.key, compensated_scope_key=compensated_scope_key)
    handler = entering.enter(throw.scope, nodes[record.handler], local, origin)
    throw.emit(undo.UndoStarted(record.key, handler.key))


def order_of(throw: Token) -> CompensationOrder:
    """The order in which a throw undoes: its own, else the process's, else the server's."""
    default = throw.step.state.default_order
    definition = throw.node.event
    if not isinstance(definition, CompensateDefinition | CancelDefinition):
        raise BrokenInvariant(f"'{throw.node.id}' undoes nothing")
    return definition.order or throw.process.root.compensation_order or default


def _scopes(scope: Token) -> Iterator[int]:
    while True:
        yield scope.key
        if scope.node.behaviour is not Behaviour.EVENT_SUB_PROCESS:
            return
        compensated = scope.row.compensated_scope_key
        if compensated:
            yield compensated
            return
        scope = scope.scope


KIND = EventRoom(thrown=room(activated=_throw, resume=_resume, terminating=undo.release))
"""What a throw had not started when it is swept away stays undoable."""
CONTINUATIONS = {"start more undo": _start_more}
