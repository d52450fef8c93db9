"""Every hint, in the order in which it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.bpmn.events.reader import Rule
from counterflow.bpmn.hints import missing_undo, no_time_limit, straight_through_loop, stuck_join

HINTS: Sequence[Rule] = (
    missing_undo.check,
    no_time_limit.check,
    stuck_join.check,
    straight_through_loop.check,
)
