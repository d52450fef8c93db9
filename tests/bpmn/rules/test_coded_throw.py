"""The rule `coded-throw`: what is thrown has a code, written out or, in a zeebe: model, computed."""

import pytest

from counterflow.bpmn.rules.coded_throw import RULE
from counterflow.documents.findings import Severity
from counterflow.model.events import ErrorDefinition
from tests.bpmn.diagram import (
    catch_error,
    element,
    end,
    escalated,
    extensions,
    model,
    path,
    reading,
    refused,
    start,
    throw,
    told,
    warned,
)

MAIN = (start(), path("start", "end"))


def thrown(code: str | None, *inside: str) -> bytes:
    content = model(*MAIN, *inside, end("end", element("errorEventDefinition", errorRef="error_A")))
    return content.replace(b'errorCode="A"', b"" if code is None else f'errorCode="{code}"'.encode())


@pytest.mark.parametrize(
    "code, expected",
    [
        ("A", []),
        ("NO STOCK", []),
        (None, ["end"]),
        ("", ["end"]),
        (" ", ["end"]),
        ("= code", []),
        (" =code", []),
        ("${code}", ["end"]),
    ],
)
def test_codes(code: str | None, expected: list[str]) -> None:
    assert refused(thrown(code), RULE) == expected


@pytest.mark.parametrize("code", ["= code", "${code}", "#{code}"])
def test_camunda_7_computes_no_code(code: str) -> None:
    content = thrown(code, element("serviceTask", id="work", camunda__type="external", camunda__topic="work"))
    (finding,) = told(content, RULE, Severity.ERROR)
    assert (
        f"expected a constant errorCode for endEvent 'end', found the expression `{code}`" in finding.message
    )


@pytest.mark.parametrize("code", [None, "", " "])
def test_in_camunda_models_the_id_of_an_error_stands_for_a_code_that_is_missing(code: str | None) -> None:
    content = thrown(code, element("serviceTask", id="work", camunda__type="external", camunda__topic="work"))
    (finding,) = told(content, RULE, Severity.WARNING)
    assert "its id 'error_A' is thrown as the code" in finding.message
    (process,) = reading(content).processes
    assert process.nodes["end"].event == ErrorDefinition("error_A")


def test_a_code_that_is_no_feel_is_refused_where_it_stands() -> None:
    (finding,) = told(thrown("= code +"), "expression", Severity.ERROR)
    assert (finding.element_id, "error code" in finding.message) == ("end", True)
    assert refused(thrown("= code +"), RULE) == []


def test_an_end_event_that_names_no_error_is_refused() -> None:
    assert refused(model(*MAIN, end("end", catch_error())), RULE) == ["end"]


@pytest.mark.parametrize("definition", [catch_error("zzz"), escalated("zzz")])
def test_what_names_nothing_of_the_file_is_told_once(definition: str) -> None:
    content = model(
        *MAIN, end("end", definition.replace("error_zzz", "gone").replace("escalation_zzz", "gone"))
    )
    assert b'Ref="gone"' in content
    assert [finding.rule for finding in reading(content).findings if finding.severity is Severity.ERROR] == [
        "dangling-reference"
    ]


@pytest.mark.parametrize(
    "mark, tag, expected",
    [
        ("", "intermediateThrowEvent", []),
        ("", "endEvent", ["it"]),
        ("zeebe", "intermediateThrowEvent", ["it"]),
        ("camunda", "intermediateThrowEvent", ["it"]),
    ],
)
def test_only_the_standard_lets_an_escalation_be_thrown_without_code(
    mark: str, tag: str, expected: list[str]
) -> None:
    inside = extensions(element(f"{mark}:properties")) if mark else ""
    event = element(tag, inside, escalated(), id="it")
    assert refused(model(start(), event, path("start", "it")), RULE) == expected


def test_an_intermediate_throw_may_compute_the_code() -> None:
    content = model(start(), throw("it", escalated("A")), path("start", "it"))
    assert refused(content.replace(b'escalationCode="A"', b'escalationCode="= code"'), RULE) == []


def test_a_message_that_would_be_lost_is_told() -> None:
    content = thrown("A", extensions(element("camunda:properties")))
    assert warned(content.replace(b'errorCode="A"', b'errorCode="A" camunda:errorMessage="gone"'), RULE) == [
        "end"
    ]
