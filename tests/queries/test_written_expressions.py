"""Incidents quote what a person has written, not what it was translated to."""

from __future__ import annotations

import pytest

from counterflow.bpmn.read import read_accepted
from counterflow.testing import Engine

CAMUNDA = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="tests"'
)


def model(inputs: str = "", condition: str = "") -> bytes:
    """A process of Camunda 7 with a task that has these inputs, and a gateway with this condition."""
    return (
        f'<bpmn:definitions {CAMUNDA}><bpmn:process id="order" isExecutable="true" '
        'camunda:historyTimeToLive="P1D"><bpmn:startEvent id="start"/>'
        '<bpmn:serviceTask id="pay" camunda:type="external" camunda:topic="pay"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{inputs}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
        '<bpmn:exclusiveGateway id="is-large"/><bpmn:endEvent id="end"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="pay"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="pay" targetRef="is-large"/>'
        '<bpmn:sequenceFlow id="f3" sourceRef="is-large" targetRef="end">'
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition or "${true}"}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow></bpmn:process></bpmn:definitions>"
    ).encode()


def message_of(engine: Engine) -> str:
    """The one incident's message."""
    (incident,) = engine.incidents()
    return incident.message


@pytest.mark.parametrize("condition", ["${amount &gt; 5 &amp;&amp; !isOpen}", "#{empty amount}"])
def test_a_condition_without_an_answer_is_quoted_as_it_is_written(condition: str) -> None:
    engine = Engine()
    engine.deploy_contents({"order.bpmn": model(condition=condition)})
    engine.start("order", {"amount": "many", "isOpen": 7})
    engine.complete("pay")
    written = condition.replace("&gt;", ">").replace("&amp;", "&")
    assert f"({written})" in message_of(engine) or f"'{written}'" in message_of(engine)


@pytest.mark.parametrize(
    "inside,written",
    [
        ("${amount + 1}", "${amount + 1}"),
        ("no ${amount}", "no ${amount}"),
        ("paid", "paid"),
        ('<camunda:script scriptFormat="juel">${1 / amount}</camunda:script>', "${1 / amount}"),
        ('<camunda:script scriptFormat="feel">=amount + 1</camunda:script>', "=amount + 1"),
        ("<camunda:list><camunda:value>${amount}</camunda:value></camunda:list>", "=[amount]"),
    ],
)
def test_a_parameter_knows_how_it_is_written(inside: str, written: str) -> None:
    parameter = f'<camunda:inputParameter name="x">{inside}</camunda:inputParameter>'
    (process,) = read_accepted(model(parameter), "order.bpmn").processes
    (mapping,) = process.nodes["pay"].inputs
    assert mapping.source.written == written


def test_an_expression_in_feel_is_quoted_behind_its_mark() -> None:
    engine = Engine()
    script = '<camunda:script scriptFormat="feel">assert(amount, false)</camunda:script>'
    engine.deploy_contents(
        {"order.bpmn": model(f'<camunda:inputParameter name="x">{script}</camunda:inputParameter>')}
    )
    engine.start("order", {"amount": 0})
    assert "Expected '=assert(amount, false)' to give" in message_of(engine)
