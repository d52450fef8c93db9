"""The rule `scope-border`: flows and boundary events stay in their scope."""

from counterflow.bpmn.rules.scope_border import RULE
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    definitions,
    end,
    flow,
    model,
    path,
    process,
    refused,
    service,
    start,
    sub_process,
)

SUB = sub_process("sub", start("in"), service("inner"), end("out"), path("in", "inner", "out"))
MAIN = (start(), SUB, end(), path("start", "sub", "end"))


def test_flows_inside_one_scope_are_accepted() -> None:
    assert refused(model(*MAIN), RULE) == []


def test_a_flow_into_or_out_of_a_sub_process_is_refused() -> None:
    assert refused(model(*MAIN, flow("start", "inner"), flow("inner", "end")), RULE) == [
        "start_inner",
        "inner_end",
    ]


def test_a_flow_between_processes_is_refused() -> None:
    first = process(start("s1"), end("e1"), path("s1", "e1"), flow("s1", "e2"), process_id="first")
    second = process(start("s2"), end("e2"), path("s2", "e2"), process_id="second")
    assert refused(definitions(first, second), RULE) == ["s1_e2"]


def test_a_boundary_event_drawn_apart_from_its_activity_is_refused() -> None:
    caught = (boundary("caught", "inner", catch_error()), end("failed"), path("caught", "failed"))
    assert refused(model(*MAIN, *caught), RULE) == ["caught"]
