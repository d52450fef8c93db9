"""The rule `signal-name`: a signal event says which signal it is about."""

import pytest

from counterflow.bpmn.rules.signal_name import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    definitions,
    end,
    event_sub_process,
    path,
    process,
    refused,
    service,
    signal,
    signalled,
    start,
    throw,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
PLACES = [
    lambda name: start("it", signalled(name)),
    lambda name: catch("it", signalled(name)),
    lambda name: throw("it", signalled(name)),
    lambda name: end("it", signalled(name)),
    lambda name: boundary("it", "a", signalled(name)),
    lambda name: event_sub_process("esp", start("it", signalled(name)), end("out"), path("it", "out")),
]
PARAMETERS = pytest.mark.parametrize(
    "place", PLACES, ids=["start", "catch", "throw", "end", "boundary", "event sub-process"]
)


@PARAMETERS
def test_a_signal_with_a_name(place) -> None:  # type: ignore[no-untyped-def]  # makes an element of a name
    assert refused(definitions(process(*MAIN, place("it")), signal("it")), RULE) == []


@PARAMETERS
def test_no_signal(place) -> None:  # type: ignore[no-untyped-def]  # makes an element of a name
    assert refused(definitions(process(*MAIN, place(None)), signal("it")), RULE) == ["it"]


@pytest.mark.parametrize("name", [None, "", "  "])
@PARAMETERS
def test_a_signal_without_a_name(place, name: str | None) -> None:  # type: ignore[no-untyped-def]  # makes an element of a name
    assert refused(definitions(process(*MAIN, place("it")), signal(name, "signal_it")), RULE) == ["it"]


def test_a_signal_that_is_not_there() -> None:
    content = definitions(process(*MAIN, throw("it", signalled("other"))), signal("it"))
    assert refused(content, "dangling-reference") == ["it"]
