"""What is deleted begins nothing any more; what runs on it goes on, and the version before takes over."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.decisions import EvaluateDecision
from counterflow.kernel.lives.deletions import DeleteResource
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.rows import (
    DecisionDefinition,
    DecisionRequirements,
    MessageStart,
    ProcessDefinition,
)
from counterflow.kernel.vocabulary import Rejection
from counterflow.testing import Engine
from tests.bpmn.diagram import (
    catch_message,
    definitions,
    end,
    message,
    model,
    path,
    process,
    service,
    start,
    timer,
)
from tests.dmn.drawing import decision, literal
from tests.dmn.drawing import model as drawn
from tests.kernel.bench import Bench
from tests.testing.rows import deployment_of


def version(number: int, name: str = "ordered") -> bytes:
    """A version of a process that begins with a message."""
    inside = (start("ordered", catch_message(name)), service("pack", job=f"pack-{number}"), end())
    return definitions(process(*inside, path("ordered", "pack", "end")), message(name))


def delete(bench: Bench, key: int) -> None:
    bench.do(DeleteResource(resource_key=key))


def names_of_starts(bench: Bench) -> list[str]:
    return [row.message_name for row in bench.state.shared[MessageStart].values()]


def test_starts_go_back_to_the_latest_version_that_is_left() -> None:
    bench = Bench(version(1, "first"), version(2, "second"), version(3, "third"))
    one, two, three = bench.state.definitions
    delete(bench, two)
    assert names_of_starts(bench) == ["third"], "an earlier version begins nothing anyway"
    delete(bench, three)
    assert names_of_starts(bench) == ["first"]
    assert bench.state.deployed.latest["process"].key == one
    delete(bench, one)
    assert names_of_starts(bench) == []
    assert bench.state.deployed.latest == {}


def test_a_number_is_given_once_and_the_same_file_is_a_new_version() -> None:
    bench = Bench(version(1), version(2))
    latest = bench.state.deployed.latest["process"]
    delete(bench, latest.key)
    again = bench.deploy(version(2))
    assert [(row.version, row.key > latest.key) for row in again.definitions] == [(3, True)]
    delete(bench, again.definitions[0].key)
    assert [row.version for row in bench.deploy(version(1), "model-0.bpmn").definitions] == [1], (
        "as it is the latest"
    )


def test_nothing_begins_by_its_key_and_what_runs_goes_on() -> None:
    bench = Bench(version(1))
    (key,) = bench.state.definitions
    bench.publish("ordered")
    delete(bench, key)
    for command in (
        CreateProcessInstance(definition_key=key, variables={}),
        CreateProcessInstance(bpmn_process_id="process", version=1, variables={}),
    ):
        with pytest.raises(Rejection) as refusal:
            bench.do(command)
        assert refusal.value.type == "NOT_FOUND"
    bench.complete("pack-1")
    assert [ended.state for ended in bench.ended] == ["completed"]


def test_a_command_that_is_taken_back_has_deleted_nothing() -> None:
    """The version before cannot begin any more as it is: its timer has no moment by now."""
    cycle = '= if now() < date and time("1970-01-01T01:00:00Z") then "R/PT1H" else "soon"'
    bench = Bench(
        model(start("again", timer("timeCycle", cycle)), end(), path("again", "end")), version(2, "second")
    )
    one, two = bench.state.definitions
    bench.now_ms = 2 * 3_600_000
    with pytest.raises(
        Rejection,
        match=rf"version 1 of 'process' to begin .* 'soon' .*; delete that version first, key '{one}'",
    ):
        delete(bench, two)
    assert names_of_starts(bench) == ["second"]
    assert bench.state.deployed.latest["process"].key == two
    assert bench.state.definitions[two].deleted_at_ms is None
    delete(bench, one)
    delete(bench, two)
    assert bench.state.deployed.latest == {}
    assert bench.state.deployed.given.next("process") == 3


def answers(value: str) -> bytes:
    return drawn(decision("answer", literal(value)))


def test_a_decision_is_deleted_with_its_model_alone() -> None:
    engine = Engine()
    deployment_of(engine, {"answer.dmn": answers("1")})
    deployment_of(engine, {"answer.dmn": answers("2")})
    first, second = engine.store.scan(DecisionRequirements, {})
    found = engine.store.scan(DecisionDefinition, {"requirements_key": second.key})
    with pytest.raises(Rejection, match=f"delete its decision model, key '{second.key}'"):
        engine.delete(found[0].key)
    engine.delete(second.key)
    assert engine.evaluate("answer").output == 1
    with pytest.raises(Rejection, match="no decision found"):
        engine.run(EvaluateDecision(decision_key=found[0].key, variables={}))
    engine.restart()
    assert engine.evaluate("answer").output == 1
    engine.delete(first.key)
    with pytest.raises(Rejection, match="deployed are: none"):
        engine.evaluate("answer")
    deployment_of(engine, {"answer.dmn": answers("2")})
    assert [row.version for row in engine.store.scan(DecisionDefinition, {"deleted_at_ms": None})] == [3]


def test_with_cascade_what_runs_is_cancelled_and_can_be_looked_at() -> None:
    engine = Engine()
    called = definitions(
        process(start(), service("pay", job="pay"), end(), path("start", "pay", "end"), process_id="paying")
    )
    deployment_of(engine, {"pay.bpmn": called})
    (definition,) = engine.store.scan(ProcessDefinition, {})
    key = engine.start("paying")
    engine.delete(definition.key, cascade=True)
    assert [one.state for one in engine.instances("paying")] == ["terminated"]
    assert engine.show(key).process_instance.state == "terminated", "its history can still be looked at"
