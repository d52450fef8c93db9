"""The rule `extension-place`: extensions of the dialect where nobody reads them."""

import pytest

from counterflow.bpmn.rules.extension_place import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    element,
    end,
    extensions,
    flow,
    model,
    path,
    reading,
    service,
    start,
    warned,
)

EXTERNAL = {"camunda__type": "external", "camunda__topic": "work"}
CAMUNDA_TASK = element("serviceTask", id="a", **EXTERNAL)


def following(task: str, *extension: str) -> bytes:
    """start → a → end, with extensions on the last flow."""
    last = flow("a", "end").replace("</sequenceFlow>", f"{extensions(*extension)}</sequenceFlow>")
    return model(start(), task, end(), flow("start", "a"), last)


@pytest.mark.parametrize(
    "task, extension, listed",
    [
        (CAMUNDA_TASK, element("camunda:executionListener"), "camunda:executionListener"),
        (CAMUNDA_TASK, element("camunda:properties"), "camunda:properties"),
        (service("a"), element("zeebe:properties"), "zeebe:properties"),
    ],
)
def test_on_a_sequence_flow_they_are_told(task: str, extension: str, listed: str) -> None:
    content = following(task, extension)
    assert warned(content, RULE) == ["a_end"]
    assert any(listed in finding.message for finding in reading(content).findings)


def test_inside_an_event_definition_too() -> None:
    definition = element(
        "timerEventDefinition", element("timeDuration", "PT1M"), extensions(element("zeebe:ioMapping"))
    )
    assert warned(model(start(), catch("a", definition), end(), path("start", "a", "end")), RULE) == ["a"]


def test_what_is_read_there_is_not() -> None:
    caught = boundary(
        "b", "a", catch_error("A", camunda__errorCodeVariable="code", camunda__errorMessageVariable="why")
    )
    told = element(
        "intermediateThrowEvent",
        element("messageEventDefinition", extensions(element("camunda:field")), **EXTERNAL),
        id="t",
    )
    content = model(start(), CAMUNDA_TASK, told, end(), path("start", "a", "t", "end"), caught)
    assert warned(content, RULE) == []
