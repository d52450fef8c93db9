"""Which event catches an error: every place it can be caught at, against the order that the standard gives
them.
"""

from __future__ import annotations

import pytest

from counterflow.kernel.events.error import ErrorCaught
from counterflow.kernel.rows import Incident
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    event_sub_process,
    model,
    path,
    service,
    start,
    sub_process,
)
from tests.kernel.bench import Bench

PLACES = {
    "task-A": (boundary("task-A", "work", catch_error("A")), "sub"),
    "task-any": (boundary("task-any", "work", catch_error()), "sub"),
    "sub-event-A": (event_sub_process("e1", start("sub-event-A", catch_error("A"))), "sub"),
    "sub-event-any": (event_sub_process("e2", start("sub-event-any", catch_error())), "sub"),
    "sub-A": (boundary("sub-A", "sub", catch_error("A")), "process"),
    "sub-any": (boundary("sub-any", "sub", catch_error()), "process"),
    "process-event-A": (event_sub_process("e3", start("process-event-A", catch_error("A"))), "process"),
    "process-event-any": (event_sub_process("e4", start("process-event-any", catch_error())), "process"),
}
"""Places to catch at, from the nearest outwards, the exact code before any code; and the scope each is drawn
in.
"""


def drawn(places: list[str]) -> bytes:
    """start → sub(in → work), with these places to catch at."""
    inside, outside = (
        [PLACES[name][0] for name in places if PLACES[name][1] == scope] for scope in ("sub", "process")
    )
    work = (start("in"), service("work", job="work"), path("in", "work"))
    return model(start(), sub_process("sub", *work, *inside), path("start", "sub"), *outside)


def caught_by(bench: Bench, code: str) -> str | None:
    bench.create()
    bench.throw_error("work", code)
    return next((event.catch_id for event in bench.events() if isinstance(event, ErrorCaught)), None)


@pytest.mark.parametrize("nearest", PLACES)
@pytest.mark.parametrize("code", ["A", "B", ""])
def test_the_nearest_place_wins_and_there_the_exact_code(nearest: str, code: str) -> None:
    names = list(PLACES)
    there = names[names.index(nearest) :]
    expected = next((name for name in there if name.endswith("any") or code == "A"), None)
    assert caught_by(Bench(drawn(there)), code) == expected


@pytest.mark.parametrize("code, is_caught", [("A", True), ("B", False), ("a", False), ("", False)])
def test_codes_are_compared_to_the_letter(code: str, is_caught: bool) -> None:
    bench = Bench(drawn(["task-A"]))
    assert (caught_by(bench, code) is not None) == is_caught
    assert [incident.error_type for incident in bench.rows(Incident)] == (
        [] if is_caught else ["UNHANDLED_ERROR_EVENT"]
    )


def test_nothing_inside_an_interrupted_scope_catches_there_again() -> None:
    again = event_sub_process(
        "again", start("first", catch_error("A")), service("repair", job="repair"), path("first", "repair")
    )
    bench = Bench(model(start(), service("work", job="work"), path("start", "work"), again))
    bench.create()
    bench.throw_error("work", "A")
    bench.throw_error("repair", "A")
    assert sum(isinstance(event, ErrorCaught) for event in bench.events()) == 1
    assert bench.incident().element_id == "repair"
