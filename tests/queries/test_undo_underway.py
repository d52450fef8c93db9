"""What is left to undo of a compensation that has been thrown, and what holds it up."""

from __future__ import annotations

import pytest

from counterflow.queries.undo_plan import undo_plan
from counterflow.testing import Engine
from tests.behaviours.script import BOOK
from tests.queries.models import TRIP, process, task, undo, undone_by

BOTH_UNDONE = process(
    "trip",
    '<bpmn:startEvent id="start"/>'
    + task("a")
    + task("b")
    + undone_by("a", "undo-a", "Undo A")
    + undone_by("b", "undo-b", "Undo B")
    + '<bpmn:intermediateThrowEvent id="throw" name="Undo all"><bpmn:compensateEventDefinition/>'
    "</bpmn:intermediateThrowEvent>"
    '<bpmn:endEvent id="end"/>'
    '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="a"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="b"/>'
    '<bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="throw"/>'
    '<bpmn:sequenceFlow id="f4" sourceRef="throw" targetRef="end"/>'
    + undo("a", "undo-a")
    + undo("b", "undo-b"),
)


def thrown() -> tuple[Engine, int]:
    """An engine in which the compensation of a before b has been thrown."""
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": BOTH_UNDONE})
    key = engine.start("trip")
    engine.complete("a")
    engine.complete("b")
    return engine, key


def test_what_a_throw_has_taken_is_under_way() -> None:
    engine, key = thrown()
    plan = engine.undo_plan(key)
    assert plan.handlers == []
    assert [(one.handler_id, one.round, one.throw_id, one.throw_name) for one in plan.underway] == [
        ("undo-b", 1, "throw", "Undo all"),
        ("undo-a", 2, "throw", "Undo all"),
    ]
    assert [bool(one.handler_key) for one in plan.underway] == [True, False]
    assert [one.incidents for one in plan.underway] == [[], []]


def test_a_handler_that_has_failed_is_told_with_its_incident() -> None:
    engine, key = thrown()
    engine.fail("undo-b", retries=0, message="no line")
    failed, waiting = engine.undo_plan(key).underway
    (incident,) = failed.incidents
    assert (incident.error_type, incident.element_id, incident.message) == (
        "JOB_NO_RETRIES",
        "undo-b",
        "no line",
    )
    assert (waiting.handler_id, waiting.incidents) == ("undo-a", [])


def test_what_is_undone_is_under_way_no_more() -> None:
    engine, key = thrown()
    engine.complete("undo-b")
    assert [(one.handler_id, one.round) for one in engine.undo_plan(key).underway] == [("undo-a", 1)]


def test_a_limit_says_how_many_it_leaves_out() -> None:
    engine, key = thrown()
    plan = undo_plan(engine.store, key, handler_limit=1)
    assert ([one.handler_id for one in plan.underway], plan.underway_left_out) == (["undo-b"], 1)


def test_before_anything_is_thrown_nothing_is_under_way() -> None:
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": TRIP})
    key = engine.start("trip")
    engine.complete("book-hotel")
    assert engine.undo_plan(key).underway == []


@pytest.mark.parametrize(
    "behaviour,called,before,failing",
    [
        ("compensation-handlers/several-steps", "", ("insurance", "hotel"), "call-hotel"),
        (
            "compensation-calls/handler-is-call",
            "compensation-calls/called/releasing.bpmn",
            ("reserve", "pack", "unpack"),
            "free",
        ),
    ],
    ids=["in a sub-process", "in a called process"],
)
def test_what_holds_the_inside_of_a_handler_holds_it(
    behaviour: str, called: str, before: tuple[str, ...], failing: str
) -> None:
    engine = Engine()
    (definition,) = engine.deploy(BOOK / f"{behaviour}.bpmn").processes
    if called:
        engine.deploy(BOOK / called)
    key = engine.start(definition.id)
    for job_type in before:
        engine.complete(job_type)
    held = [one for one in engine.undo_plan(key).underway if one.handler_key]
    assert [one.incidents for one in held] == [[]]
    engine.fail(failing, retries=0)
    (held_now,) = (one for one in engine.undo_plan(key).underway if one.handler_key)
    assert [incident.element_id for incident in held_now.incidents] == [failing]
