"""Multi-instance activities: how often, with which variables of their own, and that nothing of them is left.

The ordinary course is played in `bpmn/behaviours/multi-instance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.course.moves import ElementActivated
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Incident, Job, LoopItems, LoopOutput, Repetition
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import boundary, catch_error, element, end, extensions, model, path, start
from tests.bpmn.loops import gathering, loop
from tests.kernel.bench import Bench, document

KEPT: tuple[type[Row], ...] = (Repetition, LoopItems, LoopOutput)


def looped(mark: str, *more: str) -> bytes:
    """start → work, marked as multi-instance → end"""
    task = element("serviceTask", extensions(element("zeebe:taskDefinition", type="work")), mark, id="work")
    return model(start(), task, end(), path("start", "work", "end"), *more)


def own_variables(bench: Bench) -> list[dict[str, Any]]:
    """What the instances that wait for their job have in their own scope, in order."""
    scopes = [
        bench.instance(job.process_instance_key).variables[job.element_instance_key]
        for job in bench.rows(Job)
    ]
    return [{name: msgspec.json.decode(value) for name, value in scope.items()} for scope in scopes]


def results_of(bench: Bench) -> Any:
    (end_of,) = bench.ended
    return msgspec.json.decode(end_of.variables["results"])


@pytest.mark.parametrize(
    "gives, own",
    [
        ("result", {"result"}),
        ("result.amount", {"result"}),
        ("result . amount", {"result"}),
        ("ergebnis_ä", {"ergebnis_ä"}),
        ("item", set()),
        ("item.price", set()),
        ("loopCounter", set()),
        ("null", set()),
        ("true", set()),
        ("1", set()),
        ("result * 2", set()),
        ("{is: result}", set()),
        ("string(result)", set()),
        ("if result then 1 else 2", set()),
        ("not(result)", set()),
    ],
)
def test_only_a_plain_output_variable_is_the_instances_own(gives: str, own: set[str]) -> None:
    bench = Bench(looped(loop(outputCollection="results", outputElement=f"= {gives}")))
    bench.create(items=["a"])
    assert own_variables(bench) == [{"item": "a", "loopCounter": 1, **dict.fromkeys(own)}]


CARDINALITY = model(
    *(start(), end()),
    element(
        "serviceTask",
        element("multiInstanceLoopCharacteristics", element("loopCardinality", "${times}")),
        id="work",
        camunda__type="external",
        camunda__topic="work",
    ),
    path("start", "work", "end"),
)


@pytest.mark.parametrize("times, instances", [(0, 0), (1, 1), (3, 3), (2.0, 2)])
def test_a_number_says_how_often(times: object, instances: int) -> None:
    bench = Bench(CARDINALITY)
    bench.create(times=times)
    assert [variables["loopCounter"] for variables in own_variables(bench)] == list(range(instances))
    assert len(bench.ended) == (instances == 0)


@pytest.mark.parametrize(
    "times, found",
    [
        (-1, "-1"),
        (1.5, "1.5"),
        (True, "true"),
        ("3", '"3"'),
        ("long" * 1_000, '"' + "long" * 24 + "lon…"),
        (None, "null"),
        ({}, "{}"),
        (101, "101"),
        (10**30, "1" + "0" * 30),
        ([7, 8], "[7,8]"),
    ],
)
def test_what_is_no_number_of_times_is_an_incident(times: object, found: str) -> None:
    bench = Bench(CARDINALITY, limits=ProcessLimits(loop_instances=100))
    bench.create(times=times)
    assert not bench.rows(Job)
    assert bench.incident().error_type == "EXTRACT_VALUE_ERROR"
    assert (
        f"to be a whole number up to 100, but it is {found}; set the variables it reads"
        in bench.incident().message
    )


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize(
    "until, done",
    [
        ("numberOfCompletedInstances = 2", 2),
        ("nrOfCompletedInstances = 2", 2),
        ("numberOfCompletedInstances / numberOfInstances >= 0.75", 3),
        ("numberOfTerminatedInstances > 0", 4),
        ("loopCounter = 3", 3),
        ('item = "b"', 2),
        ("false", 4),
        ("true", 1),
    ],
)
def test_the_completion_condition_sees_counters_and_item(until: str, done: int, *, sequential: bool) -> None:
    bench = Bench(looped(loop(until=until, sequential=sequential)))
    bench.create(items=["a", "b", "c", "d"])
    completed = 0
    while bench.rows(Job):
        bench.complete("work")
        completed += 1
    assert completed == done
    assert len(bench.ended) == 1


@pytest.mark.parametrize("sequential, active", [(False, 2), (True, 0)])
def test_the_condition_counts_who_is_still_active(*, sequential: bool, active: int) -> None:
    bench = Bench(looped(loop(until=f"numberOfActiveInstances = {active}", sequential=sequential)))
    bench.create(items=[1, 2, 3])
    bench.complete("work")
    assert len(bench.ended) == 1


@given(order=st.permutations(range(5)))
def test_results_are_in_the_order_of_the_items(order: Sequence[int]) -> None:
    bench = Bench(looped(gathering()))
    bench.create(items=["a", "b", "c", "d", "e"])
    jobs = bench.rows(Job)
    for place in order:
        bench.do(CompleteJob(job_key=jobs[place].key, variables=document(result=place)))
    assert results_of(bench) == [0, 1, 2, 3, 4]


def interrupt(bench: Bench) -> None:
    bench.throw_error("work", "A")


def cancel(bench: Bench) -> None:
    bench.do(CancelProcessInstance(process_instance_key=bench.rows(Job)[0].process_instance_key))


def end_early(bench: Bench) -> None:
    bench.complete("work", isOver=True)


@pytest.mark.parametrize("how", [interrupt, cancel, end_early])
@pytest.mark.parametrize("sequential", [False, True])
def test_nothing_of_a_loop_is_left(how: Any, *, sequential: bool) -> None:
    mark = gathering(until="isOver", sequential=sequential)
    bench = Bench(looped(mark, boundary("failed", "work", catch_error("A"))))
    bench.create(items=[1, 2, 3], isOver=False)
    bench.complete("work", result=1)
    assert len(bench.rows(Repetition)) == len(bench.rows(LoopOutput)) == 1
    assert len(bench.rows(LoopItems)) == sequential
    how(bench)
    assert len(bench.ended) == 1
    assert not any(bench.rows(table) for table in KEPT)


@pytest.mark.parametrize("sequential", [False, True])
def test_every_instance_costs_the_same(*, sequential: bool) -> None:
    bench = Bench(looped(gathering(sequential=sequential)))
    bench.create(items=list(range(50)))
    costs = []
    for _ in range(49):
        before = len(bench.log)
        bench.complete("work", result=1)
        costs.append(sum(entry.event_count for entry in bench.log[before:]))
    assert len(set(costs)) == 1


def test_items_taken_apart_are_found_again_after_a_restart_in_the_middle() -> None:
    bench = Bench(looped(loop(sequential=True)))
    instance = bench.create(items=[{"n": 1}, {"n": 2}, {"n": 3}])
    seen = []
    while bench.rows(Job):
        seen += [variables["item"] for variables in own_variables(bench)]
        instance.plans.clear()
        bench.complete("work")
    assert seen == [{"n": 1}, {"n": 2}, {"n": 3}]


def inside(mark: str) -> str:
    """A sub-process of four elements without a wait, for each item."""
    return element(
        "subProcess",
        mark,
        start("in"),
        element("task", id="pass"),
        end("out"),
        path("in", "pass", "out"),
        id="work",
    )


@pytest.mark.parametrize("sequential", [False, True])
def test_many_instances_are_no_endless_loop(*, sequential: bool) -> None:
    bench = Bench(model(start(), inside(loop(sequential=sequential)), end(), path("start", "work", "end")))
    bench.create(items=list(range(1_500)))
    assert not bench.rows(Incident)
    assert len(bench.ended) == 1


@pytest.mark.parametrize("is_called", [False, True])
def test_a_way_back_to_many_instances_is_held_up_in_the_second_round(*, is_called: bool) -> None:
    """The first round of 3 000 instances costs nothing, the second is known for what it is after 1 000
    elements.
    """
    call = element(
        "callActivity", extensions(element("zeebe:calledElement", processId="called")), loop(), id="work"
    )
    called = model(start(), end(), path("start", "end"), process_id="called")
    bench = Bench(
        called, model(start(), call if is_called else inside(loop()), path("start", "work", "work"))
    )
    bench.create(items=list(range(3_000)))
    assert (bench.incident().error_type, bench.incident().element_id) == ("STEP_LIMIT_EXCEEDED", "work")
    entered = sum(isinstance(event, ElementActivated) for event in bench.events())
    assert entered == 3 + 3_000 * (1 + 3 * (not is_called)) + (3 * 3_000 if is_called else 0)
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert (bench.incident().error_type, len(bench.rows(Incident))) == ("STEP_LIMIT_EXCEEDED", 1)
