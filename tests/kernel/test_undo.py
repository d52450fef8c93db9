"""The order of undo, against the definition: an undo waits for the undos of all that began after its own
activity had ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.course.undo_order import STARTED, TAKEN, UndoPlan
from counterflow.kernel.rows import UndoRecord


class Interval(NamedTuple):
    """When an activity was activated and completed."""

    activated: int
    completed: int


@st.composite
def histories(draw: st.DrawFn) -> list[Interval]:
    """Activities of one history: every position in the log is that of one event."""
    count = draw(st.integers(0, 12))
    positions = draw(st.permutations(range(1, 2 * count + 1)))
    return [Interval(*sorted(positions[2 * number : 2 * number + 2])) for number in range(count)]


def record(key: int, interval: Interval, state: str = TAKEN) -> UndoRecord:
    return UndoRecord(
        key, 1, 1, f"a{key}", key, "handler", interval.activated, interval.completed, state, throw_key=1
    )


def records(history: list[Interval]) -> list[UndoRecord]:
    return [record(key, interval) for key, interval in enumerate(history, start=1)]


def may_start(found: UndoRecord, unfinished: Iterable[UndoRecord]) -> bool:
    """The definition, pair by pair."""
    return not any(other.activated_position > found.completed_position for other in unfinished)


@given(histories(), st.randoms(use_true_random=False))
def test_mirror_order_is_the_definition(history: list[Interval], chance: Random) -> None:
    pending = {found.key: found for found in records(history)}
    plan, running = UndoPlan(list(pending.values())), dict[int, UndoRecord]()
    while True:
        unfinished = [*pending.values(), *running.values()]
        expected = {key for key, found in pending.items() if may_start(found, unfinished)}
        ready = plan.next_mirrored()
        assert set(ready) == expected
        assert plan.next_mirrored() == []
        running |= {key: pending.pop(key) for key in ready}
        if not running:
            break
        ended = chance.choice(sorted(running))
        plan.done(ended)
        del running[ended]
    assert not pending


@given(histories())
def test_sequential_order_undoes_one_at_a_time_last_completed_first(history: list[Interval]) -> None:
    found = records(history)
    plan, order = UndoPlan(found), list[int]()
    while ready := plan.next_single():
        assert plan.next_single() == []
        order += ready
        plan.done(ready[0])
    assert order == [one.key for one in sorted(found, key=lambda one: -one.completed_position)]


@given(histories(), st.integers(0, 20))
def test_a_plan_made_again_goes_on_where_the_other_stood(history: list[Interval], ended: int) -> None:
    """After a restart the plan is made from rows: those started are `started`, those undone are gone."""
    found = records(history)
    plan, running = UndoPlan(found), list[int]()
    for _ in range(ended):
        running += plan.next_mirrored()
        if running:
            plan.done(running.pop(0))
    running += plan.next_mirrored()
    gone = {one.key for one in found} - set(running) - {key for _, key in plan._pending}
    again = [
        record(one.key, history[one.key - 1], STARTED if one.key in running else TAKEN)
        for one in found
        if one.key not in gone
    ]
    rebuilt = UndoPlan(again)
    assert rebuilt.next_mirrored() == plan.next_mirrored() == []
    for key in running:
        plan.done(key)
        rebuilt.done(key)
        assert sorted(rebuilt.next_mirrored()) == sorted(plan.next_mirrored())


def test_what_followed_each_other_is_undone_one_by_one() -> None:
    plan = UndoPlan(records([Interval(1, 2), Interval(3, 4), Interval(5, 6)]))
    assert plan.next_mirrored() == [3]
    plan.done(3)
    assert plan.next_mirrored() == [2]
    plan.done(2)
    assert plan.next_mirrored() == [1]


def test_what_overlapped_is_undone_together() -> None:
    assert UndoPlan(records([Interval(1, 4), Interval(2, 5), Interval(3, 6)])).next_mirrored() == [3, 2, 1]


def test_it_is_an_interval_order_and_not_waves() -> None:
    """A long activity overlaps two short ones: the second short one need not wait for its undo, the first
    only for the second's.
    """
    long, first, second = Interval(1, 10), Interval(2, 3), Interval(5, 6)
    plan = UndoPlan(records([long, first, second]))
    assert plan.next_mirrored() == [1, 3]
    plan.done(3)
    assert plan.next_mirrored() == [2]
