"""By what something was terminated, as a person is told."""

from __future__ import annotations

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import ProcessInstance
from counterflow.queries.instances import process_instance
from counterflow.queries.shapes import ElementInstance, Termination
from counterflow.testing import Engine
from tests.cli.models import CALLING, PAYMENT, REMINDED
from tests.queries.models import GUARDED, PAID, TRIP, engine_with, flows, process, task

TERMINATED = process(
    "terminated",
    '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="split"/>'
    + task("left")
    + task("right")
    + '<bpmn:endEvent id="plain"/><bpmn:endEvent id="stop" name="Stop all"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    + '<bpmn:parallelGateway id="again"/>'
    + flows("start", "split", "left", "again", "plain")
    + flows("again", "stop")
    + flows("split", "right"),
)
"""A branch ends plainly, another one stops everything."""

TAKEN_OVER = process(
    "taken-over",
    '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="split"/>'
    '<bpmn:callActivity id="first"><bpmn:extensionElements><zeebe:calledElement processId="payment"/></bpmn:extensionElements>'
    "</bpmn:callActivity>"
    + task("second")
    + flows("start", "split", "first")
    + flows("split", "second")
    + '<bpmn:subProcess id="late" triggeredByEvent="true"><bpmn:startEvent id="too-late" name="Too late"><bpmn:timerEventDefinition>'
    '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT10S</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>'
    '<bpmn:endEvent id="over"/>' + flows("too-late", "over") + "</bpmn:subProcess>",
)
"""An event sub-process takes over a process with a call and a task under way."""

FIRST_COUNTS = process(
    "first-counts",
    '<bpmn:startEvent id="start"/>'
    + task("ask").replace(
        "</bpmn:serviceTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="= people"/></bpmn:extensionElements>'
        '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">= true</bpmn:completionCondition>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>",
    )
    + '<bpmn:endEvent id="end"/>'
    + flows("start", "ask", "end"),
)
"""Whoever answers first answers for all."""


def terminations(engine: Engine, key: int) -> dict[str, list[Termination]]:
    """What has swept away what, by element."""
    found: dict[str, list[Termination]] = {}

    def gather(element: ElementInstance) -> None:
        if element.termination is not None:
            assert element.state == "terminated"
            found.setdefault(element.element_id, []).append(element.termination)
        for child in element.children:
            gather(child)

    gather(process_instance(engine.store, key).root)
    return found


def test_a_caller() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.cancel(key)
    assert terminations(engine, key) == {
        "trip": [Termination("command", command="CancelProcessInstance")],
        "book-hotel": [Termination("scope")],
    }


def test_a_caller_of_an_instance_that_was_set_aside() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.run(QuarantineInstance(process_instance_key=key, reason="a broken rule"))
    engine.cancel(key)
    assert terminations(engine, key)["trip"] == [Termination("command", command="CancelProcessInstance")]
    assert terminations(engine, key)["book-hotel"] == [Termination("scope")]


def test_a_timer_on_the_border() -> None:
    engine = engine_with(REMINDED)
    key = engine.start("reminded", {"order": "o-1"})
    engine.advance(days=1)
    assert terminations(engine, key) == {"paid": [Termination("event", "too-late")]}


def test_an_error_that_was_caught() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve")
    engine.throw_error("charge", "REFUSED", "no money")
    assert terminations(engine, key) == {
        "inside": [
            Termination("event", "refused", "Card refused", error_code="REFUSED", error_message="no money")
        ],
        "charge": [Termination("scope")],
    }


def test_a_terminate_end_event_after_a_plain_one() -> None:
    engine = engine_with(TERMINATED)
    key = engine.start("terminated")
    engine.complete("left")
    assert terminations(engine, key) == {"right": [Termination("terminate_end_event", "stop", "Stop all")]}


def test_an_event_that_takes_over_while_calls_are_under_way() -> None:
    engine = engine_with(PAYMENT, TAKEN_OVER)
    key = engine.start("taken-over")
    child = engine.store.scan(ProcessInstance, {"bpmn_process_id": "payment"})[0].key
    engine.advance(seconds=10)
    by_timer = Termination("event", "too-late", "Too late")
    assert terminations(engine, key) == {"first": [by_timer], "second": [by_timer]}
    assert terminations(engine, child) == {
        "payment": [Termination("caller")],
        "charge": [Termination("scope")],
    }


def test_the_end_of_a_caller() -> None:
    engine = engine_with(PAYMENT, CALLING)
    key = engine.start("calling")
    child = engine.store.scan(ProcessInstance, {"bpmn_process_id": "payment"})[0].key
    engine.cancel(key)
    assert terminations(engine, child)["payment"] == [Termination("caller")]


def test_a_completion_condition() -> None:
    engine = engine_with(FIRST_COUNTS)
    key = engine.start("first-counts", {"people": [1, 2, 3]})
    engine.complete("ask")
    assert terminations(engine, key) == {"ask": [Termination("completion_condition")] * 2}


def test_what_only_goes_on_has_no_termination() -> None:
    engine = engine_with(REMINDED)
    key = engine.start("reminded", {"order": "o-1"})
    engine.advance(seconds=10)
    engine.publish("paid", "o-1")
    assert terminations(engine, key) == {}
