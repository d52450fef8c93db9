"""What all expressions and decisions of one command may take together: beyond it incidents, each of which
goes on with a new command.
"""

from __future__ import annotations

import pytest

from counterflow import kernel
from counterflow.feel.json_values import TEXT_PER_FUEL
from counterflow.kernel.lives.decisions import DecisionEvaluated
from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.rows import Incident, Job, Partition
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.budget import BYTES_PER_FUEL, EVALUATION_FUEL, ProcessLimits
from counterflow.kernel.work.held import MESSAGE_CHARACTERS
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.testing import Engine
from tests.bpmn.diagram import (
    boundary,
    catch,
    element,
    end,
    extensions,
    flow,
    gateway,
    model,
    path,
    service,
    start,
    sub_process,
    timer,
)
from tests.bpmn.loops import loop
from tests.dmn.drawing import decision, literal
from tests.dmn.drawing import model as drawn
from tests.kernel.bench import ONE_TASK, Bench, resource, snapshot

COUNT = "count(for i in 1..1000 return i)"
COSTS = 1_002
"""1 000 rounds, a call, and one unit to be evaluated at all."""
ENOUGH = 10
"""Evaluations for which one command has fuel."""
LIMITS = ProcessLimits(fuel=ENOUGH * COSTS + COSTS // 2)
TIMES = 25
WORK = service("work", job="work")
CALLED = ONE_TASK.replace(b'id="process"', b'id="called"').replace(b'type="pack"', b'type="work"')


def mapped(*sources: str) -> str:
    return element(
        "zeebe:ioMapping",
        *(element("zeebe:input", source=f"= {each}", target=f"v{n}") for n, each in enumerate(sources)),
    )


def many(*inside: str) -> bytes:
    """start → a sub-process of what is given, once for each item of `items`, all at once → end"""
    return model(start(), sub_process("many", loop(), *inside), end(), path("start", "many", "end"))


def script(expression: str) -> str:
    return element(
        "scriptTask",
        extensions(element("zeebe:script", expression=f"= {expression}", resultVariable="n")),
        id="task",
    )


COSTLY = {
    "mapping": many(start("in"), service("work", mapped(COUNT)), path("in", "work")),
    "script": many(start("in"), script(COUNT), WORK, path("in", "task", "work")),
    "condition": many(
        *(start("in"), gateway("which"), WORK, end("out")),
        *(
            path("in", "which"),
            flow("which", "work", f"= {COUNT} = 1000"),
            flow("which", "out", f"= {COUNT} = 1"),
        ),
    ),
    "job type": many(
        start("in"), service("work", job=f'= if {COUNT} = 1000 then "work" else "none"'), path("in", "work")
    ),
    "timer": many(
        start("in"),
        WORK,
        boundary("late", "work", timer(text=f'= duration("PT1H") * {COUNT}')),
        path("in", "work"),
    ),
    "wait": many(start("in"), catch("wait", timer(text=f'= duration("PT0S") * {COUNT}')), path("in", "wait")),
}


@pytest.mark.parametrize("costly", COSTLY.values(), ids=COSTLY)
def test_costly_instances_are_held_when_the_command_has_spent_its_fuel(costly: bytes) -> None:
    bench = Bench(costly, limits=LIMITS)
    bench.create(items=list(range(TIMES)))
    held = bench.rows(Incident)
    assert len(held) == TIMES - ENOUGH
    assert all(
        f"have spent its budget of {LIMITS.fuel} steps (a new command, such as resolving this incident"
        in row.message
        for row in held
    )
    for row in held:
        bench.do(ResolveIncident(incident_key=row.key))
    assert bench.rows(Incident) == [], "each of them has gone on, with fuel of its own"


def test_the_same_command_on_the_same_state_stops_at_the_same_place_and_a_replay_asks_no_fuel() -> None:
    benches = [Bench(COSTLY["script"], limits=LIMITS) for _ in range(2)]
    for bench in benches:
        bench.create(items=list(range(TIMES)))
    assert benches[0].log == benches[1].log
    assert len(benches[0].rows(Job)) == ENOUGH
    replayed = State(EmptySource(), Partition(1, 0, 0))
    replayed.processes = benches[0].state.processes
    kernel.replay(replayed, benches[0].log)
    assert snapshot(replayed) == snapshot(benches[0].state)


def test_an_expression_that_takes_too_much_by_itself_is_told_so() -> None:
    bench = Bench(COSTLY["script"].replace(b"1..1000", b"1..1000000"))
    bench.create(items=[1])
    assert "the expression took more than 150000 steps" in bench.incident().message


def test_ordinary_mappings_pass_a_hundred_thousand_times() -> None:
    """In small: a thousand instances with a hundredth of the fuel."""
    times, most = 1_000, ProcessLimits()
    ordinary = mapped("item", "order.price * (1 + order.tax)", 'upper case(order.customer.name) + "!"')
    bench = Bench(
        many(start("in"), service("work", ordinary), path("in", "work")),
        limits=ProcessLimits(fuel=most.fuel * times // most.loop_instances),
    )
    order = {"price": 100, "tax": 0.2, "customer": {"name": "Ada", "city": "London"}}
    bench.create(items=[f"item {number}" for number in range(times)], order=order)
    assert len(bench.rows(Job)) == times


def test_what_is_read_and_made_is_paid_for_by_its_size() -> None:
    size = 100 * BYTES_PER_FUEL
    bench = Bench(
        many(start("in"), service("work", mapped("large")), path("in", "work")),
        limits=ProcessLimits(fuel=2_000),
    )
    bench.create(items=list(range(TIMES)), large="x" * size)
    cost = EVALUATION_FUEL + size // TEXT_PER_FUEL + size // BYTES_PER_FUEL
    assert len(bench.rows(Job)) == 2_000 // cost + 1


def test_what_goes_into_called_processes_is_paid_for_by_its_size() -> None:
    call = element("callActivity", extensions(element("zeebe:calledElement", processId="called")), id="call")
    bench = Bench(CALLED, many(start("in"), call, path("in", "call")), limits=ProcessLimits(fuel=1_000))
    bench.create(items=list(range(TIMES)), large="x" * 100 * BYTES_PER_FUEL)
    held = bench.rows(Incident)
    assert (len(bench.rows(Job)), len(held)) == (10, TIMES - 10)
    assert "Expected to hand variables to another instance, but the expressions" in held[0].message
    bench.do(ResolveIncident(incident_key=held[0].key))
    assert len(bench.rows(Job)) == 11


def test_decisions_take_of_the_same_fuel() -> None:
    called = element("zeebe:calledDecision", decisionId="costly", resultVariable="given")
    task = element("businessRuleTask", extensions(called), id="decide")
    engine_of = Engine(limits=LIMITS)
    engine_of.deploy_contents(
        {
            "costly.dmn": drawn(decision("costly", literal(COUNT))),
            "many.bpmn": many(start("in"), task, WORK, path("in", "decide", "work")),
        }
    )
    engine_of.start("process", {"items": list(range(TIMES))})
    evaluated = [
        event
        for entry in engine_of.log
        for event in kernel.events_of(entry)
        if isinstance(event, DecisionEvaluated)
    ]
    assert sum(not event.failure for event in evaluated) == ENOUGH
    assert len(evaluated) == ENOUGH + 1, "with nothing left, nothing is evaluated"


def test_a_deployment_has_its_budget_too() -> None:
    starts = [
        start(f"s{number}", timer("timeDate", f'= @"2030-01-01T00:00:00Z" + duration("PT{number}S")'))
        for number in range(3)
    ]
    content = model(*starts, WORK, *(path(f"s{number}", "work") for number in range(3)))
    bench = Bench(limits=ProcessLimits(fuel=2))
    with pytest.raises(Rejection, match="have spent its budget of 2 steps"):
        bench.do(DeployResources(resources=(resource(content),)))


def test_an_incident_does_not_repeat_a_long_expression() -> None:
    bench = Bench(
        many(start("in"), script(f'[{COUNT}, "{"long" * 10_000}"][1] + null'), path("in", "task")),
        limits=LIMITS,
    )
    bench.create(items=list(range(TIMES)))
    held = [row.message for row in bench.rows(Incident) if "have spent its budget" in row.message]
    assert held, "the text of an expression is paid for, too"
    assert all(
        len(message) <= MESSAGE_CHARACTERS + 3 and message.startswith("Expected '=[count(")
        for message in held
    )
