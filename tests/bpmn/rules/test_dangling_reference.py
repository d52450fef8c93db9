"""The rule `dangling-reference`: every reference names something that exists."""

import pytest

from counterflow.bpmn.rules.dangling_reference import RULE
from counterflow.model.events import ErrorDefinition
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    flow,
    gateway,
    handler,
    model,
    path,
    reading,
    receive,
    refused,
    service,
    start,
    undo,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))


def association(first: str, second: str) -> str:
    return element("association", id="association", sourceRef=first, targetRef=second)


@pytest.mark.parametrize(
    "inside",
    [
        [undo("a", by="undoer"), handler("undoer")],
        [boundary("caught", "a", catch_error("A")), end("failed"), path("caught", "failed")],
        [element("textAnnotation", id="note"), association("a", "note")],
        [
            undo("a", by="undoer"),
            handler("undoer"),
            element("textAnnotation", id="note"),
            association("undo_a", "note"),
        ],
    ],
)
def test_references_that_hold_are_accepted(inside: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == []


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([flow("a", "nowhere")], ["a_nowhere"]),
        ([flow("nowhere", "a")], ["nowhere_a"]),
        ([element("sequenceFlow", id="loose")], ["loose", "loose"]),
        ([flow("a", "process")], ["a_process"]),
        ([gateway(default="gone"), path("start", "gateway", "end")], ["gateway"]),
        ([gateway(default="start_a"), path("start", "gateway", "end")], ["gateway"]),
        ([boundary("caught", "gone", catch_error())], ["caught"]),
        ([boundary("caught", "a", element("errorEventDefinition", errorRef="gone"))], ["caught"]),
        ([boundary("caught", "a", catch_message("gone"))], ["caught"]),
        ([receive("asked", "gone")], ["asked"]),
        ([boundary("undo_a", "a", compensate()), association("undo_a", "gone")], ["association"]),
    ],
)
def test_references_to_nothing_are_refused(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == expected


def test_the_remedy_names_what_exists() -> None:
    content = model(*MAIN, boundary("caught", "a", element("errorEventDefinition", errorRef="gone")))
    (finding,) = [finding for finding in reading(content).findings if finding.rule == RULE]
    assert "'error_A', 'error_B'" in finding.remedy


def test_where_there_is_nothing_to_name_the_remedy_says_what_else_to_do() -> None:
    content = model(*MAIN, gateway(default="gone"), path("start", "gateway"))
    (finding,) = [finding for finding in reading(content).findings if finding.rule == RULE]
    assert finding.remedy == "Remove the attribute; there is none to name."


def test_in_camunda_7_an_error_that_is_not_there_is_the_code_itself() -> None:
    work = element("task", id="a", camunda__asyncBefore="true")
    lost = element(
        "boundaryEvent", element("errorEventDefinition", errorRef="LOST"), id="b", attachedToRef="a"
    )
    content = model(start(), work, end(), lost, path("start", "a", "end"))
    assert refused(content, RULE) == []
    event = reading(content).processes[0].nodes["b"].event
    assert isinstance(event, ErrorDefinition)
    assert event.code == "LOST"
