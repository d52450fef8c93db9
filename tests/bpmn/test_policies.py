"""What the dialects run differently is on the nodes: nobody has to ask whose model it was."""

from __future__ import annotations

import pytest

from tests.bpmn.diagram import (
    boundary,
    catch_error,
    catch_message,
    element,
    end,
    event_sub_process,
    extensions,
    model,
    node,
    path,
    service,
    start,
)
from tests.bpmn.loops import loop

ZEEBE_OUTPUT = extensions(element("zeebe:ioMapping", element("zeebe:output", source="= a", target="b")))
CAMUNDA_LOOP = element(
    "multiInstanceLoopCharacteristics", camunda__collection="items", camunda__elementVariable="item"
)


def external(*inside: str) -> str:
    return element("serviceTask", *inside, id="a", camunda__type="external", camunda__topic="work")


def with_event(task: str, definition: str, *inside: str) -> bytes:
    return model(
        start(),
        task,
        boundary("event", "a", *inside, definition),
        end(),
        path("start", "a", "end"),
        path("event", "end"),
    )


@pytest.mark.parametrize(
    "content, expected",
    [
        (with_event(service("a"), catch_message("order")), True),
        (with_event(service("a"), catch_message("order"), ZEEBE_OUTPUT), False),
        (with_event(service("a"), catch_error("A")), False),
        (with_event(external(), catch_error("A")), True),
    ],
    ids=["a message", "with a mapping", "an error of zeebe:", "an error of camunda:"],
)
def test_what_an_event_on_the_border_hands_out(content: bytes, expected: bool) -> None:
    assert node(content, "event").hands_out is expected
    assert not node(content, "a").hands_out


@pytest.mark.parametrize("task, expected", [(service("a"), False), (external(), True)])
def test_whether_inputs_see_the_event_of_their_event_sub_process(task: str, expected: bool) -> None:
    handling = event_sub_process("esp", start("in", catch_error("A")), end("out"), path("in", "out"))
    content = model(start(), task, end(), path("start", "a", "end"), handling)
    assert node(content, "esp").inputs_see_event is expected
    assert not node(content, "a").inputs_see_event


@pytest.mark.parametrize(
    "task, expected",
    [
        (service("a").replace("</serviceTask>", f"{loop()}</serviceTask>"), True),
        (external(CAMUNDA_LOOP), False),
    ],
    ids=["zeebe", "camunda"],
)
def test_whether_the_instances_of_a_loop_are_one(task: str, expected: bool) -> None:
    mark = node(model(start(), task, end(), path("start", "a", "end")), "a").multi_instance
    assert mark is not None
    assert (mark.is_undone_as_a_whole, mark.outputs_stay_inside) == (expected, expected)
