"""The moves of an element instance: those of the table, no others."""

from __future__ import annotations

import pytest

from counterflow.kernel import OF_INSTANCE
from counterflow.kernel.course.moves import (
    ACTIVATED,
    ACTIVATING,
    COMPLETING,
    MOVES,
    TERMINATING,
    ElementActivated,
    ElementCompleted,
    ElementCompleting,
    ElementTerminated,
    ElementTerminating,
)
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.vocabulary import BrokenInvariant
from tests.kernel.bench import ONE_TASK, Bench

STATES = (ACTIVATING, ACTIVATED, COMPLETING, TERMINATING)
EVENT_OF: dict[
    str,
    type[ElementActivated | ElementCompleting | ElementCompleted | ElementTerminating | ElementTerminated],
] = {
    ACTIVATED: ElementActivated,
    COMPLETING: ElementCompleting,
    "completed": ElementCompleted,
    TERMINATING: ElementTerminating,
    "terminated": ElementTerminated,
}


@pytest.mark.parametrize("to", EVENT_OF)
@pytest.mark.parametrize("state", STATES)
def test_only_moves_of_the_table_are_made(state: str, to: str) -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    bench.state.put(ElementInstance(99, instance.key, instance.key, "pack", state))
    event = EVENT_OF[to](99)
    if to in MOVES[state]:
        OF_INSTANCE[type(event)](bench.state, instance, event)
        assert (instance.elements[99].state if 99 in instance.elements else to) == to
    else:
        with pytest.raises(
            BrokenInvariant, match=f"element instance 99 of 'pack' cannot go from {state} to {to}"
        ):
            OF_INSTANCE[type(event)](bench.state, instance, event)


def test_every_state_has_a_way_out() -> None:
    assert set(MOVES) == set(STATES)
    assert all(TERMINATING in MOVES[state] or state == TERMINATING for state in STATES)


def test_an_element_knows_where_in_the_log_it_was_activated() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    (task,) = [row for row in instance.elements.values() if row.element_id == "pack"]
    events = bench.events()
    assert isinstance(events[task.activated_position - 1], ElementActivated)
    assert events[task.activated_position - 1].key == task.key  # type: ignore[attr-defined]  # as the line before says


def test_nothing_is_left_of_an_element_but_the_log() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    task = max(instance.elements)
    bench.fail("pack", retries=2)
    bench.complete("pack")
    assert task not in instance.elements
    assert task not in instance.variables
    assert bench.state.owners == {}
