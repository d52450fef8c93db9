"""One command's work-list: how far it goes without a wait, and what it refuses to do without."""

from __future__ import annotations

import itertools

import pytest

from counterflow.kernel import HOUSE
from counterflow.kernel.course.moves import ElementActivated
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.rows import Incident
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.budget import MAXIMUM_STEPS, ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.kernel.work.step import Step
from tests.bpmn.diagram import element, flow, gateway, model, path, service, start
from tests.kernel.bench import ONE_TASK, Bench

ENDLESS = model(
    start(), gateway("again"), element("task", id="turn"), path("start", "again", "turn", "again")
)
"""start → again → turn → again → …"""
FIRST = 4
"""The process, the start event and the two of the first round: what is entered for the first time costs
nothing.
"""


def entered(bench: Bench, after: int = 0) -> int:
    """How many elements were set to work."""
    return sum(isinstance(event, ElementActivated) for event in bench.events(after))


@pytest.mark.parametrize("steps", [5, 100, MAXIMUM_STEPS])
def test_a_loop_without_a_wait_is_held_up(steps: int) -> None:
    bench = Bench(ENDLESS, limits=ProcessLimits(steps=steps))
    bench.create()
    assert entered(bench) == steps + FIRST
    incident = bench.incident()
    assert incident.error_type == "STEP_LIMIT_EXCEEDED"
    assert f"at most {steps} elements again in one go" in incident.message


def test_resolved_it_goes_as_far_again() -> None:
    bench = Bench(ENDLESS, limits=ProcessLimits(steps=10))
    bench.create()
    first, seen = bench.incident(), len(bench.log)
    bench.do(ResolveIncident(incident_key=first.key))
    assert entered(bench, seen) == 10 + 2
    assert bench.incident().key > first.key


def test_held_up_it_can_be_cancelled() -> None:
    bench = Bench(ENDLESS, limits=ProcessLimits(steps=10))
    instance = bench.create()
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    assert (instance.elements, instance.incidents) == ({}, {})


def test_every_branch_is_held_up_by_itself() -> None:
    loops = (gateway("left"), element("task", id="a"), gateway("right"), element("task", id="b"))
    flows = (path("start", "fork", "left", "a", "left"), path("fork", "right", "b", "right"))
    bench = Bench(model(start(), gateway("fork", "parallel"), *loops, *flows), limits=ProcessLimits(steps=5))
    instance = bench.create()
    held = {row.key for row in instance.elements.values() if row.state == "activating"}
    assert entered(bench) == 12, "the process, start and fork, four for the first time, five again"
    assert {row.element_instance_key for row in instance.incidents.values()} == held
    assert len(instance.incidents) == 2


def test_a_wait_gives_the_next_command_its_own_steps() -> None:
    looping = model(
        start(), gateway("again"), service("turn", job="turn"), path("start", "again", "turn", "again")
    )
    bench = Bench(looping, limits=ProcessLimits(steps=4))
    instance = bench.create()
    for _ in range(10):
        bench.complete("turn")
    assert instance.incidents == {}


def test_a_long_course_is_no_loop_and_costs_no_stack() -> None:
    ids = [f"t{number}" for number in range(2 * MAXIMUM_STEPS)]
    tasks = [element("task", id=task) for task in ids]
    bench = Bench(model(start(), *tasks, path("start", *ids)))
    instance = bench.create()
    assert instance.elements == {}


def test_what_is_not_there_is_a_broken_invariant() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    course = Step(bench.state, HOUSE, ProcessLimits()).admitted_to(instance)
    gone = f"element instance 7 of process instance {instance.key} is gone"
    with pytest.raises(BrokenInvariant, match=gone):
        course.token(7)
    token = course.token(max(instance.elements))
    assert token.row is instance.elements[token.key]
    bench.complete("pack")
    with pytest.raises(BrokenInvariant, match=f"element instance {token.key} of .* is gone"):
        _ = token.row


def test_work_for_an_element_that_is_gone_is_passed_over() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    step = Step(bench.state, HOUSE, ProcessLimits())
    step.at(instance).token(max(instance.elements)).later(lambda _: pytest.fail("the element is gone"))
    bench.complete("pack")
    step.run()
    assert step.events == []


def test_tokens_that_double_are_held_up() -> None:
    """Tasks that are left by two flows, which merge without a join: twice as many tokens behind each."""
    forks = [f"fork{number}" for number in range(12)]
    ways = [flow(*ends, id=f"{'-'.join(ends)}-{side}") for ends in itertools.pairwise(forks) for side in "ab"]
    bench = Bench(
        model(start(), *(element("task", id=fork) for fork in forks), *ways, path("start", forks[0]))
    )
    bench.create()
    assert entered(bench) <= MAXIMUM_STEPS + 4 * len(forks)
    assert {incident.error_type for incident in bench.rows(Incident)} == {"STEP_LIMIT_EXCEEDED"}


def test_no_command_enters_more_elements_than_may_be() -> None:
    bench = Bench(
        model(start(), element("task", id="a"), element("task", id="b"), path("start", "a", "b")),
        limits=ProcessLimits(elements=3),
    )
    bench.create()
    assert (entered(bench), bench.incident().element_id) == (3, "b")
    assert "and 3 in all" in bench.incident().message
