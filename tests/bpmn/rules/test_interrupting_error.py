"""The rule `interrupting-error`: a catch of errors that lets the activity go on is refused."""

import pytest

from counterflow.bpmn.rules.interrupting_error import RULE
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    end,
    event_sub_process,
    model,
    path,
    refused,
    service,
    start,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"), end("failed"))


@pytest.mark.parametrize(
    "value, expected", [(None, []), ("true", []), ("1", []), ("false", ["caught"]), ("0", ["caught"])]
)
def test_boundary_events(value: str | None, expected: list[str]) -> None:
    caught = (boundary("caught", "a", catch_error("A"), cancelActivity=value), path("caught", "failed"))
    assert refused(model(*MAIN, *caught), RULE) == expected


@pytest.mark.parametrize("value, expected", [(None, []), ("true", []), ("false", ["in"])])
def test_event_sub_processes(value: str | None, expected: list[str]) -> None:
    esp = event_sub_process(
        "esp", start("in", catch_error("A"), isInterrupting=value), end("out"), path("in", "out")
    )
    assert refused(model(*MAIN, esp), RULE) == expected
