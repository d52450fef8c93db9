"""The rule `message-name`: what waits for a message says for which."""

import pytest

from counterflow.bpmn.rules.message_name import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    definitions,
    element,
    end,
    event_sub_process,
    extensions,
    message,
    model,
    path,
    process,
    receive,
    refused,
    service,
    start,
    throw,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
PLACES = [
    lambda name: start("it", catch_message(name)),
    lambda name: catch("it", catch_message(name)),
    lambda name: receive("it", name),
    lambda name: boundary("it", "a", catch_message(name)),
    lambda name: event_sub_process("esp", start("it", catch_message(name)), end("out"), path("it", "out")),
]


@pytest.mark.parametrize("place", range(len(PLACES)))
@pytest.mark.parametrize("name, expected", [("order", []), (None, ["it"])])
def test_every_place_where_a_message_is_awaited(place: int, name: str | None, expected: list[str]) -> None:
    assert refused(model(*MAIN, PLACES[place](name)), RULE) == expected


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_message_without_name_is_refused(name: str | None) -> None:
    content = definitions(
        process(*MAIN, catch("it", catch_message("order"))), message(name, message_id="message_order")
    )
    assert refused(content, RULE) == ["it"]


def test_whoever_throws_need_not_say() -> None:
    work = extensions(element("zeebe:taskDefinition", type="tell"))
    assert (
        refused(
            model(*MAIN, throw("it", work, catch_message(None)), element("sendTask", work, id="send")), RULE
        )
        == []
    )
