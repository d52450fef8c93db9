"""Timers and messages of Camunda 7: JUEL inside, keys by our own extension, thrown messages as jobs."""

import json

import pytest

from counterflow.bpmn.rules.correlation_key import RULE
from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.events import MessageDefinition, TimerDefinition
from counterflow.model.graph import Behaviour, JobDefinition
from tests.bpmn.diagram import (
    catch,
    catch_message,
    definitions,
    element,
    end,
    extensions,
    model,
    node,
    path,
    process,
    reading,
    receive,
    refused,
    start,
    throw,
    timer,
    told,
)

KEY = {"counterflow__correlationKey": "${order.id}"}
ASYNC = {"camunda__asyncBefore": "true"}
"""Makes it a camunda: model."""


def between(it: str) -> bytes:
    return model(start(**ASYNC), it, end(), path("start", "a", "end"))


def properties(value: str) -> str:
    return extensions(
        element(
            "camunda:properties", element("camunda:property", name="counterflow:correlationKey", value=value)
        )
    )


@pytest.mark.parametrize(
    "text, expected",
    [
        ("PT5M", '"PT5M"'),
        ("${wait}", "wait"),
        ("PT${n}M", '"PT" + string(n) + "M"'),
    ],
)
def test_a_timer_is_text_or_juel(text: str, expected: str) -> None:
    event = node(between(catch("a", timer("timeDuration", text))), "a").event
    assert isinstance(event, TimerDefinition)
    assert event.expression.text == expected


def test_what_is_no_time_is_refused_here_too() -> None:
    assert refused(between(catch("a", timer("timeCycle", "0 0 * * *"))), "timer") == ["a"]
    assert refused(between(catch("a", timer("timeDuration", "${service.wait()}"))), "expression") == ["a"]


@pytest.mark.parametrize(
    "it",
    [
        catch("a", catch_message("order", **KEY)),
        catch("a", catch_message("order"), **KEY),
        catch("a", catch_message("order"), properties("${order.id}")),
        receive("a", "order", **KEY),
        receive("a", "order", properties("${order.id}")),
    ],
)
def test_the_key_is_an_attribute_or_a_property(it: str) -> None:
    event = node(between(it), "a").event
    assert isinstance(event, MessageDefinition)
    assert event.correlation_key is not None
    assert (event.name, event.correlation_key.text) == ("order", "order.id")


def test_the_key_may_stand_on_the_message_for_all_who_wait_for_it() -> None:
    message = element("message", id="m", name="order-${region}", **KEY)
    waiting = element("intermediateCatchEvent", element("messageEventDefinition", messageRef="m"), id="a")
    event = node(
        definitions(process(start(**ASYNC), waiting, end(), path("start", "a", "end")), message), "a"
    ).event
    assert isinstance(event, MessageDefinition)
    assert isinstance(event.name, Expression)
    assert event.name.text == '"order-" + string(region)'
    assert event.correlation_key is not None


@pytest.mark.parametrize("key", [None, "", " "])
def test_without_a_key_an_instance_is_meant(key: str | None) -> None:
    event = node(between(catch("a", catch_message("order", counterflow__correlationKey=key))), "a").event
    assert event == MessageDefinition("order")


def test_a_receive_task_without_a_message_waits_by_its_id() -> None:
    assert node(between(receive("a", None)), "a").event == MessageDefinition("a")


def test_of_a_constant_key_the_remedy_is_ours() -> None:
    (finding,) = told(
        between(catch("a", catch_message("order", counterflow__correlationKey="id"))), RULE, Severity.ERROR
    )
    assert finding.element_id == "a"
    assert 'counterflow:correlationKey="${id}"' in finding.remedy
    assert "https://counterflow.dev/schema/bpmn/1.0" in finding.remedy


def test_a_start_event_of_a_process_needs_none() -> None:
    event = node(model(start("a", catch_message("order"), **ASYNC), end(), path("a", "end")), "a").event
    assert event == MessageDefinition("order")


@pytest.mark.parametrize(
    "work, expected, headers",
    [
        ({"camunda__type": "external", "camunda__topic": "tell"}, "tell", {}),
        ({"camunda__class": "org.acme.Tell"}, "org.acme.Tell", {}),
        ({"camunda__delegateExpression": "${teller}"}, "teller", {}),
        (
            {"camunda__expression": "${teller.tell(order)}"},
            "teller.tell",
            {"expression": "${teller.tell(order)}"},
        ),
    ],
)
def test_a_thrown_message_is_a_job_as_its_definition_says(
    work: dict[str, str], expected: str, headers: dict[str, str]
) -> None:
    field = extensions(element("camunda:field", name="to", stringValue="all"))
    definition = element("messageEventDefinition", field, **work)
    for content in (
        between(throw("a", definition)),
        model(start(**ASYNC), end("a", definition), path("start", "a")),
    ):
        job = node(content, "a").work
        assert isinstance(job, JobDefinition)
        assert (job.type, json.loads(job.headers)) == (expected, headers | {"to": "all"})


def test_a_thrown_message_without_worker_is_passed_and_told() -> None:
    content = between(throw("a", catch_message("order")))
    (process,) = reading(content).processes
    assert process.nodes["a"].behaviour is Behaviour.THROW_EVENT
    (finding,) = told(content, "job-type", Severity.WARNING)
    assert "camunda:topic" in finding.remedy
    assert "messageEventDefinition" in finding.remedy
