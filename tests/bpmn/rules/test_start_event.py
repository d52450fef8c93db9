"""The rule `start-event`: a scope begins at one none start event."""

import pytest

from counterflow.bpmn.rules.start_event import RULE
from tests.bpmn.diagram import (
    catch_error,
    catch_message,
    element,
    end,
    event_sub_process,
    model,
    path,
    refused,
    start,
    sub_process,
    timer,
)

INNER = (start("in"), end("out"), path("in", "out"))


@pytest.mark.parametrize(
    "inside",
    [
        [start(), end(), path("start", "end")],
        [start(), sub_process("sub", *INNER), path("start", "sub")],
        [
            start(),
            end(),
            path("start", "end"),
            event_sub_process("esp", start("in", catch_error()), end("out"), path("in", "out")),
        ],
    ],
)
def test_one_none_start_event_per_scope_is_accepted(inside: list[str]) -> None:
    assert refused(model(*inside), RULE) == []


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([end()], ["process"]),
        ([start("one"), start("two"), end(), path("one", "end"), path("two", "end")], ["two"]),
        ([start("one"), start("two"), start("three")], ["two", "three"]),
        ([start("waits", catch_error()), end(), path("waits", "end")], ["waits"]),
        ([start(), sub_process("sub", end("out")), path("start", "sub")], ["sub"]),
        ([start(), sub_process("sub", start("a"), start("b")), path("start", "sub")], ["b"]),
    ],
)
def test_none_two_or_waiting_start_events_are_refused(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*inside), RULE) == expected


def test_a_start_event_that_is_not_executed_yet_is_not_told_twice() -> None:
    signal = start("told", element("signalEventDefinition"))
    assert refused(model(signal, end(), path("told", "end")), RULE) == []


DAILY = start("daily", timer("timeCycle", "R/P1D"))
ORDERED = start("ordered", catch_message("order"))
WAITING = (DAILY, ORDERED, end(), path("daily", "end"), path("ordered", "end"))


@pytest.mark.parametrize("inside", [[*WAITING], [*WAITING, start(), path("start", "end")]])
def test_a_process_may_begin_at_timers_and_messages(inside: list[str]) -> None:
    assert refused(model(*inside), RULE) == []


@pytest.mark.parametrize("waiting", [DAILY, ORDERED])
def test_an_embedded_sub_process_may_not(waiting: str) -> None:
    (event_id,) = {"daily", "ordered"} & set(waiting.split('"'))
    sub = sub_process("sub", waiting, *INNER, path(event_id, "out"))
    assert refused(model(start(), sub, path("start", "sub")), RULE) == [event_id]
