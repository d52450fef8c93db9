"""Messages of the zeebe: dialect: names, and keys that tell whose a message is (rule `correlation-key`)."""

import pytest

from counterflow.bpmn.rules.correlation_key import RULE
from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.events import MessageDefinition
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    definitions,
    end,
    event_sub_process,
    message,
    node,
    path,
    process,
    receive,
    refused,
    service,
    start,
    told,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
IT = catch_message("it")


def with_message(written: str, *inside: str) -> bytes:
    return definitions(process(*inside), written)


def caught(name: str, key: str | None = "= key") -> bytes:
    return with_message(
        message(name, key, "message_it"), start(), catch("a", IT), end(), path("start", "a", "end")
    )


def begun(name: str) -> bytes:
    return with_message(message(name, None, "message_it"), start("a", IT), end(), path("a", "end"))


def definition(content: bytes) -> tuple[str, str | None]:
    found = node(content, "a").event
    assert isinstance(found, MessageDefinition)
    name = f"={found.name.text}" if isinstance(found.name, Expression) else found.name
    return name, found.correlation_key.text if found.correlation_key is not None else None


@pytest.mark.parametrize(
    "name, key, expected",
    [
        ("order placed", "= order.id", ("order placed", "order.id")),
        (' = "order-" + region', "=id", ('="order-" + region', "id")),
    ],
)
def test_name_and_key(name: str, key: str, expected: tuple[str, str]) -> None:
    assert definition(caught(name, key)) == expected


@pytest.mark.parametrize("name, expected", [("order", "order"), ('= "order-" + "placed"', "order-placed")])
def test_the_name_that_begins_an_instance_is_known_at_deployment(name: str, expected: str) -> None:
    assert definition(begun(name)) == (expected, None)


LATER = (end("later"), path("event", "later"))


@pytest.mark.parametrize(
    "inside, waiting",
    [
        ([start(), catch("event", IT), path("start", "event"), *LATER], "event"),
        ([start(), receive("event", "it"), path("start", "event"), *LATER], "event"),
        ([*MAIN, boundary("event", "a", IT), *LATER], "event"),
        ([*MAIN, event_sub_process("esp", start("event", IT), *LATER)], "event"),
    ],
)
@pytest.mark.parametrize("key", [None, "", "key"])
def test_whoever_waits_says_which_message_is_meant(inside: list[str], waiting: str, key: str | None) -> None:
    content = with_message(message("it", key), *inside).replace(b"<process", b'<process zeebe:mark=""', 1)
    (finding,) = told(content, RULE, Severity.ERROR)
    assert finding.element_id == waiting
    assert f'<zeebe:subscription correlationKey="= {key or "orderId"}" />' in finding.remedy


@pytest.mark.parametrize(
    "name, key, place",
    [("= a +", "= b", "name of the message `a +`"), ("a", "= b +", "correlation key `b +`")],
)
def test_expressions_that_are_none_are_told_once(name: str, key: str, place: str) -> None:
    (finding,) = told(caught(name, key), "expression", Severity.ERROR)
    assert place in finding.message
    assert refused(caught(name, key), RULE) == []
