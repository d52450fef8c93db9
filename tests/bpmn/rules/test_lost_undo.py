"""The rule `lost-undo`: an interrupted sub-process takes its undo with it."""

import pytest

from counterflow.bpmn.rules.lost_undo import RULE
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    event_sub_process,
    extensions,
    handler,
    model,
    path,
    refused,
    service,
    start,
    sub_process,
    timer,
    undo,
    warned,
)

PLAIN = (start("in"), service("hotel"), end("out"), path("in", "hotel", "out"))
UNDO = (undo("hotel", by="cancel"), handler("cancel"))
WHOLE = (event_sub_process("esp", start("esp_in", compensate()), end("esp_out"), path("esp_in", "esp_out")),)
NESTED = (
    start("outer_in"),
    sub_process("nested", *PLAIN, *UNDO),
    end("outer_out"),
    path("outer_in", "nested", "outer_out"),
)


def around(*inside: str) -> bytes:
    caught = (boundary("caught", "sub", catch_error("A")), end("failed"), path("caught", "failed"))
    return model(start(), sub_process("sub", *inside), end(), path("start", "sub", "end"), *caught)


@pytest.mark.parametrize(
    "inside, expected",
    [(PLAIN, []), (PLAIN + UNDO, ["caught"]), (PLAIN + WHOLE, ["caught"]), (NESTED, ["caught"])],
)
def test_undo_inside_an_interruptible_sub_process_is_told(
    inside: tuple[str, ...], expected: list[str]
) -> None:
    assert warned(around(*inside), RULE) == expected
    assert refused(around(*inside), RULE) == []


@pytest.mark.parametrize("definition", [catch_error("A"), timer(), catch_message("order")])
@pytest.mark.parametrize("cancels, expected", [(None, ["caught"]), ("true", ["caught"]), ("false", [])])
def test_what_lets_the_sub_process_go_on_loses_nothing(
    definition: str, cancels: str | None, expected: list[str]
) -> None:
    caught = (
        boundary("caught", "sub", definition, cancelActivity=cancels),
        end("failed"),
        path("caught", "failed"),
    )
    content = model(start(), sub_process("sub", *PLAIN, *UNDO), end(), path("start", "sub", "end"), *caught)
    assert warned(content, RULE) == expected


def test_without_boundary_event_there_is_nothing_to_lose() -> None:
    content = model(start(), sub_process("sub", *PLAIN, *UNDO), end(), path("start", "sub", "end"))
    assert warned(content, RULE) == []


def looped(dialect: str, *more: str) -> bytes:
    """A task with a handler, done for each item, which a timer may interrupt."""
    if dialect == "camunda":
        mark = element("multiInstanceLoopCharacteristics", camunda__collection="items")
        task = element("serviceTask", mark, id="hotel", camunda__type="external", camunda__topic="hotel")
        cancel = element(
            "serviceTask",
            id="cancel",
            isForCompensation="true",
            camunda__type="external",
            camunda__topic="cancel",
        )
    else:
        mark = element(
            "multiInstanceLoopCharacteristics",
            extensions(element("zeebe:loopCharacteristics", inputCollection="= items")),
        )
        task = element(
            "serviceTask", extensions(element("zeebe:taskDefinition", type="hotel")), mark, id="hotel"
        )
        cancel = handler("cancel")
    late = (boundary("caught", "hotel", timer()), end("late"), path("caught", "late"))
    return model(
        start(), task, undo("hotel", by="cancel"), cancel, end(), path("start", "hotel", "end"), *late
    )


@pytest.mark.parametrize("dialect, expected", [("camunda", ["caught"]), ("zeebe", [])])
def test_instances_that_are_undone_one_by_one_are_lost_too(dialect: str, expected: list[str]) -> None:
    """In a zeebe: model the activity is undone as a whole, which it is not while it can be interrupted."""
    assert warned(looped(dialect), RULE) == expected
