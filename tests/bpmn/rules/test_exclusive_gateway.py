"""The rule `exclusive-gateway`: every way out has a condition, or is the default."""

import pytest

from counterflow.bpmn.rules.exclusive_gateway import RULE
from tests.bpmn.diagram import end, flow, gateway, model, path, refused, start, warned

MAIN = (start(), end("a"), end("b"), path("start", "gateway"))


@pytest.mark.parametrize(
    "default, conditions, expected",
    [
        (None, ("= x", "= not(x)"), []),
        ("gateway_b", ("= x", None), []),
        ("gateway_b", ("= x", "= y"), []),
        (None, ("= x", None), ["gateway_b"]),
        (None, (None, None), ["gateway_a", "gateway_b"]),
        ("gateway_b", (None, None), ["gateway_a"]),
        (None, ("= x", "  "), ["gateway_b"]),
    ],
)
def test_two_ways_out(
    default: str | None, conditions: tuple[str | None, str | None], expected: list[str]
) -> None:
    ways = (flow("gateway", "a", conditions[0]), flow("gateway", "b", conditions[1]))
    assert refused(model(*MAIN, gateway(default=default), *ways), RULE) == expected


def test_one_way_out_needs_no_condition() -> None:
    assert refused(model(start(), gateway(), end(), path("start", "gateway", "end")), RULE) == []


def test_a_parallel_gateway_needs_none() -> None:
    ways = (flow("gateway", "a"), flow("gateway", "b"))
    assert refused(model(*MAIN, gateway(kind="parallel"), *ways), RULE) == []


@pytest.mark.parametrize(
    "default, conditions, errors, warnings",
    [
        (None, ("${x}", None), [], ["gateway_b"]),
        (None, (None, None), [], ["gateway_a", "gateway_b"]),
        ("gateway_b", ("${x}", None), [], []),
        ("gateway_b", (None, None), ["gateway_a"], []),
    ],
)
def test_in_camunda_7_an_inclusive_gateway_always_takes_a_bare_flow(
    default: str | None, conditions: tuple[str | None, str | None], errors: list[str], warnings: list[str]
) -> None:
    ways = (flow("gateway", "a", conditions[0]), flow("gateway", "b", conditions[1]))
    chosen = gateway(kind="inclusive", default=default)
    content = model(start(camunda__asyncBefore="true"), *MAIN[1:], chosen, *ways)
    rule = "inclusive-gateway"
    assert (refused(content, rule), warned(content, rule)) == (errors, warnings)


@pytest.mark.parametrize(
    "conditions, errors, warnings",
    [
        (("${x}", None), [], ["gateway_b"]),
        ((None, None), ["gateway_a", "gateway_b"], []),
        (("${x}", "${y}"), [], []),
    ],
)
def test_in_camunda_7_the_only_bare_flow_is_the_default(
    conditions: tuple[str | None, str | None], errors: list[str], warnings: list[str]
) -> None:
    ways = (flow("gateway", "a", conditions[0]), flow("gateway", "b", conditions[1]))
    content = model(start(camunda__asyncBefore="true"), *MAIN[1:], gateway(), *ways)
    assert (refused(content, RULE), warned(content, RULE)) == (errors, warnings)
