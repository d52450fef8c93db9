"""`zeebe:loopCharacteristics`: collection, item, results, and when it is enough."""

import pytest

from counterflow.bpmn.loops import RULE
from counterflow.model.graph import MultiInstance
from tests.bpmn.diagram import element, end, extensions, model, node, path, reading, refused, service, start


def each(*inside: str, **written: str | None) -> bytes:
    loop = element(
        "multiInstanceLoopCharacteristics",
        extensions(element("zeebe:loopCharacteristics", **written)),
        *inside,
    )
    return model(
        start(),
        service("a").replace("</serviceTask>", f"{loop}</serviceTask>"),
        end(),
        path("start", "a", "end"),
    )


def loop_of(content: bytes) -> MultiInstance:
    loop = node(content, "a").multi_instance
    assert loop is not None
    return loop


def test_a_collection_is_enough() -> None:
    loop = loop_of(each(inputCollection="= order.items"))
    assert loop.collection.text == "order.items"
    assert (
        loop.element_variable,
        loop.output_collection,
        loop.output_element,
        loop.completion_condition,
    ) == (None, None, None, None)
    assert (loop.is_sequential, loop.first_loop_counter) == (False, 1)


def test_item_results_and_condition() -> None:
    written = {"inputElement": "item", "outputCollection": "results", "outputElement": "= result.total"}
    loop = loop_of(
        each(
            element("completionCondition", "= numberOfCompletedInstances = 2"),
            inputCollection="= items",
            **written,
        )
    )
    assert loop.output_element is not None
    assert loop.completion_condition is not None
    assert (loop.element_variable, loop.output_collection, loop.output_element.text) == (
        "item",
        "results",
        "result.total",
    )
    assert loop.completion_condition.text == "numberOfCompletedInstances = 2"


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"inputCollection": " "},
        {"inputCollection": "items"},
        {"inputCollection": "= items", "inputElement": "an item"},
        {"inputCollection": "= items", "outputCollection": "results"},
        {"inputCollection": "= items", "outputElement": "= result"},
        {"inputCollection": "= items", "outputCollection": "results", "outputElement": "result"},
        {"inputCollection": "= items", "outputCollection": "all.results", "outputElement": "= result"},
    ],
)
def test_what_is_missing_or_half_is_refused_once(written: dict[str, str]) -> None:
    assert [(finding.rule, finding.element_id) for finding in reading(each(**written)).findings] == [
        (RULE, "a")
    ]


def test_a_mark_without_extension_is_refused() -> None:
    plain = element(
        "task",
        extensions(element("zeebe:properties")),
        element("multiInstanceLoopCharacteristics", element("loopCardinality", "3")),
        id="a",
    )
    assert refused(model(start(), plain, end(), path("start", "a", "end")), RULE) == ["a"]


def test_a_condition_without_equals_sign_is_refused() -> None:
    assert refused(each(element("completionCondition", "enough"), inputCollection="= items"), RULE) == ["a"]
    assert refused(
        each(element("completionCondition", "= enough +"), inputCollection="= items"), "expression"
    ) == ["a"]


def test_an_empty_condition_is_none() -> None:
    assert (
        loop_of(each(element("completionCondition"), inputCollection="= items")).completion_condition is None
    )
