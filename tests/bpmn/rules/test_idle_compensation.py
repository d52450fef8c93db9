"""The rule `idle-compensation`: nothing undoes a process as a whole, and a handler that no throw reaches
never runs.
"""

import pytest

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.read_outline import read_outline
from counterflow.bpmn.rules.idle_compensation import RULE, check
from counterflow.bpmn.xml import parse
from counterflow.model.graph import Dialect
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    catch_message,
    compensate,
    end,
    event_sub_process,
    handler,
    model,
    path,
    refused,
    service,
    start,
    sub_process,
    throw,
    undo,
    warned,
)
from tests.documents.work import work_of

UNDOING = event_sub_process("esp", start("esp_in", compensate()), end("esp_out"), path("esp_in", "esp_out"))


def test_directly_in_a_process_it_is_refused() -> None:
    content = model(start(), end(), path("start", "end"), UNDOING)
    assert refused(content, RULE) == ["esp"]


def test_in_a_sub_process_it_is_accepted() -> None:
    sub = sub_process("sub", start("in"), end("out"), path("in", "out"), UNDOING)
    assert warned(model(start(), sub, end(), path("start", "sub", "end")), RULE) == []


A = (service("a"), undo("a", by="undo"), handler("undo"))
INNER = (start("in"), *A, end("out"), path("in", "a", "out"))
TRIP = (start(), sub_process("trip", *INNER), path("start", "trip", "end"))
FLAT = (start(), *A, path("start", "a", "end"))
RETHROWN = event_sub_process(
    "esp", start("esp_in", compensate()), throw("again", compensate()), path("esp_in", "again")
)


@pytest.mark.parametrize(
    "inside, idle",
    [
        ((*FLAT, end()), ["undo_a"]),
        ((*FLAT, end("end", compensate())), []),
        ((*FLAT, end("end", compensate(activityRef="a"))), []),
        ((*TRIP, end()), ["undo_a"]),
        ((*TRIP, end("end", compensate())), []),
        ((*TRIP, end("end", compensate(activityRef="trip"))), []),
        (
            (
                *TRIP,
                end(),
                event_sub_process(
                    "on",
                    start("failed", catch_error("A")),
                    end("undone", compensate()),
                    path("failed", "undone"),
                ),
            ),
            [],
        ),
        # a throw inside does not reach what is outside
        (
            (
                *FLAT,
                end(),
                sub_process("in_vain", start("in"), end("out", compensate()), path("in", "out")),
                path("a", "in_vain"),
            ),
            ["undo_a"],
        ),
        # what names another activity does not reach this one
        (
            (
                *FLAT,
                service("b"),
                undo("b", by="undo_b_too"),
                handler("undo_b_too"),
                end("end", compensate(activityRef="b")),
                path("a", "b"),
            ),
            ["undo_a"],
        ),
        # an event sub-process stands in for the handlers inside, unless it throws again
        (
            (
                start(),
                sub_process("trip", *INNER, UNDOING),
                path("start", "trip", "end"),
                end("end", compensate()),
            ),
            ["undo_a"],
        ),
        (
            (
                start(),
                sub_process("trip", *INNER, RETHROWN),
                path("start", "trip", "end"),
                end("end", compensate()),
            ),
            [],
        ),
        # what an event sub-process has completed is undone with the rest
        (
            (
                *(start(), service("b"), path("start", "b", "end"), end("end", compensate())),
                event_sub_process(
                    "extra",
                    start("in", catch_message("order"), isInterrupting="false"),
                    *A,
                    end("out"),
                    path("in", "a", "out"),
                ),
            ),
            [],
        ),
        (
            (
                *FLAT,
                end(),
                boundary("failed", "a", catch_error("A")),
                end("undone", compensate()),
                path("failed", "undone"),
            ),
            [],
        ),
    ],
)
def test_a_handler_that_no_throw_reaches_is_told(inside: tuple[str, ...], idle: list[str]) -> None:
    assert warned(model(*inside), RULE) == idle


def test_a_throw_that_finds_only_what_an_event_sub_process_has_done_is_not_in_vain() -> None:
    extra = event_sub_process(
        "extra",
        start("in", catch_message("order"), isInterrupting="false"),
        *A,
        end("out"),
        path("in", "a", "out"),
    )
    content = model(start(), service("b"), path("start", "b", "end"), end("end", compensate()), extra)
    assert warned(content, "compensation-throw") == []


def test_a_scope_with_many_throws_is_looked_through_once() -> None:
    def drawn(throws: int) -> Outline:
        ids = [f"throw_{number}" for number in range(throws)]
        content = model(
            *FLAT[:-1], *(throw(each, compensate()) for each in ids), end(), path("start", "a", *ids, "end")
        )
        return read_outline(parse(content, "model.bpmn"), "model.bpmn", Dialect.ZEEBE)

    few, many = (work_of(list, check(drawn(throws))) for throws in (50, 100))
    assert many < 2.5 * few
