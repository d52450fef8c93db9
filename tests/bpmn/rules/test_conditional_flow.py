"""The rule `conditional-flow`: a condition stands where somebody asks it."""

import pytest

from counterflow.bpmn.rules.conditional_flow import RULE
from tests.bpmn.diagram import catch, end, flow, gateway, model, path, refused, service, start, timer, warned


def test_a_condition_on_a_flow_that_leaves_an_activity_is_accepted() -> None:
    content = model(start(), service("a"), end(), path("start", "a"), flow("a", "end", "= ready"))
    assert refused(content, RULE) == []


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([start(), service("a"), flow("start", "a", "= x")], ["start_a"]),
        (
            [
                start(),
                gateway(kind="parallel"),
                end(),
                path("start", "gateway"),
                flow("gateway", "end", "= x"),
            ],
            ["gateway_end"],
        ),
        (
            [
                start(),
                gateway(kind="eventBased"),
                catch("c", timer()),
                path("start", "gateway"),
                flow("gateway", "c", "= x"),
            ],
            ["gateway_c"],
        ),
        ([start(), catch("c", timer()), end(), path("start", "c"), flow("c", "end", "= x")], ["c_end"]),
    ],
)
def test_a_condition_that_nobody_asks_is_refused(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*inside), RULE) == expected


def test_the_condition_of_a_default_flow_is_told() -> None:
    ways = (flow("gateway", "a", "= x"), flow("gateway", "b", "= y"))
    content = model(
        start(), gateway(default="gateway_b"), end("a"), end("b"), path("start", "gateway"), *ways
    )
    assert warned(content, RULE) == ["gateway_b"]
    assert refused(content, RULE) == []


@pytest.mark.parametrize("mark", ["true", None])
def test_in_camunda_7_and_in_a_model_of_nobody_a_start_event_asks(mark: str | None) -> None:
    content = model(start(camunda__asyncBefore=mark), end(), flow("start", "end", "${x}"))
    assert refused(content, RULE) == []
