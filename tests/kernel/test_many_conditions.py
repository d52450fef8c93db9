"""Very many conditions that are asked for one change: in pages, each of which writes down no more than it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from counterflow import kernel
from counterflow.kernel.events.conditional import ConditionalTriggered
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.pages import PageEnded, WorkPutOff
from counterflow.testing import Engine
from tests.bpmn.diagram import (
    boundary,
    conditional,
    element,
    end,
    extensions,
    model,
    path,
    service,
    start,
)
from tests.bpmn.loops import loop

WATCHED = model(
    start(),
    element(
        "subProcess",
        loop(),
        start("s"),
        service("work", job="work"),
        boundary("told", "work", conditional("= x > 1"), cancelActivity="false"),
        path("s", "work"),
        id="each",
    ),
    end(),
    path("start", "each", "end"),
    process_id="process",
)
"""Each item is told of a change."""
ANY = WATCHED.replace(b"= x &gt; 1", b"= x &gt; 1 and other = null")
"""As above, of two variables."""
CHAINED = model(
    start(),
    element(
        "subProcess",
        loop(),
        start("s"),
        element(
            "intermediateCatchEvent",
            extensions(element("zeebe:ioMapping", element("zeebe:output", source="= item", target="seen"))),
            conditional("= x > 1"),
            id="wait",
        ),
        element("parallelGateway", id="fork"),
        service("work", job="work"),
        boundary("told", "work", conditional("= x > 1 and seen > 0"), cancelActivity="false"),
        path("s", "fork", "wait"),
        path("fork", "work"),
        id="each",
    ),
    end(),
    path("start", "each", "end"),
    process_id="process",
)
"""What the first hears changes a variable that those behind it are to be asked about as well."""


def _play(tmp_path: Path, content: bytes, count: int, **limits: int) -> Sequence[Event]:
    """What one change of `x` brings about where so many wait for it."""
    diagram = tmp_path / "process.bpmn"
    diagram.write_bytes(content)
    engine = Engine(limits=ProcessLimits(**limits))
    engine.deploy(diagram)
    key = engine.start("process", {"items": list(range(1, count + 1)), "x": 0})
    before = len(engine.log)
    engine.set_variables(key, {"x": 2})
    return [event for entry in engine.log[before:] for event in kernel.events_of(entry)]


@pytest.mark.parametrize("content", [WATCHED, CHAINED, ANY], ids=["watched", "chained", "any"])
def test_what_is_written_down_is_from_which_one_on(tmp_path: Path, content: bytes) -> None:
    found = _play(tmp_path, content, 50, page_events=20)
    pages = [event for event in found if isinstance(event, WorkPutOff | PageEnded)]
    asked = [sum(errand.what == "ask conditions" for errand in event.errands) for event in pages]
    assert max(asked) <= 2
    assert not any(errand.what == "ask condition" for event in pages for errand in event.errands)


def test_those_that_cost_more_than_a_command_has_are_asked_in_few_others(tmp_path: Path) -> None:
    costly = WATCHED.replace(b"= x &gt; 1", b"= count(for i in 1..2000 return i) &gt; x")
    assert costly != WATCHED
    found = _play(tmp_path, costly, 30, fuel=20_000)
    assert sum(isinstance(event, ConditionalTriggered) for event in found) == 30
    undertakings = sum(isinstance(event, WorkPutOff) for event in found)
    assert 1 < undertakings < 20


@pytest.mark.parametrize("page_events", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("content", [WATCHED, CHAINED], ids=["watched", "chained"])
def test_each_is_asked_as_often_as_in_one_page(tmp_path: Path, content: bytes, page_events: int) -> None:
    in_one, in_pages = (
        Counter(event.catch_id for event in found if isinstance(event, ConditionalTriggered))
        for found in (
            _play(tmp_path, content, 12, page_events=10_000),
            _play(tmp_path, content, 12, page_events=page_events),
        )
    )
    assert in_one == in_pages
    assert in_one.total() >= 12
