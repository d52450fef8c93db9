"""`camunda:failedJobRetryTimeCycle`."""

import pytest

from counterflow.bpmn.dialects.camunda.retries import RULE, duration_ms
from counterflow.documents.findings import Severity
from counterflow.model.graph import JobDefinition, RetryCycle
from tests.bpmn.diagram import element, end, extensions, model, node, path, start, told


def around(cycle: str) -> bytes:
    inside = extensions(element("camunda:failedJobRetryTimeCycle", cycle))
    task = element("serviceTask", inside, id="a", camunda__type="external", camunda__topic="work")
    return model(start(), task, end(), path("start", "a", "end"))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("PT1S", 1_000),
        ("PT0.25S", 250),
        ("pt30s", 30_000),
        ("PT1M30S", 90_000),
        ("PT2H", 7_200_000),
        ("P1DT1S", 86_401_000),
        ("P2W", 1_209_600_000),
        ("P", None),
        ("PT", None),
        ("P1M", None),
        ("P1Y", None),
        ("1S", None),
        ("PT-1S", None),
    ],
)
def test_durations(text: str, expected: int | None) -> None:
    assert duration_ms(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("R3/PT1S", RetryCycle(3, 1_000)),
        (" R1/PT10M ", RetryCycle(1, 600_000)),
        ("R10/P1D", RetryCycle(10, 86_400_000)),
    ],
)
def test_a_cycle_sets_tries_and_interval(text: str, expected: RetryCycle) -> None:
    assert node(around(text), "a").work == JobDefinition("work", retries=expected.tries, retry_cycle=expected)


def test_an_empty_cycle_is_none() -> None:
    assert node(around(""), "a").work == JobDefinition("work")


@pytest.mark.parametrize(
    "text, remedy",
    [
        ("PT5M", "R2/PT5M"),
        ("PT10M,PT1H", "R3/PT10M"),
        ("R0/PT1S", "R3/PT10M"),
        ("R/PT1S", "R3/PT10M"),
        ("R3/P1M", "R3/PT10M"),
        ("${cycle}", "R3/PT10M"),
        ("soon", "R3/PT10M"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, remedy: str) -> None:
    (finding,) = told(around(text), RULE, Severity.ERROR)
    assert finding.element_id == "a"
    assert f"'{text}'" in finding.message
    assert remedy in finding.remedy
