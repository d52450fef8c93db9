"""The rule `called-process`: a call names what it calls."""

import pytest

from counterflow.bpmn.rules.called_process import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import (
    definitions,
    element,
    end,
    extensions,
    model,
    path,
    process,
    refused,
    start,
    timer,
    told,
)


def around(call: str) -> bytes:
    return model(start(), call, end(), path("start", "a", "end"))


def test_a_process_that_is_named_is_not_looked_for_yet() -> None:
    assert (
        refused(
            around(
                element("callActivity", extensions(element("zeebe:calledElement", processId="later")), id="a")
            ),
            RULE,
        )
        == []
    )


@pytest.mark.parametrize(
    "inside, remedy",
    [
        ("", 'calledElement="'),
        (extensions(element("zeebe:calledElement", processId=" ")), "zeebe:calledElement"),
        (extensions(element("zeebe:ioMapping")), "zeebe:calledElement"),
        (extensions(element("camunda:in", variables="all")), 'calledElement="'),
    ],
)
def test_a_call_of_nothing_is_refused_in_the_words_of_the_dialect(inside: str, remedy: str) -> None:
    (finding,) = told(around(element("callActivity", inside, id="a")), RULE, Severity.ERROR)
    assert finding.element_id == "a"
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    "called, warned_of",
    [
        (process(start(), end(), path("start", "end"), process_id="own"), None),
        (
            process(start("s", timer("timeCycle", "R/P1D")), end("e"), path("s", "e"), process_id="own"),
            "no none start event",
        ),
        (process(process_id="own", executable="false"), "not marked executable"),
    ],
)
def test_a_process_of_the_same_file_that_cannot_be_called_is_told(called: str, warned_of: str | None) -> None:
    call = element("callActivity", extensions(element("zeebe:calledElement", processId="own")), id="a")
    calling = process(start("begin"), call, end("done"), path("begin", "a", "done"), process_id="calling")
    findings = told(definitions(calling, called), RULE, Severity.WARNING)
    assert [finding.element_id for finding in findings] == (["a"] if warned_of else [])
    assert all(str(warned_of) in finding.message for finding in findings)
