"""Timers: what is written out is looked at when a model is read (rule `timer`)."""

import pytest

from counterflow import feel
from counterflow.bpmn.events.timer import RULE
from counterflow.documents.findings import Severity
from counterflow.model.events import TimerDefinition, TimerKind
from counterflow.model.schedules import gives_time
from tests.bpmn.diagram import (
    catch,
    element,
    end,
    event_sub_process,
    model,
    node,
    path,
    refused,
    start,
    timer,
    told,
)


def starting(definition: str) -> bytes:
    return model(start("start", definition), end(), path("start", "end"))


def caught(definition: str) -> bytes:
    return model(start(), catch("a", definition), end(), path("start", "a", "end"))


GOOD = [
    ("timeDate",     "2030-01-01T09:00:00Z"),
    ("timeDate",     "2030-01-01T09:00:00+01:00"),
    ("timeDate",     "2030-01-01T09:00:00@Europe/Paris"),
    ("timeDate",     "2030-01-01T09:00:00"),
    ("timeDate",     "2030-01-01"),
    ("timeDuration", "PT15M"),
    ("timeDuration", "P1DT2H3M4.5S"),
    ("timeDuration", "P1Y2M"),
    ("timeCycle",    "R3/PT10S"),
    ("timeCycle",    "R/P1D"),
    ("timeCycle",    "R2/P1W"),
    ("timeDuration", "P1W"),
    ("timeDuration", "P1MT1H"),
    ("timeDuration", "P1Y2M3DT4H5M6S"),
    ("timeCycle",    "R/2030-01-01T00:00:00Z/P1D"),
    ("timeCycle",    "R12/2030-01-01T00:00:00@Europe/Paris/P1M"),
    ("timeCycle",    "0 0 9-17 * * MON-FRI"),
    ("timeCycle",    "@daily"),
    ("timeDate",     "2030-01-01T09:00"),
    ("timeDate",     "2030-05-01T10:00Z"),
    ("timeDate",     "2030-10-02T08:09:40+02:00[Europe/Berlin]"),
    ("timeDuration", "PT30s"),
    ("timeCycle",    "R3/2022-07-29T14:25:00Z[Europe/Berlin]/PT10S"),
    ("timeCycle",    "r3/pt10s"),
]  # fmt: skip

BAD = [
    ("timeDate",     "tomorrow"),
    ("timeDate",     "2030-02-30T09:00:00Z"),
    ("timeDate",     "2030-01-01T09:00[Europe/Atlantis]"),
    ("timeDate",     "PT15M"),
    ("timeDuration", "15"),
    ("timeDuration", "P"),
    ("timeDuration", "P1DW1"),
    ("timeDuration", "P1T1H1D"),
    ("timeDuration", "R3/PT10S"),
    ("timeCycle",    "PT10S"),
    ("timeCycle",    "R0/PT10S"),
    ("timeCycle",    "R/PT0S"),
    ("timeCycle",    "R/-PT1S"),
    ("timeCycle",    "R3"),
    ("timeCycle",    "R3/someday/PT1H"),
    ("timeCycle",    "R3/PT1H/2030-01-01T00:00:00Z"),
    ("timeCycle",    "0/5 * * * *"),
    ("timeCycle",    "0 0 0 31 2 *"),
    ("timeCycle",    "@reboot"),
]  # fmt: skip


@pytest.mark.parametrize("kind, text", GOOD)
def test_what_is_written_out_becomes_its_own_text(kind: str, text: str) -> None:
    definition = node(starting(timer(kind, text)), "start").event
    assert isinstance(definition, TimerDefinition)
    assert definition.expression.evaluate({}).value == text


@pytest.mark.parametrize("text", ["PT1M", "P1D", "2030-01-01T09:00:00Z", "${when}"])
def test_a_date_may_be_a_duration_in_a_camunda_model(text: str) -> None:
    content = caught(timer("timeDate", text)).replace(b'id="a"', b'id="a" camunda:asyncBefore="true"')
    definition = node(content, "a").event
    assert isinstance(definition, TimerDefinition)
    value = definition.expression.evaluate({"when": "PT1M"}).value
    assert gives_time(definition.kind, value)


@pytest.mark.parametrize("kind, text", BAD)
def test_what_is_no_time_is_refused(kind: str, text: str) -> None:
    (finding,) = told(starting(timer(kind, text)), RULE, Severity.ERROR)
    assert (finding.element_id, finding.line) == ("start", 3)
    assert f"`{text}`" in finding.message
    assert "R/2030-01-01T00:00:00Z/P1D" in finding.remedy or kind != "timeCycle"


@pytest.mark.parametrize(
    "kind, text, why",
    [
        ("timeDate", "2030-01-01T09:00[Europe/Nowhere]", "and no zone is called 'Europe/Nowhere'."),
        ("timeDuration", "PT9999999999999999999H", "which no calendar holds."),
        ("timeDuration", "P99999999999999999999999Y", "which no calendar holds."),
        (
            "timeCycle",
            "R/PT0S",
            "which leaves no time between: it has to end after at most 1000 times (R3/PT0S).",
        ),
        ("timeCycle", "R3/P99999999999999999999999Y", "which no calendar holds."),
        ("timeCycle", "R3/2030-01-01T09:00@Europe/Nowhere/PT5S", "and no zone is called 'Europe/Nowhere'."),
        ("timeCycle", "R0/PT5S", "which never comes."),
    ],
)
def test_what_is_written_as_a_time_and_is_none_is_told_why(kind: str, text: str, why: str) -> None:
    (finding,) = told(starting(timer(kind, text)), RULE, Severity.ERROR)
    assert finding.message.endswith(f"that comes, found `{text}`, {why}")


@pytest.mark.parametrize("text", ["0/5 * * * *", "0 0 0 31 2 *", "@reboot"])
def test_what_is_nearly_cron_is_told_what_cron_is(text: str) -> None:
    (finding,) = told(starting(timer("timeCycle", text)), RULE, Severity.ERROR)
    assert finding.remedy.startswith("Cron has six fields")


@pytest.mark.parametrize(
    "definition, found",
    [
        (element("timerEventDefinition"), "found none"),
        (timer("timeDuration", "  "), "timeDuration ``"),
        (timer("timeOfDay", "PT1M"), "found none"),
        (
            element(
                "timerEventDefinition", element("timeDate", "2030-01-01"), element("timeDuration", "PT1M")
            ),
            "timeDate `2030-01-01` and",
        ),
    ],
)
def test_a_timer_gives_one_time(definition: str, found: str) -> None:
    (finding,) = told(caught(definition), RULE, Severity.ERROR)
    assert found in finding.message


def test_an_expression_is_asked_later() -> None:
    assert refused(caught(timer("timeDuration", "= wait")), RULE) == []
    assert refused(caught(timer("timeDuration", "= wait +")), "expression") == ["a"]


def test_a_timer_inside_is_judged_like_any_other() -> None:
    esp = event_sub_process("esp", start("in", timer("timeDate", "soon")), end("out"), path("in", "out"))
    assert refused(model(start(), end(), path("start", "end"), esp), RULE) == ["in"]


@pytest.mark.parametrize(
    "kind, expression, expected",
    [
        (TimerKind.DATE,     'date and time("2030-01-01T00:00:00Z")', True),
        (TimerKind.DATE,     'date("2030-01-01")',                    True),
        (TimerKind.DATE,     'duration("PT1H")',                      False),
        (TimerKind.DATE_OR_DURATION, 'duration("PT1H")',              True),
        (TimerKind.DATE_OR_DURATION, 'date("2030-01-01")',            True),
        (TimerKind.DATE_OR_DURATION, '"R/PT1H"',                      False),
        (TimerKind.DURATION, 'duration("PT1H")',                      True),
        (TimerKind.DURATION, 'duration("P1M")',                       True),
        (TimerKind.DURATION, '-duration("PT1H")',                     True),
        (TimerKind.DURATION, "15",                                    False),
        (TimerKind.DURATION, "null",                                  False),
        (TimerKind.CYCLE,    '"R/" + "P1D"',                          True),
        (TimerKind.CYCLE,    'duration("P1D")',                       False),
    ],
)  # fmt: skip
def test_values_of_feel_are_times_too(kind: TimerKind, expression: str, expected: bool) -> None:
    assert gives_time(kind, feel.compile(expression).evaluate({}).value) is expected


def in_camunda(text: str) -> bytes:
    task = element("serviceTask", id="work", camunda__type="external", camunda__topic="work")
    return model(start("start", timer("timeCycle", text)), task, end(), path("start", "work", "end"))


@pytest.mark.parametrize("text", ["0 0 9 ? * 2", "0 0 9 1 1 ? 2099", "R3/PT1H/2099-01-01T00:00:00"])
def test_a_cycle_of_camunda_7_may_be_quartz_cron_or_end(text: str) -> None:
    definition = node(in_camunda(text), "start").event
    assert isinstance(definition, TimerDefinition)
    assert definition.is_cycle
    assert definition.kind is TimerKind.QUARTZ_CYCLE


@pytest.mark.parametrize("text", ["0 0 9 1 * 2", "0 0 9 * *", "0 0 9 ? * 8"])
def test_what_is_nearly_quartz_cron_is_told_what_that_is(text: str) -> None:
    (finding,) = told(in_camunda(text), RULE, Severity.ERROR)
    assert "day of the week from 1 for Sunday" in finding.remedy


def test_a_cycle_with_an_end_means_something_else_to_activiti() -> None:
    content = in_camunda("R3/PT1H/2099-01-01T00:00:00").replace(
        b"http://camunda.org/schema/1.0/bpmn", b"http://activiti.org/bpmn"
    )
    (finding,) = told(content, RULE, Severity.ERROR)
    assert "repeats until `2099-01-01T00:00:00`" in finding.message
