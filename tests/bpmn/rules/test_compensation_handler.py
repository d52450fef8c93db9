"""The rule `compensation-handler`: outside the flow, and led to."""

import pytest

from counterflow.bpmn.rules.compensation_handler import RULE
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    compensate,
    element,
    end,
    extensions,
    flow,
    handler,
    model,
    path,
    reading,
    receive,
    refused,
    service,
    start,
    sub_process,
    undo,
    warned,
)

EACH = element(
    "multiInstanceLoopCharacteristics",
    extensions(element("zeebe:loopCharacteristics", inputCollection="= items")),
)
MAIN = (start(), service("a"), end(), path("start", "a", "end"))


def test_a_handler_that_is_led_to_is_accepted() -> None:
    assert refused(model(*MAIN, undo("a", by="b"), handler("b")), RULE) == []


def test_a_handler_that_nothing_leads_to_is_refused_once() -> None:
    content = model(*MAIN, handler("b"))
    assert refused(content, RULE) == ["b"]
    assert warned(content, "unreachable") == []


def test_flows_to_and_from_a_handler_are_refused() -> None:
    inside = (undo("a", by="b"), handler("b"), flow("a", "b"), flow("b", "end"))
    assert refused(model(*MAIN, *inside), RULE) == ["a_b", "b_end"]


def test_an_event_on_the_border_of_a_handler_is_refused() -> None:
    content = model(*MAIN, undo("a", by="b"), handler("b"), boundary("failed", "b", catch_error()))
    assert refused(content, RULE) == ["failed"]


@pytest.mark.parametrize(
    "it",
    [
        receive("b", isForCompensation="true"),
        element(
            "callActivity",
            extensions(element("zeebe:calledElement", processId="refund")),
            id="b",
            isForCompensation="true",
        ),
        element("task", EACH, id="b", isForCompensation="true"),
        sub_process("b", EACH, start("in"), end("out"), path("in", "out"), isForCompensation="true"),
    ],
)
def test_any_activity_may_undo(it: str) -> None:
    undone = (start(), service("a"), end("end", compensate()), path("start", "a", "end"))
    assert reading(model(*undone, undo("a", by="b"), it)).findings == ()
