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

from counterflow.kernel import lifecycle, undo
from counterflow.kernel.rows import ElementInstance, UndoRecord
from counterflow.kernel.step import Step
from counterflow.model.graph import Behaviour, CompensateDefinition, CompensationOrder, Node


def begin_throw(step: Step, element: ElementInstance, node: Node) -> None:
    """Take everything the throw reaches; with nothing to undo, and without a definition, it passes at
    once.
    """
    found = (
        _reached(step, element, node.event.activity) if isinstance(node.event, CompensateDefinition) else []
    )
    if not found:
        lifecycle.finish(step, element, node)
        return
    undo.take(step, element.key, found)
    _advance(step, element, node)


def resume(step: Step, element: ElementInstance, node: Node) -> None:
    """A handler of this throw has ended: start those whose turn it is now, or go on when there are none left.

    Several may end in one command: if the first of them already took the throw to an incident, that holds it.
    """
    if element.key in step.current().incident_of:
        return
    if element.state != lifecycle.ACTIVATED or not isinstance(node.event, CompensateDefinition):
        lifecycle.resume(step, element, node)
    elif element.key in step.current().undo_by_throw:
        _advance(step, element, node)
    else:
        lifecycle.finish(step, element, node)


def terminating(step: Step, element: ElementInstance, node: Node) -> None:
    """The throw is swept away: what it had not started stays undoable."""
    undo.release(step, element.key)


def _reached(step: Step, throw: ElementInstance, activity: str | None) -> list[UndoRecord]:
    """The outermost scope first: whatever was done in it was done before the event sub-process inside it
    began.
    """
    scopes = reversed(list(_scopes(step, throw)))
    return [record for scope_key in scopes for record in undo.collect(step.current(), scope_key, activity)]


def _advance(step: Step, throw: ElementInstance, node: Node) -> None:
    for record in undo.next_to_start(step, throw.key, _order(step, node)):
        _start_handler(step, throw, record)


def _start_handler(step: Step, throw: ElementInstance, record: UndoRecord) -> None:
    nodes = step.process().nodes
    local = undo.local_variables(step, record, nodes[record.element_id])
    compensated_scope_key = record.element_instance_key if record.variables is not None else 0
    handler_key = lifecycle.enter(
        step,
        nodes[record.handler],
        throw.scope_key,
        local,
        undo_key=record.key,
        compensated_scope_key=compensated_scope_key,
    )
    step.emit(undo.UndoStarted(record.key, handler_key))


def _order(step: Step, node: Node) -> CompensationOrder:
    own = node.event.order if isinstance(node.event, CompensateDefinition) else None
    return own or step.process().root.compensation_order or step.state.default_order


def _scopes(step: Step, throw: ElementInstance) -> Iterator[int]:
    scope_key = throw.scope_key
    while True:
        yield scope_key
        scope = step.element(scope_key)
        if step.node(scope).behaviour is not Behaviour.EVENT_SUB_PROCESS:
            return
        if scope.compensated_scope_key:
            yield scope.compensated_scope_key
            return
        scope_key = scope.scope_key
