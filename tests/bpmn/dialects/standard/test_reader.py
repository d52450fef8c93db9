"""Models of no vendor: work, data, conditions and calls in BPMN's own words."""

import json

import pytest

from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.data import GoesIn, VariableMapping
from counterflow.model.graph import (
    Behaviour,
    CalledProcess,
    Dialect,
    JobDefinition,
    Node,
    Process,
    ScriptDefinition,
)
from tests.bpmn.diagram import (
    definitions,
    element,
    end,
    flow,
    gateway,
    path,
    process,
    reading,
    refused,
    start,
    told,
    warned,
)

OPERATION = element("interface", element("operation", id="op", name="book"), id="i", name="travel")


def around(task: str, *beside: str, **root: str) -> bytes:
    return definitions(process(start(), *beside, task, end(), path("start", "a", "end")), OPERATION, **root)


def only(content: bytes) -> Process:
    (one,) = reading(content).processes
    assert one.dialect is Dialect.STANDARD
    return one


def task(content: bytes) -> Node:
    return only(content).nodes["a"]


def texts(mappings: tuple[VariableMapping, ...]) -> dict[str, str]:
    return {".".join(mapping.target): mapping.source.text for mapping in mappings}


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask", "businessRuleTask", "scriptTask"])
@pytest.mark.parametrize(
    "attributes, expected, is_told",
    [
        ({"operationRef": "op"}, "book", False),
        ({"implementation": "booking"}, "booking", False),
        ({"implementation": "##WebService"}, "a", True),
        ({}, "a", True),
    ],
)
def test_a_job_is_called_after_what_does_it(
    tag: str, attributes: dict[str, str], expected: str, is_told: bool
) -> None:
    content = around(element(tag, id="a", **attributes))
    assert task(content).work == JobDefinition(expected)
    assert warned(content, "job-type") == (["a"] if is_told else [])


def test_a_job_may_be_computed() -> None:
    work = task(around(element("serviceTask", id="a", implementation="${kind}"))).work
    assert isinstance(work, JobDefinition)
    assert isinstance(work.type, Expression)


@pytest.mark.parametrize("attributes, called", [({"calledElement": "other"}, "other"), ({}, None)])
def test_a_call_names_its_process(attributes: dict[str, str], called: str | None) -> None:
    content = around(element("callActivity", id="a", **attributes))
    if called is None:
        assert refused(content, "called-process") == ["a"]
        return
    assert task(content).work == CalledProcess(
        called, GoesIn.WHAT_IS_NAMED, propagate_all_out=False, is_past_on_return=True
    )
    (finding,) = told(content, "called-process", Severity.WARNING)
    assert "begins without variables" in finding.message


SPECIFIED = element(
    "ioSpecification",
    element("dataInput", id="in", name="amount"),
    element("dataInput", id="other", name="currency"),
    element("dataOutput", id="out"),
)
ORDER = element("dataObject", id="o", name="the order")
REFERENCE = element("dataObjectReference", id="r", dataObjectRef="o")


def association(kind: str, *inside: str) -> str:
    return element(f"data{kind}Association", *inside)


def source(data_id: str) -> str:
    return element("sourceRef", data_id)


def target(data_id: str) -> str:
    return element("targetRef", data_id)


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([source("r"), target("in")], {"amount": "`the order`"}),
        ([source("unknown"), target("in")], {"amount": "unknown"}),
        ([source("r"), target("in"), element("transformation", "${total * 2}")], {"amount": "total * 2"}),
        ([target("in"), element("assignment", element("from", "5"), element("to", "in"))], {"amount": '"5"'}),
        (
            [target("in"), element("assignment", element("from", "= 2 + 3"), element("to", "other"))],
            {"currency": "2 + 3"},
        ),
        ([source("r"), target("property of a drawing")], {}),
    ],
)
def test_what_goes_in_is_an_input(inside: list[str], expected: dict[str, str]) -> None:
    one = task(
        around(element("userTask", SPECIFIED, association("Input", *inside), id="a"), ORDER, REFERENCE)
    )
    assert texts(one.inputs) == expected
    assert not one.results_stay_local


def test_what_comes_out_is_an_output_and_nothing_else_leaves() -> None:
    outputs = association("Output", source("out"), target("r")), association("Output", target("o"))
    one = task(around(element("userTask", SPECIFIED, *outputs, id="a"), ORDER, REFERENCE))
    assert texts(one.outputs) == {"the order": "out"}
    assert one.results_stay_local


@pytest.mark.parametrize("inside", [[target("in")], [source("r"), source("o"), target("in")]])
def test_an_association_needs_one_source(inside: list[str]) -> None:
    drawn = element("userTask", SPECIFIED, association("Input", *inside), id="a")
    assert refused(around(drawn, ORDER, REFERENCE), "data") == ["a"]


@pytest.mark.parametrize(
    "language, script, expected",
    [("feel", "= 1 + 2", "1 + 2"), ("juel", "${a.size()}", "count(a)"), (None, "${a}", "a")],
)
def test_a_script_gives_the_data_output(language: str | None, script: str, expected: str) -> None:
    out = association("Output", source("out"), target("o"))
    written = element("scriptTask", SPECIFIED, out, element("script", script), id="a", scriptFormat=language)
    one = task(around(written, ORDER))
    assert one.behaviour is Behaviour.SCRIPT_TASK
    assert isinstance(one.work, ScriptDefinition)
    assert (one.work.expression.text, one.work.result_variable) == (expected, "out")


def test_a_script_without_an_output_is_refused() -> None:
    written = element("scriptTask", element("script", "1"), id="a", scriptFormat="feel")
    assert refused(around(written), "script") == ["a"]


def test_a_script_in_another_language_is_a_job() -> None:
    work = task(around(element("scriptTask", element("script", "1"), id="a", scriptFormat="python"))).work
    assert isinstance(work, JobDefinition)
    assert (work.type, json.loads(work.headers)) == (
        "script.python",
        {"script": "1", "scriptFormat": "python"},
    )


@pytest.mark.parametrize(
    "text, language, of_the_file, expected",
    [
        ("${a.size() > 1}", None, None, "count(a) > 1"),
        ("= a > 1", None, None, "a > 1"),
        ("a > 1", "feel", None, "a > 1"),
        ("a > 1", None, "https://www.omg.org/spec/DMN/20191111/FEEL/", "a > 1"),
        ("${a > 1}", None, "http://www.omg.org/spec/FEEL/20140401", "a > 1"),
        ("a > 1", None, None, None),
        ("a > 1", "http://www.w3.org/1999/XPath", None, None),
        ("a > 1", "groovy", None, None),
    ],
)
def test_conditions(text: str, language: str | None, of_the_file: str | None, expected: str | None) -> None:
    condition = element("conditionExpression", text.replace(">", "&gt;"), language=language)
    yes = element("sequenceFlow", condition, id="yes", sourceRef="g", targetRef="end")
    inside = start(), gateway("g", default="g_no"), end(), end("no"), path("start", "g"), yes, flow("g", "no")
    content = definitions(process(*inside), expressionLanguage=of_the_file)
    if expected is None:
        (finding,) = told(content, "expression", Severity.ERROR)
        assert "${" in finding.remedy
        return
    flows = {one.id: one.condition for one in only(content).nodes["g"].outgoing}
    assert flows["yes"] is not None
    assert flows["yes"].text == expected


def repeated(*inside: str) -> bytes:
    return around(element("userTask", element("multiInstanceLoopCharacteristics", *inside), id="a"), ORDER)


ITEM = element("inputDataItem", id="i", name="item")
RESULT = element("outputDataItem", id="result")


def test_a_collection_by_its_id() -> None:
    content = repeated(
        element("loopDataInputRef", "items"),
        element("loopDataOutputRef", "o"),
        ITEM,
        RESULT,
        element("completionCondition", "= nrOfCompletedInstances = 2"),
    )
    loop = task(content).multi_instance
    assert loop is not None
    assert loop.output_element is not None
    assert loop.completion_condition is not None
    assert (loop.collection.text, loop.element_variable, loop.first_loop_counter) == ("items", "item", 0)
    assert (loop.output_collection, loop.output_element.text) == ("the order", "result")
    assert loop.completion_condition.text == "nrOfCompletedInstances = 2"


def test_a_number() -> None:
    loop = task(repeated(element("loopCardinality", "${count}"))).multi_instance
    assert loop is not None
    assert (loop.is_counted, loop.collection.text) == (True, "count")


@pytest.mark.parametrize(
    "inside",
    [
        [],
        [ITEM],
        [element("loopDataInputRef", "items"), element("loopDataOutputRef", "o")],
        [element("loopDataInputRef", "items"), RESULT],
        [element("loopDataInputRef", "items"), element("loopCardinality", "3")],
    ],
)
def test_a_repetition_that_is_said_by_halves_is_refused(inside: list[str]) -> None:
    assert set(refused(repeated(*inside), "multi-instance")) == {"a"}
