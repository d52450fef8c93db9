"""The rule `idle-catch`: what can never be triggered is told."""

import pytest

from counterflow.bpmn.rules.idle_catch import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    escalated,
    event_sub_process,
    extensions,
    flow,
    gateway,
    model,
    path,
    receive,
    service,
    start,
    sub_process,
    throw,
    timer,
    warned,
)

SCRIPT = element(
    "scriptTask", extensions(element("zeebe:script", expression="= 1", resultVariable="one")), id="a"
)
DECISION = element(
    "businessRuleTask",
    extensions(element("zeebe:calledDecision", decisionId="d", resultVariable="r")),
    id="a",
)
PASSED = (element("task", id="a"), element("manualTask", id="a"), SCRIPT, DECISION)
CALL = element("callActivity", extensions(element("zeebe:calledElement", processId="other")), id="a")
EACH = element(
    "multiInstanceLoopCharacteristics",
    extensions(element("zeebe:loopCharacteristics", inputCollection="= items")),
)


def sub(*inside: str, out: str = end("out")) -> str:
    """in → inner → out, and more."""
    return sub_process("a", start("in"), *inside, out)


def one(inner: str) -> str:
    return sub(inner, path("in", "inner", "out"))


def caught(task: str, definition: str) -> bytes:
    """start → task → end, and what is caught on its border."""
    return model(
        start(),
        task,
        end(),
        path("start", "a", "end"),
        boundary("b", "a", definition),
        end("later"),
        path("b", "later"),
    )


def caught_inside(definition: str, *inside: str) -> bytes:
    esp = event_sub_process(
        "esp", start("b", definition), service("mend"), end("later"), path("b", "mend", "later")
    )
    return model(start(), *inside, end(), path("start", "a", "end"), esp)


PASSING = (
    *PASSED,
    sub(path("in", "out")),
    *(one(task.replace('"a"', '"inner"')) for task in PASSED),
    sub(gateway("inner"), throw("told"), path("in", "inner", "told", "out")),
    sub_process("a", EACH, start("in"), end("out"), path("in", "out")),
)
WAITING = (
    service("a"),
    receive("a"),
    CALL,
    element("userTask", id="a"),
    one(service("inner")),
    one(catch("inner", timer())),
    one(receive("inner")),
    one(sub_process("inner", start("i"), service("s"), end("o"), path("i", "s", "o"))),
    sub(throw("inner", compensate()), path("in", "inner", "out")),
    # a join may lack a token
    sub(
        gateway("fork", kind="parallel"),
        gateway("join", kind="parallel"),
        path("in", "fork", "join", "out"),
        flow("fork", "join", id="f"),
    ),
)


@pytest.mark.parametrize("definition", [timer(), catch_message("order")])
@pytest.mark.parametrize("task", PASSING)
def test_what_is_caught_on_the_border_of_what_never_waits_is_told(task: str, definition: str) -> None:
    assert warned(caught(task, definition), RULE) == ["b"]
    assert warned(caught_inside(definition, task), RULE) == ["b"]


@pytest.mark.parametrize("definition", [timer(), catch_message("order")])
@pytest.mark.parametrize("task", WAITING)
def test_on_what_may_wait_it_is_not(task: str, definition: str) -> None:
    assert warned(caught(task, definition), RULE) == []
    assert warned(caught_inside(definition, task), RULE) == []


UNDOING = sub(throw("inner", compensate()), path("in", "inner", "out"))
"""A handler may throw, and does so in the scope of the throw."""
THROWN_A = sub(path("in", "out"), out=end("out", catch_error("A")))


@pytest.mark.parametrize(
    "task", [*PASSED, receive("a"), sub(path("in", "out")), one(catch("inner", timer()))]
)
@pytest.mark.parametrize("code", [None, "A"])
def test_an_error_that_nothing_can_throw_is_told(task: str, code: str | None) -> None:
    assert warned(caught(task, catch_error(code)), RULE) == ["b"]
    assert warned(caught_inside(catch_error(code), task), RULE) == ["b"]


@pytest.mark.parametrize(
    "task", [service("a"), CALL, element("userTask", id="a"), one(service("inner")), THROWN_A, UNDOING]
)
@pytest.mark.parametrize("code", [None, "A"])
def test_one_that_somebody_may_throw_is_not(task: str, code: str | None) -> None:
    assert warned(caught(task, catch_error(code)), RULE) == []
    assert warned(caught_inside(catch_error(code), task), RULE) == []


def test_one_with_another_code_is_told() -> None:
    assert warned(caught(THROWN_A, catch_error("B")), RULE) == ["b"]
    assert warned(caught_inside(catch_error("B"), THROWN_A), RULE) == ["b"]


def test_a_code_by_expression_may_be_any() -> None:
    assert (
        warned(caught(THROWN_A, catch_error("B")).replace(b'errorCode="A"', b'errorCode="= code"'), RULE)
        == []
    )


ESCALATES_A = sub(path("in", "tell", "out"), throw("tell", escalated("A")))


@pytest.mark.parametrize("task", [service("a"), receive("a"), one(service("inner")), THROWN_A])
@pytest.mark.parametrize("code", [None, "A"])
def test_an_escalation_comes_from_no_worker(task: str, code: str | None) -> None:
    assert warned(caught(task, escalated(code)), RULE) == ["b"]
    assert warned(caught_inside(escalated(code), task), RULE) == ["b"]


@pytest.mark.parametrize("task", [CALL, UNDOING, ESCALATES_A])
@pytest.mark.parametrize("code", [None, "A"])
def test_it_comes_from_events_calls_and_handlers(task: str, code: str | None) -> None:
    assert warned(caught(task, escalated(code)), RULE) == []
    assert warned(caught_inside(escalated(code), task), RULE) == []


def test_an_escalation_with_another_code_is_told() -> None:
    assert warned(caught(ESCALATES_A, escalated("B")), RULE) == ["b"]


def test_what_only_its_own_handler_throws_is_not_caught_by_it() -> None:
    esp = event_sub_process(
        "esp", start("b", catch_error("A")), end("again", catch_error("A")), path("b", "again")
    )
    assert warned(model(start(), element("task", id="a"), end(), path("start", "a", "end"), esp), RULE) == [
        "b"
    ]
