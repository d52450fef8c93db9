"""Timers: what their expressions give, and what is kept of them."""

from __future__ import annotations

import pytest

from counterflow import feel
from counterflow.kernel.data.evaluation import shown
from counterflow.kernel.events.timer import first_moment
from counterflow.kernel.rows import Timer
from counterflow.kernel.work.held import Held
from counterflow.model.events import TimerDefinition, TimerKind
from tests.bpmn.diagram import boundary, end, model, path, service, start, timer
from tests.kernel.bench import EPOCH_MS, Bench

DATE, DURATION, CYCLE = TimerKind.DATE, TimerKind.DURATION, TimerKind.CYCLE


@pytest.mark.parametrize(
    "kind, expression, found",
    [
        (DATE, "null", "it is null"),
        (DATE, '"tomorrow"', "it is 'tomorrow'"),
        (DATE, '"PT5S"', "it is 'PT5S'"),
        (DATE, "5", "it is 5"),
        (DURATION, '"R3/PT5S"', "it is 'R3/PT5S'"),
        (DURATION, "missing", "it is null"),
        (DURATION, '"P300000000Y"', "it is 'P300000000Y', which no calendar holds"),
        (DURATION, 'duration("P9999999999D")', "it is 'P"),
        (CYCLE, '"PT5S"', "it is 'PT5S'"),
        (CYCLE, '"R0/PT5S"', "it is 'R0/PT5S'"),
        (CYCLE, '"R00/PT5S"', "it is 'R00/PT5S'"),
        (CYCLE, '"R/PT0S"', "it is 'R/PT0S', which leaves no time between: it has to end"),
        (CYCLE, '"R/PT0.0001S"', "it is 'R/PT0.0001S'"),
        (CYCLE, '"R0/PT5S"', "it is 'R0/PT5S', which never comes"),
        (CYCLE, '"R/PT9999999999999999999H"', "it is 'R/PT9999999999999999999H', which no calendar holds"),
        (DATE, '"2030-01-01T09:00[Europe/Nowhere]"', "and no zone is called 'Europe/Nowhere'"),
        (CYCLE, '"R/-PT5S"', "it is 'R/-PT5S'"),
        (CYCLE, '"R3/yesterday/PT5S"', "it is 'R3/yesterday/PT5S'"),
        (CYCLE, '"R٣/PT5S"', "it is 'R٣/PT5S'"),
        (CYCLE, f'"R{"9" * 5_000}/PT5S"', "it is 'R999"),
        (CYCLE, 'duration("PT5S")', "it is 'PT5S'"),
    ],
)
def test_what_is_no_time_is_told(kind: TimerKind, expression: str, found: str) -> None:
    compiled = feel.compile(expression)
    with pytest.raises(Held, match=f"Expected the timer's {kind} '=") as told:
        first_moment(TimerDefinition(kind, compiled), compiled.evaluate({}), EPOCH_MS)
    assert found in str(told.value)


def test_a_timer_is_kept_with_what_it_needs_to_come_again() -> None:
    guarded = boundary("remind", "pack", timer("timeCycle", "R2/PT10S"), cancelActivity="false")
    bench = Bench(
        model(
            start(),
            service("pack", job="pack"),
            end(),
            guarded,
            end("told"),
            path("start", "pack", "end"),
            path("remind", "told"),
        )
    )
    bench.create()
    (first_timer,) = bench.rows(Timer)
    assert (first_timer.catch_id, first_timer.due_ms, first_timer.repetitions) == (
        "remind",
        EPOCH_MS + 10_000,
        1,
    )
    bench.wait(10_000)
    (second_timer,) = bench.rows(Timer)
    assert second_timer.key > first_timer.key
    assert (second_timer.due_ms, second_timer.repetitions, second_timer.interval) == (
        EPOCH_MS + 20_000,
        0,
        "PT10S",
    )
    bench.wait(10_000)
    assert bench.rows(Timer) == []


@pytest.mark.parametrize(
    "text, found",
    [("[1..3]", "it is a range"), ("[[1..3]]", "it is a list"), ("function(x) x", "it is a function")],
)
def test_what_no_json_says_is_told_by_its_kind(text: str, found: str) -> None:
    assert shown(feel.compile(text).evaluate({})) == found
