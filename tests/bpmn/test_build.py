"""The frozen graph: every field of a node, from the smallest drawing that has it."""

import pytest

from counterflow.feel import Expression
from counterflow.model.events import (
    CompensateDefinition,
    CompensationOrder,
    ErrorDefinition,
    EventDefinition,
    TerminateDefinition,
)
from counterflow.model.graph import Behaviour, Compensation, Node
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    compensate,
    element,
    end,
    event_sub_process,
    extensions,
    flow,
    gateway,
    handler,
    model,
    node,
    only_process,
    path,
    reading,
    service,
    start,
    sub_process,
    throw,
    undo,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))


def around(task: str, *more: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"), *more)


def test_the_process_is_the_outermost_scope() -> None:
    process = only_process(model(*MAIN, name="Order"))
    assert process.root == Node(
        id="process",
        type="process",
        behaviour=Behaviour.PROCESS,
        parent="",
        name="Order",
        line=2,
        start_event="start",
        children=("start", "a", "end"),
    )
    assert list(process.nodes) == ["process", "start", "a", "end"]


@pytest.mark.parametrize(
    "task, behaviour",
    [
        (element("task", id="a"), Behaviour.PASS_THROUGH),
        (element("manualTask", id="a"), Behaviour.PASS_THROUGH),
        (element("userTask", id="a"), Behaviour.USER_TASK),
        (service("a"), Behaviour.JOB_TASK),
        (
            element(
                "scriptTask",
                extensions(element("zeebe:script", expression="= 1", resultVariable="x")),
                id="a",
            ),
            Behaviour.SCRIPT_TASK,
        ),
        (gateway("a"), Behaviour.EXCLUSIVE_GATEWAY),
        (gateway("a", kind="parallel"), Behaviour.PARALLEL_GATEWAY),
        (throw("a"), Behaviour.THROW_EVENT),
        (sub_process("a", start("in"), end("out"), path("in", "out")), Behaviour.SUB_PROCESS),
    ],
)
def test_behaviours(task: str, behaviour: Behaviour) -> None:
    assert node(around(task), "a").behaviour is behaviour


def test_both_ends_share_a_flow() -> None:
    process = only_process(model(*MAIN))
    (way,) = process.nodes["start"].outgoing
    assert process.nodes["a"].incoming[0] is way
    assert (way.id, way.source, way.target, way.condition, way.line) == ("start_a", "start", "a", None, 6)


def test_flows_are_told_by_the_flows_alone() -> None:
    """`<incoming>` and `<outgoing>` repeat what sequence flows say, and many tools leave them out."""
    told_twice = service("a").replace(
        "</serviceTask>", "<incoming>start_a</incoming><outgoing>gone</outgoing></serviceTask>"
    )
    assert [way.id for way in node(around(told_twice), "a").outgoing] == ["a_end"]


def test_conditions_and_default_flow() -> None:
    ways = (flow("g", "one", "= x > 1"), flow("g", "two"))
    content = model(start(), gateway("g", default="g_two"), end("one"), end("two"), path("start", "g"), *ways)
    fork = node(content, "g")
    assert fork.default_flow == "g_two"
    assert [way.condition.text if way.condition else None for way in fork.outgoing] == ["x > 1", None]


def test_a_sub_process_holds_its_elements() -> None:
    caught = event_sub_process(
        "esp", start("esp_in", catch_error("A")), end("esp_out"), path("esp_in", "esp_out")
    )
    process = only_process(
        around(sub_process("a", start("in"), service("b"), end("out"), path("in", "b", "out"), caught))
    )
    sub, esp = process.nodes["a"], process.nodes["esp"]
    assert (sub.start_event, sub.children, sub.event_sub_processes) == (
        "in",
        ("in", "b", "out", "esp"),
        ("esp",),
    )
    assert (esp.parent, esp.start_event, esp.children) == ("a", "esp_in", ("esp_in", "esp_out"))


def test_a_compensation_event_sub_process_waits_for_nothing_while_its_scope_is_active() -> None:
    undoing = event_sub_process(
        "esp", start("esp_in", compensate()), end("esp_out"), path("esp_in", "esp_out")
    )
    sub = node(around(sub_process("a", start("in"), end("out"), path("in", "out"), undoing)), "a")
    assert (sub.event_sub_processes, sub.compensation_event_sub_process) == ((), "esp")


def test_boundary_events_are_apart_from_compensation() -> None:
    caught = (boundary("caught", "a", catch_error("A")), end("failed"), path("caught", "failed"))
    undone = (throw("undone", compensate()), path("caught", "undone", "failed"))
    process = only_process(around(service("a"), *caught[:2], *undone, undo("a", by="b"), handler("b")))
    task, event = process.nodes["a"], process.nodes["caught"]
    assert (task.boundary_events, task.compensation) == (("caught",), Compensation("undo_a", "b"))
    assert (event.attached_to, event.interrupting) == ("a", True)
    assert (process.nodes["b"].is_for_compensation, task.is_for_compensation) == (True, False)
    assert process.nodes["undo_a"].event == CompensateDefinition()


@pytest.mark.parametrize(
    "definition, expected",
    [
        (element("terminateEventDefinition"), TerminateDefinition()),
        (catch_error("A"), ErrorDefinition("A")),
        ("", None),
    ],
)
def test_end_events(definition: str, expected: EventDefinition | None) -> None:
    content = model(start(), end("end", definition), path("start", "end"))
    assert node(content, "end").event == expected


@pytest.mark.parametrize("code", ["A", None])
def test_an_error_is_caught_by_code_or_whatever_it_is(code: str | None) -> None:
    caught = (boundary("caught", "a", catch_error(code)), end("failed"), path("caught", "failed"))
    assert node(around(service("a"), *caught), "caught").event == ErrorDefinition(code)


def test_a_code_that_is_thrown_may_be_an_expression() -> None:
    content = model(start(), end("end", catch_error("A")), path("start", "end")).replace(
        b'errorCode="A"', b'errorCode="= code"'
    )
    definition = node(content, "end").event
    assert isinstance(definition, ErrorDefinition)
    assert isinstance(definition.code, Expression)
    assert definition.code.evaluate({"code": "LATE"}).value == "LATE"


@pytest.mark.parametrize("code", [b"", b'errorCode=""', b'errorCode=" "'])
def test_an_error_without_code_is_any_error(code: bytes) -> None:
    caught = (boundary("caught", "a", catch_error("A")), end("failed"), path("caught", "failed"))
    content = around(service("a"), *caught).replace(b'errorCode="A"', code)
    assert node(content, "caught").event == ErrorDefinition(None)


def test_a_throw_names_what_to_undo() -> None:
    content = model(
        start(),
        service("a"),
        throw("throw", compensate(activityRef="a")),
        end(),
        path("start", "a", "throw", "end"),
        undo("a", by="b"),
        handler("b"),
    )
    assert node(content, "throw").event == CompensateDefinition("a")


def test_a_refused_model_builds_nothing() -> None:
    assert reading(model(start(), end())).processes != ()
    assert reading(model(start("one"), start("two"), end())).processes == ()


@pytest.mark.parametrize("order", list(CompensationOrder))
def test_the_order_of_compensation_is_the_events_or_the_processs(order: CompensationOrder) -> None:
    throwing = throw("throw", compensate(counterflow__compensationOrder=order))
    inside = (
        start(),
        service("a"),
        throwing,
        end(),
        path("start", "a", "throw", "end"),
        undo("a", by="b"),
        handler("b"),
    )
    assert node(model(*inside), "throw").event == CompensateDefinition(None, order)
    assert only_process(model(*inside, counterflow__compensationOrder=order)).root.compensation_order is order
    assert only_process(model(*inside)).root.compensation_order is None
