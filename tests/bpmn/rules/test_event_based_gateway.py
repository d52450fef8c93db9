"""The rule `event-based-gateway`: several events, each right behind it."""

import pytest

from counterflow.bpmn.rules.event_based_gateway import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    element,
    end,
    extensions,
    flow,
    gateway,
    model,
    path,
    receive,
    refused,
    service,
    start,
    timer,
)

EACH = element(
    "multiInstanceLoopCharacteristics",
    extensions(element("zeebe:loopCharacteristics", inputCollection="= items")),
)
LATE = catch("late", timer())
PAID = catch("paid", catch_message("payment"))


def waiting(
    *inside: str, to: tuple[str, ...] = ("late", "paid"), marked: dict[str, str] | None = None
) -> bytes:
    ways = [flow("g", target) for target in to]
    ends = [flow(target, "end") for target in to]
    return model(
        start(),
        gateway("g", kind="eventBased", **(marked or {})),
        end(),
        path("start", "g"),
        *ways,
        *ends,
        *inside,
    )


@pytest.mark.parametrize(
    "inside, to",
    [
        ([LATE, PAID], ("late", "paid")),
        ([LATE, receive("asked")], ("late", "asked")),
        ([LATE, PAID, receive("asked")], ("late", "paid", "asked")),
    ],
)
def test_timers_messages_and_receive_tasks(inside: list[str], to: tuple[str, ...]) -> None:
    assert refused(waiting(*inside, to=to), RULE) == []


@pytest.mark.parametrize("to, expected", [(("late",), []), ((), ["g"])])
def test_camunda_7_waits_for_a_single_event_behind_one(to: tuple[str, ...], expected: list[str]) -> None:
    marked = element("serviceTask", id="work", camunda__type="external", camunda__topic="work")
    assert refused(waiting(*([LATE] if to else []), marked, to=to), RULE) == expected


@pytest.mark.parametrize("to", [(), ("late",)])
def test_one_event_is_no_choice(to: tuple[str, ...]) -> None:
    assert refused(waiting(LATE, to=to), RULE) == ["g"]


@pytest.mark.parametrize(
    "other", [service("other"), gateway("other"), gateway("other", kind="parallel"), end("other")]
)
def test_other_targets_are_refused(other: str) -> None:
    assert refused(waiting(LATE, other, to=("late", "other")), RULE) == ["g_other"]


def test_another_way_to_its_events_is_refused() -> None:
    assert refused(waiting(LATE, PAID, service("a"), flow("a", "late")), RULE) == ["late"]
    assert refused(waiting(LATE, PAID, flow("g", "late", id="again")), RULE) == ["late"]


def test_two_gateways_do_not_share_an_event() -> None:
    second = (gateway("h", kind="eventBased"), catch("own", timer()), flow("h", "late"), flow("h", "own"))
    assert refused(waiting(LATE, PAID, *second), RULE) == ["late"]


@pytest.mark.parametrize(
    "inside",
    [[receive("asked"), boundary("failed", "asked", catch_error())], [receive("asked", "order", EACH)]],
)
def test_its_events_wait_once_and_for_nothing_else(inside: list[str]) -> None:
    assert refused(waiting(LATE, *inside, to=("late", "asked")), RULE) == ["asked"]


@pytest.mark.parametrize(
    "attributes, expected",
    [
        ({"eventGatewayType": "Exclusive", "instantiate": "false"}, []),
        ({"eventGatewayType": "Parallel"}, ["g"]),
        ({"eventGatewayType": "Any"}, ["g"]),
        ({"instantiate": "true"}, []),
        ({"default": "g_late"}, ["g"]),
    ],
)
def test_other_kinds_are_refused(attributes: dict[str, str], expected: list[str]) -> None:
    assert refused(waiting(LATE, PAID, marked=attributes), RULE) == expected


def beginning(*events: str, to: tuple[str, ...], kind: str | None = "Parallel") -> bytes:
    mark = gateway("g", kind="eventBased", instantiate="true", eventGatewayType=kind)
    ways = [flow("g", target) for target in to]
    return model(mark, end(), *ways, *(flow(target, "end") for target in to), *events)


def test_all_that_has_to_come_are_messages() -> None:
    assert refused(beginning(PAID, receive("asked"), to=("paid", "asked")), RULE) == []
    assert refused(beginning(PAID, LATE, to=("paid", "late")), RULE) == ["g_late"]
    assert refused(beginning(PAID, LATE, to=("paid", "late"), kind=None), RULE) == []
