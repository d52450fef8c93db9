"""Which event catches an escalation, what goes on beside it, and what holds the throw."""

from __future__ import annotations

import pytest

from counterflow.kernel.events.escalation import EscalationThrown
from counterflow.kernel.rows import Incident
from counterflow.kernel.work.budget import ProcessLimits
from tests.bpmn.diagram import (
    boundary,
    end,
    escalated,
    event_sub_process,
    model,
    path,
    service,
    start,
    sub_process,
    throw,
)
from tests.kernel.bench import Bench


def beside(name: str, code: str | None, *inside: str) -> str:
    """An event sub-process that does not interrupt."""
    return event_sub_process(name, start(f"{name}-in", escalated(code), isInterrupting="false"), *inside)


PLACES = {
    "e1-in": (beside("e1", "A"), "sub"),
    "e2-in": (beside("e2", None), "sub"),
    "sub-A": (boundary("sub-A", "sub", escalated("A"), cancelActivity="false"), "process"),
    "sub-any": (boundary("sub-any", "sub", escalated(), cancelActivity="false"), "process"),
    "e3-in": (beside("e3", "A"), "process"),
    "e4-in": (beside("e4", None), "process"),
}
"""Places to catch at, from the nearest outwards, the exact code before any code; and the scope each is drawn
in.
"""
CATCHES_ALL = {"e2-in", "sub-any", "e4-in"}


def drawn(places: list[str], code: str) -> bytes:
    """start → sub(in → tell → work), with these places to catch at."""
    inside, outside = (
        [PLACES[name][0] for name in places if PLACES[name][1] == scope] for scope in ("sub", "process")
    )
    work = (
        start("in"),
        throw("tell", escalated(code)),
        service("work", job="work"),
        path("in", "tell", "work"),
    )
    return model(start(), sub_process("sub", *work, *inside), path("start", "sub"), *outside)


def thrown(bench: Bench) -> list[EscalationThrown]:
    return [event for event in bench.events() if isinstance(event, EscalationThrown)]


@pytest.mark.parametrize("nearest", PLACES)
@pytest.mark.parametrize("code", ["A", "B"])
def test_the_nearest_place_wins_and_there_the_exact_code(nearest: str, code: str) -> None:
    there = list(PLACES)[list(PLACES).index(nearest) :]
    bench = Bench(drawn(there, code))
    instance = bench.create()
    expected = next((name for name in there if name in CATCHES_ALL or code == "A"), "")
    (event,) = thrown(bench)
    assert (event.caught_by, event.catching_instance_key) == (expected, instance.key if expected else 0)
    assert not bench.rows(Incident)
    bench.complete("work")


def test_two_that_tell_each_other_for_ever_are_held() -> None:
    content = model(
        *(start(), throw("tell", escalated("A")), end(), path("start", "tell", "end")),
        beside("a", "A", throw("tell-b", escalated("B")), path("a-in", "tell-b")),
        beside("b", "B", throw("tell-a", escalated("A")), path("b-in", "tell-a")),
    )
    bench = Bench(content, limits=ProcessLimits(steps=20))
    bench.create()
    assert {incident.error_type for incident in bench.rows(Incident)} == {"STEP_LIMIT_EXCEEDED"}
    assert len(thrown(bench)) < 20
