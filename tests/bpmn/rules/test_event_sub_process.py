"""The rule `event-sub-process`: one start event that waits, no flows around it, one undo per scope."""

import pytest

from counterflow.bpmn.rules.event_sub_process import RULE
from tests.bpmn.diagram import (
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    event_sub_process,
    flow,
    model,
    path,
    reading,
    refused,
    start,
    timer,
)

MAIN = (start(), end(), path("start", "end"))
INNER = (end("out"), path("in", "out"))


@pytest.mark.parametrize(
    "definition", [catch_error("A"), catch_error(), compensate(), timer(), catch_message("order")]
)
def test_an_event_sub_process_with_one_event_is_accepted(definition: str) -> None:
    assert refused(model(*MAIN, event_sub_process("esp", start("in", definition), *INNER)), RULE) == []


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([event_sub_process("esp", end("out"))], ["esp"]),
        ([event_sub_process("esp", start("in"), *INNER)], ["in"]),
        (
            [event_sub_process("esp", start("in", catch_error("A")), start("in2", catch_error("B")), *INNER)],
            ["esp"],
        ),
        ([event_sub_process("esp", start("in", catch_error()), *INNER), flow("start", "esp")], ["start_esp"]),
        ([event_sub_process("esp", start("in", catch_error()), *INNER), flow("esp", "end")], ["esp_end"]),
        ([event_sub_process("esp", start("in", catch_error()), *INNER, isForCompensation="true")], ["esp"]),
        (
            [
                event_sub_process("one", start("a", compensate())),
                event_sub_process("two", start("b", compensate())),
            ],
            ["two"],
        ),
    ],
)
def test_other_shapes_are_refused(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == expected


def test_one_that_undoes_may_be_marked_so() -> None:
    around = element(
        "subProcess",
        *(start("s"), end("e"), path("s", "e")),
        event_sub_process("esp", start("in", compensate()), *INNER, isForCompensation="true"),
        id="around",
    )
    result = reading(model(start(), around, end(), path("start", "around", "end")))
    assert not result.errors
    (process,) = result.processes
    assert not process.nodes["esp"].is_for_compensation
