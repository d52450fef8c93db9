"""The rule `named-catch`: no two catches of the same message, or of the same signal, in one place."""

import pytest

from counterflow.bpmn.rules.named_catch import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    definitions,
    end,
    event_sub_process,
    flow,
    gateway,
    message,
    model,
    path,
    process,
    receive,
    refused,
    service,
    signal,
    signalled,
    start,
    timer,
)

MAIN = (start(), service("a"), receive("r"), end(), path("start", "a", "r", "end"))


def caught(event: str, name: str, on: str = "a", cancels: str | None = None) -> str:
    return boundary(event, on, catch_message(name), cancelActivity=cancels) + path(event, "end")


def esp(name: str, message_name: str, interrupts: str | None = None) -> str:
    waiting = start(f"{name}_start", catch_message(message_name), isInterrupting=interrupts)
    return event_sub_process(name, waiting, end(f"{name}_end"), path(f"{name}_start", f"{name}_end"))


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([caught("one", "order"), caught("two", "payment")], []),
        ([caught("one", "order"), caught("two", "order")], ["two"]),
        ([caught("one", "order"), caught("two", "order", cancels="false")], ["two"]),
        ([caught("one", "payment", on="r")], []),
        ([caught("one", "order", on="r")], ["one"]),
        ([caught("one", "order"), esp("two", "order")], []),
        ([esp("one", "order"), esp("two", "payment")], []),
        ([esp("one", "order"), esp("two", "order")], ["two_start"]),
        ([esp("one", "order", "false"), esp("two", "order", "false")], ["two_start"]),
        ([start("one", catch_message("order")), start("two", catch_message("payment"))], []),
        ([start("one", catch_message("order")), start("two", catch_message("order"))], ["two"]),
        ([start("one", catch_message("order")), esp("two", "order")], []),
    ],
)
def test_catches_of_one_place(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == expected


@pytest.mark.parametrize("name, expected", [("payment", []), ("order", ["two"])])
def test_events_after_a_gateway(name: str, expected: list[str]) -> None:
    events = (
        catch("one", catch_message("order")),
        receive("two", name),
        catch("three", timer()),
        catch("four", timer()),
    )
    ways = [flow("g", target) for target in ("one", "two", "three", "four")]
    assert (
        refused(model(start(), gateway("g", kind="eventBased"), path("start", "g"), *events, *ways), RULE)
        == expected
    )


@pytest.mark.parametrize(
    "names, expected", [(("same", "same"), ["two"]), (('= "a"', '= "a"'), ["two"]), (("= a", "a"), [])]
)
def test_two_messages_of_one_name_are_the_same(names: tuple[str, str], expected: list[str]) -> None:
    messages = [message(name, message_id=f"message_{number}") for number, name in enumerate(names)]
    assert (
        refused(definitions(process(*MAIN[1:2], caught("one", "0"), caught("two", "1")), *messages), RULE)
        == expected
    )


def test_what_is_computed_at_deployment_counts_by_its_value() -> None:
    messages = [message("order", message_id="message_0"), message('= "or" + "der"', message_id="message_1")]
    starts = [start("one", catch_message("0")), start("two", catch_message("1"))]
    assert refused(definitions(process(*starts), *messages), RULE) == ["two"]


@pytest.mark.parametrize("names, expected", [(("a", "b"), []), (("a", "a"), ["two"])])
def test_signals_of_one_place(names: tuple[str, str], expected: list[str]) -> None:
    events = (
        boundary("one", "a", signalled("0")),
        boundary("two", "a", signalled("1"), cancelActivity="false"),
    )
    signals = [signal(name, f"signal_{number}") for number, name in enumerate(names)]
    ways = (path("one", "end"), path("two", "end"))
    assert refused(definitions(process(*MAIN, *events, *ways), *signals), RULE) == expected


def test_a_signal_and_a_message_of_one_name() -> None:
    events = (boundary("one", "a", signalled("order")), caught("two", "order"), path("one", "end"))
    content = definitions(process(*MAIN, *events), signal("order"), message("order"))
    assert refused(content, RULE) == []
