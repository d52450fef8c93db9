"""The rule `compensation-extensions`: our own attributes are understood, and stand where they are heard."""

import pytest

from counterflow.bpmn.rules.compensation_extensions import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import (
    compensate,
    element,
    end,
    extensions,
    handler,
    model,
    path,
    refused,
    service,
    start,
    throw,
    told,
    undo,
)

BOOKED = (service("hotel"), undo("hotel", by="cancel"))


def thrown(
    *inside: str,
    event: dict[str, str] | None = None,
    definition: dict[str, str] | None = None,
    order: str | None = None,
) -> bytes:
    throwing = throw("throw", *inside, compensate(**(definition or {})), **(event or {}))
    return model(
        start(),
        *BOOKED,
        handler("cancel"),
        throwing,
        end(),
        path("start", "hotel", "throw", "end"),
        counterflow__compensationOrder=order,
    )


def properties(name: str, value: str) -> str:
    return extensions(element("zeebe:properties", element("zeebe:property", name=name, value=value)))


@pytest.mark.parametrize("order", ["mirror", "parallel", "sequential"])
def test_orders_are_heard_on_event_definition_and_process(order: str) -> None:
    name = {"counterflow__compensationOrder": order}
    for content in (
        thrown(event=name),
        thrown(definition=name),
        thrown(order=order),
        thrown(properties("counterflow:compensationOrder", order)),
    ):
        assert refused(content, RULE) == []


def test_an_unknown_order_is_refused_with_the_candidates() -> None:
    (finding,) = told(thrown(event={"counterflow__compensationOrder": "reverse"}), RULE, Severity.ERROR)
    assert "'mirror', 'parallel', 'sequential'" in finding.message
    assert "'reverse'" in finding.message


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([service("a", counterflow__compensationOrder="mirror")], ["a"]),
        ([service("a", counterflow__compensatedResult="booking")], ["a"]),
        ([service("a", counterflow__compensatedResults="booking")], ["a"]),
    ],
)
def test_extensions_that_nobody_hears_are_refused(inside: list[str], expected: list[str]) -> None:
    assert refused(model(start(), *inside, end(), path("start", "a", "end")), RULE) == expected


@pytest.mark.parametrize(
    "name, expected",
    [("booking", []), ("buchung_ü", []), ("", ["cancel"]), ("a.b", ["cancel"]), ("1a", ["cancel"])],
)
def test_a_compensated_result_is_the_name_of_a_variable(name: str, expected: list[str]) -> None:
    undoing = handler("cancel", counterflow__compensatedResult=name)
    content = model(start(), *BOOKED, undoing, end(), path("start", "hotel", "end"))
    assert refused(content, RULE) == expected
