"""What a subscription waits for: a name, and a key that is text or a number."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.kernel.events.message import values_of
from counterflow.kernel.rows import Incident, Message, MessageSubscription
from counterflow.kernel.state.conversations import next_unreached
from tests.bpmn.diagram import catch, catch_message, definitions, end, message, model, path, process, start
from tests.kernel.bench import EPOCH_MS, Bench

WAIT = model(start(), catch("wait", catch_message("order")), end(), path("start", "wait", "end"))
NAMED = definitions(
    process(start(), catch("wait", catch_message("named")), end(), path("start", "wait", "end")),
    message("= what", message_id="message_named"),
)


@pytest.mark.parametrize(
    "key, expected",
    [
        ("o-1", "o-1"),
        (12, "12"),
        (-3, "-3"),
        (0, "0"),
        (2**70, str(2**70)),
        (1.5, "1.5"),
        ("12", "12"),
        (" ", " "),
        ("ä", "ä"),
    ],
)
def test_text_and_numbers_are_keys(key: object, expected: str) -> None:
    bench = Bench(WAIT)
    bench.create(key=key)
    (subscription,) = bench.rows(MessageSubscription)
    assert (subscription.message_name, subscription.correlation_key) == ("order", expected)
    assert (subscription.bpmn_process_id, subscription.catch_id) == ("process", "wait")


@pytest.mark.parametrize(
    "variables, found",
    [
        ({}, "it is null"),
        ({"key": None}, "it is null"),
        ({"key": ""}, 'it is ""'),
        ({"key": True}, "it is true"),
        ({"key": ["a"]}, "it is "),
        ({"key": {"a": 1}}, "it is "),
    ],
)
def test_everything_else_is_an_incident(variables: dict[str, Any], found: str) -> None:
    bench = Bench(WAIT)
    bench.create(**variables)
    incident = bench.incident()
    assert incident.error_type == "EXTRACT_VALUE_ERROR"
    assert incident.message.startswith(
        "Expected the correlation key '=key' of 'wait' to be a string or a number, but " + found
    )
    assert incident.message.endswith("; set the variables it reads and resolve the incident")
    assert bench.rows(MessageSubscription) == []


@pytest.mark.parametrize("what, count", [("order", 1), (None, 0), ("", 0), (5, 0), (True, 0), (["order"], 0)])
def test_a_name_may_be_an_expression(what: object, count: int) -> None:
    bench = Bench(NAMED)
    bench.create(what=what, key="k")
    assert [row.message_name for row in bench.rows(MessageSubscription)] == ["order"] * count
    assert [row.message.split("'=what'")[0] for row in bench.rows(Incident)] == [
        "Expected the message name "
    ] * (1 - count)


def test_the_oldest_that_has_not_reached_the_process_is_next() -> None:
    bench = Bench(WAIT)
    keys = [bench.publish("order", "k", live_ms=live_ms) for live_ms in (5, 1_000, 1_000)]
    bench.create(key="k")
    found = next_unreached(bench.state, "process", "order", "k")
    assert found is not None
    assert found.key == keys[1]
    other = next_unreached(bench.state, "another", "order", "k")
    assert other is not None
    assert other.key == keys[0]
    bench.state.now_ms = EPOCH_MS + 5
    later = next_unreached(bench.state, "another", "order", "k")
    assert later is not None
    assert later.key == keys[1]
    assert next_unreached(bench.state, "process", "order", "other") is None


def test_a_message_keeps_its_variables_to_the_byte() -> None:
    bench = Bench()
    key = bench.publish("order", "k", live_ms=5, amount=2**70, text="ä")
    row: Message = bench.state.shared[Message][key]
    assert values_of(row) == {"amount": b"1180591620717411303424", "text": '"ä"'.encode()}
    assert row.expires_at_ms == EPOCH_MS + 5
