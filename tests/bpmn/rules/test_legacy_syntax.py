"""The rule `legacy-syntax`: what Zeebe wrote before 1.0 is not read as though it meant something else."""

import pytest

from counterflow.bpmn.rules.legacy_syntax import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import (
    definitions,
    element,
    end,
    flow,
    model,
    path,
    process,
    refused,
    service,
    start,
    told,
    warned,
)


def mapping(kind: str, source: str, target: str) -> str:
    return element("zeebe:ioMapping", element(f"zeebe:{kind}", source=source, target=target))


def header(value: str) -> str:
    return element("zeebe:taskHeaders", element("zeebe:header", key="url", value=value))


def around(*inside: str, condition: str = "= ready") -> bytes:
    return model(start(), service("a", *inside), end(), path("start", "a"), flow("a", "end", condition))


@pytest.mark.parametrize(
    "condition, instead",
    [
        ("success == true", "`= success = true`"),
        ("a && !b", "`= "),
        ("${success == true}", "`= success = true`"),
        ("foo bar ==", "`= foo bar ==`"),
    ],
)
def test_a_condition_without_equals_sign_is_refused_with_the_feel_to_write(
    condition: str, instead: str
) -> None:
    (finding,) = told(around(condition=condition), RULE, Severity.ERROR)
    assert finding.element_id == "a_end"
    assert f"`{condition}`" in finding.message
    assert instead in finding.remedy


def test_an_output_mapping_without_equals_sign_is_refused() -> None:
    (finding,) = told(around(mapping("output", "body.success", "success")), RULE, Severity.ERROR)
    assert finding.element_id == "a"
    assert "`= body.success`" in finding.remedy


def test_empty_retries_are_refused() -> None:
    task = element(
        "serviceTask",
        element("extensionElements", element("zeebe:taskDefinition", type="work", retries="")),
        id="a",
    )
    assert refused(model(start(), task, end(), path("start", "a", "end")), RULE) == ["a"]


@pytest.mark.parametrize("source", ["bookHotelFailure", "order.total", "https://example.org"])
def test_a_constant_source_is_refused_where_the_model_shows_its_age(source: str) -> None:
    assert refused(around(mapping("input", source, "x"), condition="x == 1"), RULE) == ["a", "a_end"]
    assert refused(around(mapping("input", source, "x")), RULE) == []


@pytest.mark.parametrize(
    "source, expected",
    [("GET", ["a"]), ("order.total", ["a"]), ("https://example.org", []), ("= order.total", [])],
)
def test_a_constant_source_that_looks_like_a_name_is_told(source: str, expected: list[str]) -> None:
    assert warned(around(mapping("input", source, "x")), RULE) == expected


def test_a_modeler_that_vouches_for_its_version_is_believed() -> None:
    inside = process(
        start(), service("a", mapping("input", "GET", "method")), end(), path("start", "a", "end")
    )
    assert warned(definitions(inside, modeler__executionPlatformVersion="8.6.0"), RULE) == []


def test_a_placeholder_in_a_header_is_told_and_refused_where_the_model_shows_its_age() -> None:
    assert warned(around(header("${base-url}/book")), RULE) == ["a"]
    (finding, _) = told(around(header("${base-url}/book"), condition="x == 1"), RULE, Severity.ERROR)
    assert '`= base_url + "/book"`' in finding.remedy


def test_everything_on_one_element_is_said_at_once() -> None:
    content = around(header("${base}"), mapping("output", "body", "x"))
    (finding,) = told(content, RULE, Severity.ERROR)
    assert "`${base}` in header 'url'" in finding.message
    assert "source `body`" in finding.message


def test_todays_syntax_is_accepted() -> None:
    content = around(mapping("input", "= order.total", "x.y"), header("https://example.org/{{id}}"))
    assert (refused(content, RULE), warned(content, RULE)) == ([], [])


def test_other_dialects_write_conditions_their_own_way() -> None:
    task = element("serviceTask", id="a", camunda__type="external", camunda__topic="work")
    content = model(start(), task, end(), path("start", "a"), flow("a", "end", "${x == 1}"))
    assert refused(content, RULE) == []
