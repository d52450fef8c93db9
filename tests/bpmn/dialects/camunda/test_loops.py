"""Multi-instance activities of Camunda 7: a collection or number, a variable, a condition in JUEL."""

import pytest

from counterflow.bpmn.loops import RULE
from counterflow.model.graph import MultiInstance
from tests.bpmn.diagram import element, end, model, node, path, refused, start

HALF = "nrOfCompletedInstances / nrOfInstances > 0.5"
EXTERNAL = {"camunda__type": "external", "camunda__topic": "work"}


def each(*inside: str, **attributes: str | None) -> bytes:
    loop = element("multiInstanceLoopCharacteristics", *inside, **attributes)
    return model(start(), element("serviceTask", loop, id="a", **EXTERNAL), end(), path("start", "a", "end"))


def loop_of(content: bytes) -> MultiInstance:
    loop = node(content, "a").multi_instance
    assert loop is not None
    return loop


@pytest.mark.parametrize(
    "inside, attributes, expected",
    [
        ([], {"camunda__collection": "items"}, ("items", None)),
        (
            [],
            {"camunda__collection": "${order.items}", "camunda__elementVariable": "item"},
            ("order.items", "item"),
        ),
        ([], {"camunda__collection": "#{items}", "camunda__asyncBefore": "true"}, ("items", None)),
        ([element("loopCardinality", "3")], {}, ("3", None)),
        ([element("loopCardinality", " ${count} ")], {}, ("count", None)),
        (
            [element("loopDataInputRef", "items"), element("inputDataItem", name="item")],
            {},
            ("items", "item"),
        ),
    ],
)
def test_how_often_and_for_what(
    inside: list[str], attributes: dict[str, str], expected: tuple[str, str | None]
) -> None:
    loop = loop_of(each(*inside, **attributes))
    assert (loop.collection.text, loop.element_variable) == expected
    assert (loop.output_collection, loop.output_element, loop.first_loop_counter) == (None, None, 0)


@pytest.mark.parametrize(
    "condition, expected",
    [
        (element("completionCondition", "${nrOfCompletedInstances >= 2}"), "nrOfCompletedInstances >= 2"),
        (element("completionCondition", f"${{{HALF}}}"), HALF),
        (
            element("completionCondition", "nrOfCompletedInstances / nrOfInstances > 0.5", language="feel"),
            "nrOfCompletedInstances / nrOfInstances > 0.5",
        ),
    ],
)
def test_when_it_is_enough(condition: str, expected: str) -> None:
    until = loop_of(each(condition, camunda__collection="items")).completion_condition
    assert until is not None
    assert until.text == expected


@pytest.mark.parametrize(
    "inside, attributes, rule",
    [
        ([], {}, RULE),
        ([element("loopCardinality", "3")], {"camunda__collection": "items"}, RULE),
        ([element("loopCardinality", "many")], {}, RULE),
        ([element("loopCardinality", "-1")], {}, RULE),
        ([], {"camunda__collection": "items", "camunda__elementVariable": "an item"}, RULE),
        ([], {"camunda__collection": "${service.items()}"}, "expression"),
        ([], {"camunda__collection": "some items"}, "expression"),
        ([element("completionCondition", "enough")], {"camunda__collection": "items"}, "expression"),
        (
            [element("completionCondition", "${nrOfInstances % 2 == 0}")],
            {"camunda__collection": "items"},
            "expression",
        ),
    ],
)
def test_what_does_not_say_so_is_refused(inside: list[str], attributes: dict[str, str], rule: str) -> None:
    assert refused(each(*inside, **attributes), rule) == ["a"]
