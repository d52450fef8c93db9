"""Our own extensions: an attribute says it best, a property says it where an editor offers nothing else."""

import pytest

from counterflow.model.events import CompensateDefinition, CompensationOrder
from counterflow.model.graph import Compensation, JobDefinition
from tests.bpmn.diagram import (
    compensate,
    element,
    end,
    extensions,
    handler,
    model,
    node,
    path,
    service,
    start,
    throw,
    undo,
)

BOOKED = (start(), service("a"), end("end", compensate()), undo("a", by="b"))


def zeebe_property(name: str, value: str) -> str:
    return extensions(element("zeebe:properties", element("zeebe:property", name=name, value=value)))


def order_of(
    *inside: str, definition: str | None = None, event: str | None = None
) -> CompensationOrder | None:
    throwing = throw(
        "throw",
        *inside,
        compensate(counterflow__compensationOrder=definition),
        counterflow__compensationOrder=event,
    )
    thrown = node(model(*BOOKED, handler("b"), throwing, path("start", "a", "throw", "end")), "throw").event
    assert isinstance(thrown, CompensateDefinition)
    return thrown.order


@pytest.mark.parametrize(
    "definition, event, written_property, expected",
    [
        (None, None, None, None),
        ("parallel", None, None, CompensationOrder.PARALLEL),
        (None, "parallel", None, CompensationOrder.PARALLEL),
        (None, None, "parallel", CompensationOrder.PARALLEL),
        ("mirror", "parallel", "sequential", CompensationOrder.MIRROR),
        (None, "parallel", "sequential", CompensationOrder.PARALLEL),
    ],
)
def test_the_nearest_word_counts(
    definition: str | None,
    event: str | None,
    written_property: str | None,
    expected: CompensationOrder | None,
) -> None:
    inside = (
        []
        if written_property is None
        else [zeebe_property("counterflow:compensationOrder", written_property)]
    )
    assert order_of(*inside, definition=definition, event=event) is expected


@pytest.mark.parametrize(
    "undoing",
    [
        handler("b", counterflow__compensatedResult="booking"),
        element(
            "serviceTask",
            extensions(
                element("zeebe:taskDefinition", type="work"),
                element(
                    "zeebe:properties",
                    element("zeebe:property", name="counterflow:compensatedResult", value="booking"),
                ),
            ),
            id="b",
            isForCompensation="true",
        ),
    ],
)
def test_a_handler_asks_for_the_result_of_what_it_undoes(undoing: str) -> None:
    content = model(*BOOKED, undoing, path("start", "a", "end"))
    assert node(content, "a").compensation == Compensation("undo_a", "b", "booking")


def test_or_its_boundary_event_does() -> None:
    content = model(*BOOKED, handler("b"), path("start", "a", "end"))
    asked = content.replace(b'id="undo_a"', b'id="undo_a" counterflow:compensatedResult="booking"')
    assert node(asked, "a").compensation == Compensation("undo_a", "b", "booking")


def test_camunda_properties_say_it_too_and_are_no_headers() -> None:
    inside = extensions(
        element(
            "camunda:properties",
            element("camunda:property", name="counterflow:compensatedResult", value="booking"),
        )
    )
    external = {"camunda__type": "external", "camunda__topic": "work"}
    tasks = (
        element("serviceTask", id="a", **external),
        element("serviceTask", inside, id="b", isForCompensation="true", **external),
    )
    content = model(start(), *tasks, end("end", compensate()), path("start", "a", "end"), undo("a", by="b"))
    assert node(content, "a").compensation == Compensation("undo_a", "b", "booking")
    job = node(content, "b").work
    assert isinstance(job, JobDefinition)
    assert job.headers == b"{}"
