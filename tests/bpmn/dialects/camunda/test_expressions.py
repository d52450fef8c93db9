"""Input and output parameters of Camunda 7, in FEEL."""

import pytest

from counterflow.documents.findings import Severity
from tests.bpmn.diagram import element, end, extensions, model, node, path, refused, start, told


def around(*parameters: str) -> bytes:
    inside = extensions(element("camunda:inputOutput", *parameters))
    task = element("serviceTask", inside, id="a", camunda__type="external", camunda__topic="work")
    return model(start(), task, end(), path("start", "a", "end"))


def parameter(*inside: str, name: str | None = "x", kind: str = "input") -> str:
    return element(f"camunda:{kind}Parameter", *inside, name=name)


def value(text: str) -> str:
    return element("camunda:value", text)


LIST = element("camunda:list", value("one"), value("${two}"))
MAP = element(
    "camunda:map", element("camunda:entry", "one", key="a"), element("camunda:entry", "${two}", key="b c")
)


@pytest.mark.parametrize(
    "inside, expected",
    [
        ("text", "text"),
        ("5", "5"),
        ('say "hi"', 'say "hi"'),
        ("= a", "= a"),
        ("", None),
        ("${two}", 2),
        ("#{two}", 2),
        ("${two} of ${two}", "2 of 2"),
        ("#{two}.", "2."),
        ("got ${none}, not ${two == 2}", "got , not true"),
        (LIST, ["one", 2]),
        (MAP, {"a": "one", "b c": 2}),
        (element("camunda:list", LIST, MAP), [["one", 2], {"a": "one", "b c": 2}]),
        (element("camunda:map", element("camunda:entry", LIST, key="inner")), {"inner": ["one", 2]}),
        (element("camunda:list"), []),
    ],
)
def test_values_are_texts_expressions_lists_and_maps(inside: str, expected: object) -> None:
    (mapping,) = node(around(parameter(inside)), "a").inputs
    assert mapping.target == ("x",)
    assert mapping.source.evaluate({"two": 2, "none": None}).value == expected


def test_inputs_and_outputs_are_told_apart_and_keep_their_order() -> None:
    one = node(
        around(
            parameter("1", name="b"), parameter("${r}", name="c", kind="output"), parameter("2", name="a")
        ),
        "a",
    )
    assert [mapping.target for mapping in one.inputs] == [("b",), ("a",)]
    assert [(mapping.source.text, mapping.target) for mapping in one.outputs] == [("r", ("c",))]
    assert not one.results_stay_local


def test_a_name_with_a_dot_is_one_variable() -> None:
    (mapping,) = node(around(parameter("1", name="a.b")), "a").inputs
    assert mapping.target == ("a.b",)


@pytest.mark.parametrize(
    "inside",
    [
        element("camunda:script", "1 + 1", scriptFormat="groovy"),
        element("camunda:list", element("camunda:script", "1", scriptFormat="groovy")),
        element("camunda:map", element("camunda:entry", element("camunda:script", "1"), key="a")),
    ],
)
def test_scripts_as_values_are_refused(inside: str) -> None:
    (finding,) = told(around(parameter(inside)), "expression", Severity.ERROR)
    assert finding.element_id == "a"
    assert "inputParameter 'x'" in finding.message
    assert "camunda:script" in finding.message


def test_a_parameter_without_name_is_refused() -> None:
    assert refused(around(parameter("1", name=None)), "mapping") == ["a"]


def test_juel_without_counterpart_is_refused_with_the_reason() -> None:
    (finding,) = told(around(parameter("${bean.compute('x')}")), "expression", Severity.ERROR)
    assert "bean.compute" in finding.message


@pytest.mark.parametrize("text", ["a ${", "a ${b.c()}", "${a} ${", "${'{'} or ${b}"])
def test_texts_that_cannot_be_put_together_are_refused(text: str) -> None:
    assert refused(around(parameter(text)), "expression") == ["a"]
