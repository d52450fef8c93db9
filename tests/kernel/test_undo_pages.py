"""Compensation of very much: what a throw begins, gives back or loses goes in pages."""

from __future__ import annotations

import pytest

from counterflow.kernel.course.undo import UndoDropped, UndoPartReleased, UndoStarted
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.work.pages import next_undertaking
from tests.bpmn.diagram import (
    compensate,
    element,
    gateway,
    handler,
    model,
    path,
    service,
    start,
    throw,
    undo,
)
from tests.bpmn.loops import loop
from tests.kernel.test_pages import MANY, PAGES, PageByPage, is_clean, jobs_of, many

UNDONE = model(
    start(),
    element(
        "subProcess",
        *(start("s"), element("task", id="act"), undo("act", "back"), handler("back", job="undo")),
        path("s", "act"),
        loop(),
        id="each",
    ),
    gateway("fork", "parallel"),
    *(service("first", job="first"), throw("one", compensate()), service("one_done", job="one done")),
    *(service("second", job="second"), throw("two", compensate()), service("two_done", job="two done")),
    *(path("start", "each", "fork", "first", "one", "one_done"), path("fork", "second", "two", "two_done")),
)
"""start → very much that can be undone → fork → first → throw one
                                              → second → throw two
"""


def undoing(order: str) -> tuple[PageByPage, InstanceState]:
    bench, instance = many(UNDONE.replace(b'isExecutable="true"', order.encode() + b' isExecutable="true"'))
    bench.turn_all()
    assert len(instance.undo_records) == 2 * MANY + 1, "and the body"
    return bench, instance


PARALLEL = 'counterflow:compensationOrder="parallel"'


def test_very_much_is_begun_to_be_undone_in_pages() -> None:
    bench, instance = undoing(PARALLEL)
    begun = len(bench.log)
    bench.complete("first")
    assert bench.turn_all() > 4
    assert len(jobs_of(bench, "undo")) == MANY
    assert max(entry.event_count for entry in bench.log[begun:]) < 2 * PAGES.page_events
    while jobs_of(bench, "undo"):
        bench.complete("undo")
    bench.turn_all()
    assert len(jobs_of(bench, "one done")) == 1
    assert (instance.undo_records, is_clean(bench)) == ({}, True)


LATER_ENDS_FIRST = model(
    start(),
    element(
        "subProcess",
        *(start("s"), element("task", id="act"), undo("act", "back"), handler("back", job="undo")),
        *(service("rest", job="rest"), path("s", "act", "rest"), loop()),
        id="each",
    ),
    throw("one", compensate()),
    service("one_done", job="one done"),
    path("start", "each", "one", "one_done"),
)
"""start → very much that can be undone, each in what ends when its own job is done → throw one"""


@pytest.mark.parametrize("order", ["parallel", "mirror", "sequential"])
def test_what_is_undone_next_is_the_same_when_it_was_read_again_meanwhile(order: str) -> None:
    """A store gives rows in the order of their keys, whatever came first."""
    assert undone_in_turn(order, is_read_again=False) == undone_in_turn(order, is_read_again=True)


def undone_in_turn(order: str, *, is_read_again: bool) -> list[int]:
    """The records in the order in which their handlers were begun."""
    mark = f'counterflow:compensationOrder="{order}" isExecutable="true"'
    bench, instance = many(LATER_ENDS_FIRST.replace(b'isExecutable="true"', mark.encode()))
    bench.turn_all()
    for job in reversed(jobs_of(bench, "rest")):
        bench.do(CompleteJob(job_key=job.key, variables={}))
    while bench.turn() or jobs_of(bench, "undo"):
        if is_read_again:
            instance.plans.clear()
            for throw_key, keys in instance.undo_by_throw.items():
                instance.undo_by_throw[throw_key] = dict.fromkeys(sorted(keys))
        if jobs_of(bench, "undo") and not next_undertaking(bench.state):
            bench.complete("undo")
    begun = [event.undo_key for event in bench.events() if isinstance(event, UndoStarted)]
    assert len(begun) == MANY
    return begun


def test_what_a_throw_has_not_begun_when_it_is_interrupted_is_given_back_in_pages() -> None:
    bench, instance = undoing('counterflow:compensationOrder="sequential"')
    bench.complete("first")
    bench.turn_all()
    begun = len(bench.log)
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    bench.turn_all()
    let_go = [event for event in bench.events(begun) if isinstance(event, UndoPartReleased | UndoDropped)]
    assert len(let_go) >= MANY // 2
    assert (instance.undo_records, instance.elements, is_clean(bench)) == ({}, {}, True)


def test_a_process_loses_very_much_in_pages_and_then_ends_once() -> None:
    content = UNDONE.replace(
        element("intermediateThrowEvent", compensate(), id="one").encode(), b'<task id="one"/>'
    )
    content = content.replace(
        element("intermediateThrowEvent", compensate(), id="two").encode(), b'<task id="two"/>'
    )
    bench, instance = many(content)
    bench.turn_all()
    for job in ("first", "second", "one done"):
        bench.complete(job)
        bench.turn_all()
    begun = len(bench.log)
    bench.complete("two done")
    assert not bench.ended
    bench.turn_all()
    dropped = [event for event in bench.events(begun) if isinstance(event, UndoDropped)]
    assert sum(len(event.keys) for event in dropped) == MANY
    assert max(len(event.keys) + len(event.containers) for event in dropped) == PAGES.page_events // 4
    assert ([end.state for end in bench.ended], instance.undo_records) == (["completed"], {})
    assert is_clean(bench)
