"""What becomes of undo records when their instance is migrated: kept in their order, lost, or against it."""

from __future__ import annotations

from counterflow.kernel.course.undo_order import AVAILABLE, CONTAINER, STARTED
from counterflow.kernel.lives.migration_mapping import Correspondence
from counterflow.kernel.lives.migration_pieces import MoveOutcome, Piece, PlannedMigration, UndoMove
from counterflow.kernel.rows import UndoRecord
from counterflow.kernel.state.instance import InstanceState
from counterflow.model.graph import Node


def plan_undo(
    plan: PlannedMigration, instance: InstanceState, elements: Correspondence, record: UndoRecord
) -> None:
    """In the order of keys: what is inside a completed sub-process comes before that.

    What a throw has taken is never lost: it is promised that it is undone.
    """
    before = elements.source.nodes[record.element_id]
    after, why = _place_of(elements, before)
    handler = record.handler
    if after is not None and handler:
        handler, why = _handler(instance, elements, record, after)
    if why and record.state not in {AVAILABLE, CONTAINER}:
        plan.problems[f"the undo of '{before.id}' is under way and cannot go on: {why}"] = None
    elif after is None or not _is_kept(plan, instance, record, handler):
        _lose(plan, record)
    else:
        _move_undo(plan, record, after.id, handler)


def _is_kept(plan: PlannedMigration, instance: InstanceState, record: UndoRecord, handler: str) -> bool:
    """Whether something undoes it, or, of a completed sub-process, what is inside."""
    if handler or record.variables is None:
        return bool(handler)
    inside = instance.undo_by_scope.get(record.element_instance_key, ())
    return any(key not in plan.undo_lost for key in inside)


def _place_of(elements: Correspondence, node: Node) -> tuple[Node | None, str]:
    """The counterpart of what has completed, in those of all scopes around it; or None, and why not."""
    nearest: Node | None = None
    while node.parent:
        after = elements.target.nodes.get(elements.of(node.id))
        if after is None:
            return None, f"'{node.id}' has no counterpart"
        if after.parent != elements.of(node.parent):
            return None, f"'{after.id}' is in another scope than '{node.id}'"
        nearest = nearest or after
        node = elements.source.nodes[node.parent]
    return nearest, ""


def _handler(
    instance: InstanceState, elements: Correspondence, record: UndoRecord, after: Node
) -> tuple[str, str]:
    """What undoes the counterpart; or nothing, and why."""
    if record.variables is not None:
        handler = after.compensation_event_sub_process or ""
    else:
        handler = after.compensation.handler if after.compensation is not None else ""
    if not handler:
        return "", f"'{after.id}' has nothing that undoes it"
    running = instance.elements.get(record.handler_key) if record.state == STARTED else None
    if running is not None and elements.given(running.element_id) != handler:
        return "", f"'{running.element_id}' is at work on it, and in the target '{handler}' does that"
    return handler, ""


def _lose(plan: PlannedMigration, record: UndoRecord) -> None:
    plan.undo_lost[record.key] = record
    if record.handler:
        plan.pieces.append(Piece("undo", record.key, record.element_id, "", MoveOutcome.LOST))


def _move_undo(plan: PlannedMigration, record: UndoRecord, target_id: str, handler: str) -> None:
    outcome = MoveOutcome.MOVED if handler or not record.handler else MoveOutcome.LOST
    if record.handler:
        plan.pieces.append(Piece("undo", record.key, record.element_id, target_id, outcome))
    if (target_id, handler) != (record.element_id, record.handler):
        plan.undo.append(UndoMove(record.key, target_id, handler))
