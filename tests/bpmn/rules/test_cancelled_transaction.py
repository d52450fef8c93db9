"""The rule `cancelled-transaction`: where cancel events stand, and what a transaction may not be."""

import pytest

from counterflow.bpmn.rules.cancelled_transaction import RULE
from tests.bpmn.diagram import (
    boundary,
    element,
    end,
    event_sub_process,
    model,
    path,
    refused,
    service,
    start,
    timer,
    warned,
)
from tests.bpmn.loops import loop

CANCEL = element("cancelEventDefinition")
GIVES_UP = (start("in"), service("hotel"), end("give_up", CANCEL), path("in", "hotel", "give_up"))
COMPLETES = (start("in"), service("hotel"), end("out"), path("in", "hotel", "out"))
LEFT = (boundary("left", "trip", CANCEL), end("not_booked"), path("left", "not_booked"))


def around(
    *inside: str, tag: str = "transaction", beside: tuple[str, ...] = LEFT, **attributes: str
) -> bytes:
    trip = element(tag, *inside, id="trip", **attributes)
    return model(start(), trip, end(), path("start", "trip", "end"), *beside)


def test_a_transaction_that_is_cancelled_and_left_is_accepted() -> None:
    assert refused(around(*GIVES_UP), RULE) == warned(around(*GIVES_UP), RULE) == []


def test_one_that_nothing_cancels_is_a_sub_process() -> None:
    assert refused(around(*COMPLETES, beside=()), RULE) == warned(around(*COMPLETES, beside=()), RULE) == []


def test_a_cancel_stands_directly_in_a_transaction() -> None:
    nested = element("subProcess", *GIVES_UP, id="inner")
    outer = (start("outer_in"), nested, end("outer_out"), path("outer_in", "inner", "outer_out"))
    assert refused(around(*outer), RULE) == ["give_up"]
    assert refused(around(*GIVES_UP, tag="subProcess", beside=()), RULE) == ["give_up"]
    by_event = event_sub_process(
        "esp", start("esp_in", timer()), end("give_up", CANCEL), path("esp_in", "give_up")
    )
    assert refused(around(*COMPLETES, by_event), RULE) == ["give_up"]


def test_a_cancel_is_caught_on_a_transaction_once_and_interrupts() -> None:
    assert refused(around(*COMPLETES, tag="subProcess"), RULE) == ["left"]
    twice = (*LEFT, boundary("again", "trip", CANCEL), path("again", "not_booked"))
    assert refused(around(*GIVES_UP, beside=twice), RULE) == ["again"]
    stays = (boundary("left", "trip", CANCEL, cancelActivity="false"), end("no"), path("left", "no"))
    assert refused(around(*GIVES_UP, beside=stays), RULE) == ["left"]


def test_what_is_never_cancelled_is_told() -> None:
    assert warned(around(*COMPLETES), RULE) == ["left"]


def test_a_cancelled_transaction_has_to_be_left() -> None:
    assert refused(around(*GIVES_UP, beside=()), RULE) == ["trip"]


def test_one_of_many_may_be_cancelled() -> None:
    assert refused(around(loop(), *GIVES_UP), RULE) == []
    assert refused(around(loop(), *GIVES_UP, beside=()), RULE) == ["trip"]


@pytest.mark.parametrize("method, told", [("##Compensate", []), ("##Store", ["trip"]), ("##Image", ["trip"])])
def test_other_ways_of_undoing_are_told(method: str, told: list[str]) -> None:
    assert warned(around(*GIVES_UP, method=method), RULE) == told
