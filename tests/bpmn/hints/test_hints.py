"""Every hint has a diagram that it finds something in, and one that it finds nothing in."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

from counterflow.bpmn import hints
from counterflow.bpmn.hints import stuck_join
from counterflow.bpmn.hints.registry import HINTS
from counterflow.bpmn.read import read, read_with_hints
from counterflow.documents.findings import Finding, Severity
from tests.behaviours.script import BOOK
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    definitions,
    end,
    event_sub_process,
    flow,
    gateway,
    handler,
    message,
    path,
    process,
    receive,
    service,
    start,
    sub_process,
    throw,
    timer,
    undo,
)

FOLDER = Path(__file__).parent
FOUND = {
    "missing-undo": (
        "flight",
        "a compensation that is thrown after serviceTask 'flight' undoes serviceTask 'hotel'",
    ),
    "no-time-limit": ("paid", "intermediateCatchEvent 'paid' waits without any time limit"),
    "stuck-join": ("join", "parallelGateway 'join' can never go on"),
    "straight-through-loop": ("again", "nothing waits in the circle of 'again', 'count', 'enough'"),
}
"""By hint, the element of its invalid diagram that it is about, and how it begins."""


def hinted(content: bytes) -> list[Finding]:
    result = read_with_hints(content, "model.bpmn")
    assert not result.errors, [str(error) for error in result.errors]
    return [finding for finding in result.findings if finding.severity is Severity.HINT]


def about(*inside: str, names: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    content = definitions(process(*inside), *(message(name) for name in names))
    return [(finding.rule, finding.element_id) for finding in hinted(content)]


NAMES = sorted(module.name for module in pkgutil.iter_modules(hints.__path__) if module.name != "registry")


@pytest.mark.parametrize("module", NAMES)
def test_a_hint_is_named_after_its_file_and_is_registered(module: str) -> None:
    hint = importlib.import_module(f"counterflow.bpmn.hints.{module}")
    assert hint.check in HINTS
    assert module.replace("_", "-") == hint.RULE
    assert hint.RULE in FOUND


@pytest.mark.parametrize("rule", FOUND)
def test_each_finds_one_thing_in_its_invalid_diagram_and_none_in_the_valid_one(rule: str) -> None:
    (finding,) = hinted((FOLDER / f"{rule}.invalid.bpmn").read_bytes())
    element_id, words = FOUND[rule]
    assert (finding.rule, finding.element_id) == (rule, element_id)
    assert finding.message.startswith(words)
    assert finding.remedy
    assert hinted((FOLDER / f"{rule}.valid.bpmn").read_bytes()) == []


def test_a_deployment_hears_of_none() -> None:
    for rule in FOUND:
        assert read((FOLDER / f"{rule}.invalid.bpmn").read_bytes(), rule).findings == ()


def test_a_model_that_is_refused_has_no_hints() -> None:
    refused = definitions(process(start(), start("second"), receive("paid", "paid"), end()), message("paid"))
    result = read_with_hints(refused, "model.bpmn")
    assert result.errors
    assert {finding.severity for finding in result.findings} <= {Severity.ERROR, Severity.WARNING}


# -- steps without undo --------------------------------------------------------------------------------------

TRIP = (start(), service("hotel"), service("pay"), end(), path("start", "hotel", "pay", "end"))
HOTEL = (handler("cancel-hotel"), undo("hotel", "cancel-hotel"))
EVENT = event_sub_process(
    "regret",
    start("regretted", catch_message("regretted")),
    end("undone", compensate()),
    path("regretted", "undone"),
)


def test_a_throw_in_an_event_sub_process_comes_at_any_time_after_a_step() -> None:
    assert about(*TRIP, *HOTEL, EVENT, names=("regretted",)) == [("missing-undo", "pay")]
    assert about(*TRIP, EVENT, names=("regretted",)) == [], "where nothing is undone nothing is missing"


def test_the_last_step_is_one_that_no_throw_comes_after() -> None:
    failing = (boundary("declined", "pay", catch_error()), throw("back", compensate()), end("undone"))
    assert about(*TRIP, *HOTEL, *failing, path("declined", "back", "undone")) == []


# -- waits ---------------------------------------------------------------------------------------------------

PAID = receive("paid", "paid")
LIMIT = (boundary("late", "paid", timer("timeDuration", "P1D")), end("over"), path("late", "over"))
TIMED = event_sub_process(
    "slow", start("after", timer("timeDuration", "P1D")), end("given-up"), path("after", "given-up")
)


@pytest.mark.parametrize(
    "limits, found",
    [((), [("no-time-limit", "paid")]), (LIMIT, []), ((TIMED,), [])],
    ids=["none", "border", "event sub-process"],
)
def test_what_ends_a_wait(limits: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    assert about(start(), PAID, end(), path("start", "paid", "end"), *limits, names=("paid",)) == found


def test_a_limit_around_is_one_inside() -> None:
    inside = sub_process("pay", start("begin"), PAID, end("done"), path("begin", "paid", "done"))
    late = (boundary("late", "pay", timer("timeDuration", "P1D")), end("over"), path("late", "over"))
    course = (start(), inside, end(), path("start", "pay", "end"))
    assert about(*course, *late, names=("paid",)) == []
    assert about(*course, names=("paid",)) == [("no-time-limit", "paid")]


def test_of_a_choice_of_events_the_gateway_is_told() -> None:
    events = (catch("paid", catch_message("paid")), catch("sent", catch_message("sent")))
    course = (start(), gateway("first", "eventBased"), *events, end(), path("start", "first", "paid", "end"))
    assert about(*course, path("first", "sent", "end"), names=("paid", "sent")) == [
        ("no-time-limit", "first")
    ]


# -- joins ---------------------------------------------------------------------------------------------------


def test_a_join_that_one_choice_may_fill_may_go_on() -> None:
    course = (
        start(),
        gateway("part", "parallel"),
        gateway("choose", "exclusive", default="choose_a"),
        *(service(name) for name in "abc"),
        gateway("join", "parallel"),
        end(),
        path("start", "part", "choose", "a", "join", "end"),
        path("part", "b", "join"),
        flow("choose", "c", "= other"),
        path("c", "end"),
    )
    assert about(*course) == []


def test_an_interrupting_border_takes_one_way_and_another_adds_one() -> None:
    def course(**mark: str) -> tuple[str, ...]:
        return (
            start(),
            service("work"),
            boundary("slow", "work", timer("timeDuration", "PT1H"), **mark),
            gateway("join", "parallel"),
            end(),
            path("start", "work", "join", "end"),
            path("slow", "join"),
        )

    assert about(*course()) == [("stuck-join", "join")]
    assert about(*course(cancelActivity="false")) == []


def test_an_inclusive_choice_may_take_all() -> None:
    course = (start(), gateway("some", "inclusive"), service("a"), service("b"), gateway("join", "parallel"))
    flows = (path("start", "some"), flow("some", "a", "= x"), flow("some", "b", "= y"), path("b", "join"))
    assert about(*course, end(), *flows, path("a", "join", "end")) == []


@pytest.mark.parametrize(
    "name", ["starts/all-messages", "gateways/parallel", "gateways/parallel-second-token"]
)
def test_what_is_right_is_not_hinted_at(name: str) -> None:
    found = {finding.rule for finding in hinted((BOOK / f"{name}.bpmn").read_bytes())}
    assert "stuck-join" not in found


def test_where_too_much_would_have_to_be_played_nothing_is_said() -> None:
    many = [f"t{number}" for number in range(20)]
    course = (
        start(),
        gateway("part", "parallel"),
        gateway("one", "exclusive", default="one_a"),
        gateway("join", "parallel"),
        *(service(name) for name in [*many, "a", "b"]),
        end(),
        path("start", "part", "one", "a", "join", "end"),
        flow("one", "b", "= other"),
        path("b", "join"),
        *(path("part", name, "end") for name in many),
    )
    assert stuck_join.MOST_MARKINGS < 2**20
    assert about(*course) == []


# -- loops ---------------------------------------------------------------------------------------------------


def test_a_loop_of_an_element_alone_inside_a_sub_process() -> None:
    inside = sub_process(
        "count",
        start("begin"),
        gateway("again", "exclusive", default="again_again"),
        end("done"),
        path("begin", "again"),
        flow("again", "again"),
        flow("again", "done", "= enough"),
    )
    assert about(start(), inside, end(), path("start", "count", "end")) == [
        ("straight-through-loop", "again")
    ]


def test_work_in_a_loop_is_a_wait() -> None:
    course = (
        start(),
        gateway("again", "exclusive"),
        service("try"),
        gateway("done", "exclusive", default="done_again"),
        end(),
        path("start", "again", "try", "done", "again"),
        flow("done", "end", "= ok"),
    )
    assert about(*course) == []
