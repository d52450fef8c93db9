"""The rule `coded-catch`: no two catches of the same error in one place."""

import pytest

from counterflow.bpmn.read import read_accepted
from counterflow.bpmn.rules.coded_catch import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    end,
    escalated,
    event_sub_process,
    model,
    path,
    refused,
    service,
    start,
    sub_process,
    told,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"), end("failed"))


def caught(event: str, code: str | None) -> str:
    return boundary(event, "a", catch_error(code)) + path(event, "failed")


def esp(name: str, code: str | None) -> str:
    return event_sub_process(
        name,
        start(f"{name}_start", catch_error(code)),
        end(f"{name}_end"),
        path(f"{name}_start", f"{name}_end"),
    )


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([caught("one", "A"), caught("two", "B"), caught("rest", None)], []),
        ([caught("one", "A"), caught("two", "A")], ["two"]),
        ([caught("one", None), caught("two", None)], ["two"]),
        ([esp("one", "A"), esp("two", "B"), esp("rest", None)], []),
        ([esp("one", "A"), esp("two", "A")], ["two_start"]),
        ([esp("one", None), esp("two", None)], ["two_start"]),
        ([caught("one", "A"), esp("two", "A")], []),
    ],
)
def test_catches_of_one_place(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == expected


def test_catches_of_what_is_not_in_the_file_are_no_rivals() -> None:
    lost = [caught(name, "A").replace("error_A", "gone") for name in ("one", "two")]
    assert refused(model(*MAIN, *lost), RULE) == []
    assert refused(model(*MAIN, *lost), "dangling-reference") == ["one", "two"]


@pytest.mark.parametrize("code", ["= code", "${code}", "#{code}"])
def test_what_is_caught_is_written_out(code: str) -> None:
    content = model(*MAIN, caught("one", "A"), esp("two", "A")).replace(
        b'errorCode="A"', f'errorCode="{code}"'.encode()
    )
    findings = told(content, RULE, Severity.ERROR)
    assert [finding.element_id for finding in findings] == ["one", "two_start"]
    assert all(
        "expected a constant errorCode" in finding.message and f"`{code}`" in finding.message
        for finding in findings
    )


@pytest.mark.parametrize(
    "codes, expected",
    [(("A", "B"), []), (("A", None), []), (("A", "A"), ["two"]), ((None, None), ["two"])],
)
def test_escalations_compete_as_errors_do(codes: tuple[str | None, str | None], expected: list[str]) -> None:
    catches = [
        boundary(name, "a", escalated(code), cancelActivity="false") + path(name, "failed")
        for name, code in zip(("one", "two"), codes, strict=True)
    ]
    assert refused(model(*MAIN, *catches), RULE) == expected


def test_an_error_and_an_escalation_of_one_code_do_not_compete() -> None:
    escalation = boundary("two", "a", escalated("A")) + path("two", "failed")
    assert refused(model(*MAIN, caught("one", "A"), escalation), RULE) == []


def test_two_errors_with_one_code_are_the_same_error() -> None:
    content = model(*MAIN, caught("one", "A"), caught("two", "B")).replace(b'errorCode="B"', b'errorCode="A"')
    assert refused(content, RULE) == ["two"]


@pytest.mark.parametrize("dialect", ["standard", "camunda"])
def test_white_space_around_a_code_belongs_to_it_and_is_told_on_both_sides(dialect: str) -> None:
    mark = "" if dialect == "standard" else ' camunda:historyTimeToLive="1"'
    inside = (start("in"), end("out", catch_error("A")), path("in", "out"))
    content = model(
        start(),
        sub_process("a", *inside),
        end(),
        path("start", "a", "end"),
        end("failed"),
        caught("one", "B"),
    )
    spaced = content.replace(b'errorCode="A"', b'errorCode=" B "').replace(
        b"<process", f"<process{mark}".encode(), 1
    )
    assert {process.dialect.value for process in read_accepted(spaced, "a.bpmn").processes} == {dialect}
    assert [finding.element_id for finding in told(spaced, "coded-throw", Severity.WARNING)] == ["out"]
    assert [finding.element_id for finding in told(spaced, "idle-catch", Severity.WARNING)] == ["one"]
    both = spaced.replace(b'errorCode="B"', b'errorCode=" B "')
    assert [finding.element_id for finding in told(both, RULE, Severity.WARNING)] == ["one"]
    assert told(both, "idle-catch", Severity.WARNING) == []
