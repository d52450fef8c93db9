"""The rule `timer-length`: what a timer always says leaves time to wait, and comes."""

import pytest

from counterflow.bpmn.read import read_accepted
from counterflow.bpmn.rules.timer_length import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import catch, element, end, model, path, service, start, timer, told
from tests.bpmn.events.test_timer import GOOD

ZEEBE, CAMUNDA = "zeebe", "camunda"


def of_dialect(dialect: str, definition: str) -> bytes:
    """A process that begins with a timer, and whose task shows whose dialect it is."""
    camunda = element("serviceTask", id="work", camunda__type="external", camunda__topic="work")
    task = camunda if dialect == CAMUNDA else service("work", job="work")
    return model(start("start", definition), task, end(), path("start", "work", "end"))


def caught(definition: str) -> bytes:
    return model(start(), catch("a", definition), end(), path("start", "a", "end"))


@pytest.mark.parametrize("kind, text", GOOD)
def test_a_time_to_wait_for_needs_no_remark(kind: str, text: str) -> None:
    assert not any(told(of_dialect(ZEEBE, timer(kind, text)), RULE, severity) for severity in Severity)


@pytest.mark.parametrize("dialect", [ZEEBE, CAMUNDA])
@pytest.mark.parametrize(
    "kind, text",
    [
        ("timeDuration", "PT0S"),
        ("timeDuration", "-PT1M"),
        ("timeDuration", "P1DT-24h"),
        ("timeDuration", "-P1Y"),
            ("timeCycle",    "R3/PT0S"),
        ("timeCycle",    "R3/-PT1S"),
    ],
)  # fmt: skip
def test_what_leaves_no_time_is_due_at_once_which_is_remarked(dialect: str, kind: str, text: str) -> None:
    content = of_dialect(dialect, timer(kind, text))
    (finding,) = told(content, RULE, Severity.WARNING)
    assert finding.element_id == "start"
    assert f"`{text}`, which leaves no time to wait: it is due at once" in finding.message


@pytest.mark.parametrize("dialect", [ZEEBE, CAMUNDA])
@pytest.mark.parametrize(
    "kind, text",
    [
        ("timeDate",     "999999999-01-01T00:00Z"),
        ("timeDuration", "P99999999999Y"),
        ("timeDuration", "-P99999999999Y"),
        ("timeDuration", "P280000Y"),
        ("timeCycle",    "R3/P99999999999Y"),
        ("timeCycle",    "R3/999999999-01-01T00:00Z/P1D"),
        ("timeCycle",    "R3/2030-01-01T00:00Z/P99999999999Y"),
        ("timeCycle",    "R3/2030-01-01T00:00Z/P280000Y"),
    ],
)  # fmt: skip
def test_what_no_calendar_holds_is_refused(dialect: str, kind: str, text: str) -> None:
    (finding,) = told(of_dialect(dialect, timer(kind, text)), RULE, Severity.ERROR)
    assert f"`{text}`, which no calendar holds" in finding.message
    assert finding.remedy


def test_an_expression_that_gives_the_same_for_ever_is_judged_as_a_text() -> None:
    (finding,) = told(caught(timer("timeDuration", '= duration("P99999999999Y")')), RULE, Severity.ERROR)
    assert "no calendar holds" in finding.message
    for text in (
        '= date and time("2040-01-01T00:00:00Z") - now()',
        '= date and time("2020-01-01T00:00:00Z") - now()',
        "= wait",
    ):
        assert not any(told(caught(timer("timeDuration", text)), RULE, severity) for severity in Severity), (
            text
        )
    for text in ('= duration("-PT1M")', '= "-PT1M"', '= -@"PT1M"'):
        (finding,) = told(caught(timer("timeDuration", text)), RULE, Severity.WARNING)
        assert "is due at once" in finding.message


def test_what_was_deployed_before_is_still_read() -> None:
    assert read_accepted(caught(timer("timeDuration", "P99999999999Y")), "model.bpmn").processes
