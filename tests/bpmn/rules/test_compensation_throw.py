"""The rule `compensation-throw`: what it names can be undone from where it is."""

import pytest

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.read_outline import read_outline
from counterflow.bpmn.rules.compensation_throw import RULE, check
from counterflow.bpmn.xml import parse
from counterflow.documents.findings import Severity
from counterflow.model.graph import Dialect
from tests.bpmn.diagram import (
    catch_error,
    compensate,
    element,
    end,
    event_sub_process,
    handler,
    model,
    path,
    refused,
    service,
    start,
    sub_process,
    throw,
    told,
    undo,
    warned,
)
from tests.documents.work import work_of

BOOKED = (service("hotel"), undo("hotel", by="cancel_hotel"), handler("cancel_hotel"))
TRIP = sub_process("trip", start("in"), *BOOKED, end("out"), path("in", "hotel", "out"))
CAMUNDA = element("extensionElements", element("camunda:properties"))


def thrown(activity: str | None, *inside: str) -> bytes:
    """start → plain → trip (with hotel inside) → throw → end."""
    main = (start(), service("plain"), TRIP, throw("throw", compensate(activityRef=activity)), end())
    return model(*main, path("start", "plain", "trip", "throw", "end"), *inside)


@pytest.mark.parametrize("activity", [None, "trip"])
def test_all_or_one_of_the_scope_is_accepted(activity: str | None) -> None:
    assert refused(thrown(activity), RULE) == []


@pytest.mark.parametrize(
    "activity, reason",
    [
        ("gone", "which does not exist"),
        ("plain", "out of its reach or has no handler"),
        ("hotel", "out of its reach or has no handler"),
        ("cancel_hotel", "which is itself a handler"),
        ("end", "which is of type endEvent"),
    ],
)
def test_anything_else_is_refused_with_the_candidates(activity: str, reason: str) -> None:
    (finding,) = told(thrown(activity), RULE, Severity.ERROR)
    assert finding.element_id == "throw"
    assert reason in finding.message
    assert finding.remedy == "Name one of 'trip', or none to undo all of them."


def test_an_end_event_throws_as_well() -> None:
    ended = end("end", compensate(activityRef="plain"))
    assert refused(model(start(), service("plain"), ended, path("start", "plain", "end")), RULE) == ["end"]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_event_sub_processes_reach_the_scope_that_they_belong_to(depth: int) -> None:
    inside = throw("throw", compensate(activityRef="hotel"))
    inner = (inside, end("out0"), path("in0", "throw", "out0"))
    nested = event_sub_process("esp0", start("in0", catch_error("A")), *inner)
    for level in range(1, depth):
        around = (
            start(f"in{level}", catch_error("A")),
            end(f"out{level}"),
            path(f"in{level}", f"out{level}"),
        )
        nested = event_sub_process(f"esp{level}", *around, nested)
    assert refused(model(start(), *BOOKED, end(), path("start", "hotel", "end"), nested), RULE) == []


def test_an_embedded_sub_process_does_not_reach_its_parent() -> None:
    inner = (
        start("in"),
        throw("throw", compensate(activityRef="hotel")),
        end("out"),
        path("in", "throw", "out"),
    )
    content = model(start(), *BOOKED, sub_process("sub", *inner), end(), path("start", "hotel", "sub", "end"))
    assert refused(content, RULE) == ["throw"]


def test_a_compensation_event_sub_process_makes_its_scope_undoable() -> None:
    undoing = event_sub_process(
        "esp", start("esp_in", compensate()), end("esp_out"), path("esp_in", "esp_out")
    )
    sub = sub_process("sub", start("in"), end("out"), path("in", "out"), undoing)
    thrown_at = throw("throw", compensate(activityRef="sub"))
    assert refused(model(start(), sub, thrown_at, end(), path("start", "sub", "throw", "end")), RULE) == []


def test_a_throw_with_nothing_to_undo_is_told() -> None:
    content = model(
        start(), service("plain"), throw("throw", compensate()), end(), path("start", "plain", "throw", "end")
    )
    assert warned(content, RULE) == ["throw"]
    assert refused(content, RULE) == []


@pytest.mark.parametrize(
    "value, expected", [(None, []), ("true", []), ("false", ["throw"]), ("0", ["throw"])]
)
def test_not_to_wait_is_refused_in_zeebe_and_told_in_camunda(value: str | None, expected: list[str]) -> None:
    throwing = throw("throw", compensate(waitForCompletion=value))
    zeebe = model(start(), *BOOKED, throwing, end(), path("start", "hotel", "throw", "end"))
    external = {"camunda__type": "external", "camunda__topic": "work"}
    tasks = (
        element("serviceTask", id="hotel", **external),
        element("serviceTask", id="undoer", isForCompensation="true", **external),
    )
    camunda = model(
        start(), *tasks, undo("hotel", by="undoer"), throwing, end(), path("start", "hotel", "throw", "end")
    )
    assert refused(zeebe, RULE) == expected
    assert warned(camunda, RULE) == expected
    assert refused(camunda, RULE) == []


def test_a_scope_with_many_throws_is_looked_through_once() -> None:
    def drawn(throws: int) -> Outline:
        ids = [f"throw_{number}" for number in range(throws)]
        content = model(
            start(), *(throw(each, compensate()) for each in ids), end(), path("start", *ids, "end")
        )
        return read_outline(parse(content, "model.bpmn"), "model.bpmn", Dialect.ZEEBE)

    few, many = (work_of(list, check(drawn(throws))) for throws in (50, 100))
    assert many < 2.5 * few
