"""The rule `boundary-event`: on an activity, and nothing flows in."""

import pytest

from counterflow.bpmn.rules.boundary_event import RULE
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    end,
    event_sub_process,
    flow,
    gateway,
    model,
    path,
    refused,
    service,
    start,
    warned,
)

MAIN = (start(), service("a"), gateway("g"), end(), path("start", "a", "g", "end"), end("failed"))
ESP = event_sub_process("esp", start("in", catch_error("B")), end("out"), path("in", "out"))


def test_an_error_boundary_event_on_a_task_is_accepted() -> None:
    assert refused(model(*MAIN, boundary("caught", "a", catch_error()), path("caught", "failed")), RULE) == []


@pytest.mark.parametrize("place", ["g", "start", "end", "esp", "process"])
def test_a_boundary_event_on_anything_but_an_activity_is_refused(place: str) -> None:
    assert refused(
        model(*MAIN, ESP, boundary("caught", place, catch_error()), path("caught", "failed")), RULE
    ) == ["caught"]


@pytest.mark.parametrize("place", ["g", "start"])
def test_what_is_refused_is_not_told_to_be_idle_as_well(place: str) -> None:
    assert (
        warned(model(*MAIN, boundary("caught", place, catch_error()), path("caught", "failed")), "idle-catch")
        == []
    )


def test_a_flow_into_a_boundary_event_is_refused() -> None:
    caught = (boundary("caught", "a", catch_error()), path("caught", "failed"), flow("g", "caught"))
    assert refused(model(*MAIN, *caught), RULE) == ["g_caught"]
