"""Faults of ours in modification, migration and suspension.

As in `mutants.py`, which has the table of all.
"""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.kernel.course import ending
from counterflow.kernel.lives import migration_plan, migration_undo, modification
from counterflow.kernel.lives.migration_pieces import PlannedMigration
from counterflow.kernel.lives.modification_ends import Ends
from counterflow.kernel.rows import Timer, UndoRecord
from counterflow.kernel.state.instance import InstanceState, Wait
from counterflow.kernel.work.step import Course

Patch = pytest.MonkeyPatch


def undo_left_behind_by_a_migration(patch: Patch) -> None:
    """What was done keeps the name, and what undoes it, that it had in the version before."""
    plan_undo = migration_undo.plan_undo

    def without_moves(plan: PlannedMigration, *given: Any) -> None:
        plan_undo(plan, *given)
        plan.undo.clear()

    patch.setattr(migration_plan, "plan_undo", without_moves)


def undo_lost_without_a_word(patch: Patch) -> None:
    """What could be undone still is lost, and nobody was told."""

    def lose(plan: PlannedMigration, record: UndoRecord, *_: Any) -> None:
        plan.undo_lost[record.key] = record

    patch.setattr(migration_undo, "_move_undo", lose)


def timer_closed_without_a_word(patch: Patch) -> None:
    """A timer is waited for no longer, though its event has a counterpart."""
    plan_wait = migration_plan._plan_wait

    def closed(plan: PlannedMigration, elements: Any, wait: Wait, target_id: str) -> None:
        plan_wait(plan, elements, wait, target_id)
        if isinstance(wait, Timer) and target_id:
            plan.closed.append((wait.key, Timer))

    patch.setattr(migration_plan, "_plan_wait", closed)


def more_ended_than_was_named(patch: Patch) -> None:
    """With what ends by hand everything ends that stands beside it."""

    def end(course: Course, ends: Ends) -> None:
        elements = course.instance.elements
        around = {elements[key].scope_key for key in ends.outermost()} - {0}
        for key in [key for scope_key in around for key in course.instance.children.get(scope_key, ())]:
            if key in elements:
                ending.terminate(course.token(key))

    patch.setattr(modification, "_end", end)


def suspension_without_walls(patch: Patch) -> None:
    """A suspended instance works on."""
    patch.setattr(InstanceState, "stands_still", property(lambda instance: instance.quarantine is not None))
