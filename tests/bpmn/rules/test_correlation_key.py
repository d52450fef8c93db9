"""The rule `correlation-key`: our own key stands where it is heard."""

import pytest

from counterflow.bpmn.rules.correlation_key import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    end,
    model,
    path,
    receive,
    refused,
    service,
    start,
    timer,
)

KEY = {"counterflow__correlationKey": "${id}"}
ASYNC = {"camunda__asyncBefore": "true"}


@pytest.mark.parametrize(
    "it, expected",
    [
        (catch("it", catch_message("order"), **KEY), []),
        (receive("it", **KEY), []),
        (boundary("it", "a", catch_message("order", **KEY)), []),
        (catch("it", timer(), **KEY), ["it"]),
        (start("it", catch_message("order", **KEY)), ["it"]),
        (end("it", **KEY), ["it"]),
    ],
)
def test_places(it: str, expected: list[str]) -> None:
    assert (
        refused(model(start(**ASYNC), receive("a", "payment", **KEY), it, path("start", "a")), RULE)
        == expected
    )


def test_a_zeebe_model_has_its_own_place() -> None:
    main = (start(), service("a"), end(), path("start", "a", "end"))
    assert refused(model(*main, receive("it", "order", **KEY)), RULE) == ["it"]
