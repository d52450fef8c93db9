"""The rule `timer-cycle`: cycles where something may happen again."""

import pytest

from counterflow.bpmn.rules.timer_cycle import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import (
    boundary,
    catch,
    element,
    end,
    event_sub_process,
    model,
    path,
    refused,
    service,
    start,
    timer,
    told,
    warned,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
CYCLE = timer("timeCycle", "R3/PT10S")


def on_border(cancels: str | None) -> str:
    return boundary("it", "a", CYCLE, cancelActivity=cancels)


def inside(interrupts: str | None) -> str:
    return event_sub_process(
        "esp", start("it", CYCLE, isInterrupting=interrupts), end("out"), path("it", "out")
    )


@pytest.mark.parametrize("element", [start("it", CYCLE), on_border("false"), inside("false"), inside("0")])
def test_what_does_not_interrupt_may_come_again(element: str) -> None:
    assert refused(model(*MAIN, element), RULE) == []


@pytest.mark.parametrize(
    "element, way_out",
    [
        (catch("it", CYCLE), "timeDate"),
        (on_border(None), 'cancelActivity="false"'),
        (on_border("true"), 'cancelActivity="false"'),
        (inside(None), 'isInterrupting="false"'),
        (catch("it", timer("timeCycle", "= cycle")), "timeDate"),
    ],
)
def test_what_is_over_after_the_first_time_is_refused(element: str, way_out: str) -> None:
    (finding,) = told(model(*MAIN, element), RULE, Severity.ERROR)
    assert finding.element_id == "it"
    assert way_out in finding.remedy


@pytest.mark.parametrize("definition", [timer("timeDuration"), timer("timeDate", "2030-01-01")])
def test_single_moments_may_stand_anywhere(definition: str) -> None:
    assert refused(model(*MAIN, catch("it", definition), boundary("late", "a", definition)), RULE) == []


@pytest.mark.parametrize("it", [catch("it", CYCLE), on_border("true"), inside(None)])
def test_in_camunda_7_the_first_time_counts(it: str) -> None:
    work = element("task", id="a", camunda__asyncBefore="true")
    content = model(start(), work, end(), path("start", "a", "end"), it)
    assert (refused(content, RULE), warned(content, RULE)) == ([], ["it"])
