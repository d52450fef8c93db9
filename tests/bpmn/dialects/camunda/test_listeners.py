"""`camunda:executionListener`: which jobs they become, and what the engine does by itself."""

from __future__ import annotations

import json

import pytest

from counterflow.model.graph import (
    JobDefinition,
    Listeners,
    RetryCycle,
    ScriptDefinition,
    Transition,
    UserTaskDefinition,
)
from tests.bpmn.diagram import element, end, extensions, model, node, path, refused, start, warned


def listener(*inside: str, event: str = "start", **attributes: str) -> str:
    return element("camunda:executionListener", *inside, event=event, **attributes)


def around(*inside: str, tag: str = "serviceTask", **attributes: str) -> bytes:
    work = {"camunda__type": "external", "camunda__topic": "t"} if tag == "serviceTask" else {}
    task = element(tag, extensions(*inside), id="a", **work, **attributes)
    return model(start(), task, end(), path("start", "a", "end"))


def of(content: bytes) -> Listeners:
    found = node(content, "a").listeners
    assert found is not None
    return found


SCRIPT = element("camunda:script", "println 1", scriptFormat="groovy")


@pytest.mark.parametrize(
    "written, job_type, headers",
    [
        (listener(**{"class": "org.acme.Weigh"}), "org.acme.Weigh", {}),
        (listener(delegateExpression="#{weigh}"), "weigh", {}),
        (listener(expression="${mail.tell(a)}"), "mail.tell", {"expression": "${mail.tell(a)}"}),
        (listener(SCRIPT), "script.groovy", {"script": "println 1", "scriptFormat": "groovy"}),
        (
            listener(element("camunda:script", resource="a.js", scriptFormat="javascript")),
            "script.javascript",
            {"resource": "a.js", "scriptFormat": "javascript"},
        ),
        (
            listener(element("camunda:field", name="unit", stringValue="kg"), **{"class": "Weigh"}),
            "Weigh",
            {"unit": "kg"},
        ),
    ],
)
def test_code_becomes_a_job_named_as_delegates_are(
    written: str, job_type: str, headers: dict[str, str]
) -> None:
    found = of(around(written))
    (job,) = found.start
    assert isinstance(job, JobDefinition)
    assert (job.type, json.loads(job.headers), job.retries) == (job_type, headers, 3)
    assert found.is_code


@pytest.mark.parametrize(
    "written, feel, variable",
    [
        (listener(expression="${execution.setVariable('b', a + 1)}"), "a + 1", "b"),
        (listener(expression='#{execution.setVariable("b", "x")}'), '"x"', "b"),
        (listener(expression="${a + 1}"), "a + 1", None),
        (listener(element("camunda:script", "= a + 1", scriptFormat="feel")), "a + 1", None),
        (
            listener(element("camunda:script", "${execution.setVariable('b', 1)}", scriptFormat="juel")),
            "1",
            "b",
        ),
    ],
)
def test_what_the_engine_can_evaluate_is_no_job(written: str, feel: str, variable: str | None) -> None:
    (script,) = of(around(written)).start
    assert isinstance(script, ScriptDefinition)
    assert (script.expression.text, script.result_variable) == (feel, variable)


def test_what_it_cannot_evaluate_is_a_job_after_all() -> None:
    (job,) = of(around(listener(expression="${execution.setVariable('b', bean.ask(a))}"))).start
    assert isinstance(job, JobDefinition)
    assert job.type == "execution.setVariable"


def test_the_retry_cycle_of_the_element_counts() -> None:
    cycle = element("camunda:failedJobRetryTimeCycle", "R5/PT1S")
    (job,) = of(around(cycle, listener(**{"class": "A"}, event="end"))).end
    assert isinstance(job, JobDefinition)
    assert (job.retries, job.retry_cycle) == (5, RetryCycle(5, 1000))


def test_one_that_does_not_say_what_is_done_is_refused() -> None:
    assert refused(around(listener()), "listener") == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        around(listener(event="take", **{"class": "A"})),
        around(listener(event="", **{"class": "A"})),
        around(listener(event="end", **{"class": "A"}), tag="exclusiveGateway"),
        around(listener(**{"class": "A"}), tag="complexGateway"),
    ],
)
def test_where_nobody_would_tell_one_it_is_told_and_not_carried_out(content: bytes) -> None:
    assert warned(content, "listener") == ["a"]


def task_listener(*inside: str, event: str = "create", **attributes: str) -> str:
    return element("camunda:taskListener", *inside, event=event, **attributes)


def told_of(content: bytes) -> UserTaskDefinition:
    work = node(content, "a").work
    assert isinstance(work, UserTaskDefinition)
    return work


@pytest.mark.parametrize(
    "event, transition",
    [
        ("create", Transition.CREATING),
        ("assignment", Transition.ASSIGNING),
        ("update", Transition.UPDATING),
        ("complete", Transition.COMPLETING),
        ("delete", Transition.CANCELING),
    ],
)
def test_task_listeners_are_jobs_by_the_same_rule(event: str, transition: Transition) -> None:
    work = told_of(around(task_listener(event=event, delegateExpression="#{weigh}"), tag="userTask"))
    (told,) = work.listeners
    assert told.event is transition
    assert isinstance(told.work, JobDefinition)
    assert told.work.type == "weigh"
    assert work.listeners_are_code


def test_who_is_given_a_task_that_was_there_updates_it() -> None:
    inside = (task_listener(event=event, **{"class": event}) for event in ("assignment", "update"))
    work = told_of(around(*inside, tag="userTask"))
    first = work.listeners_of(Transition.ASSIGNING, is_first=True)
    later = work.listeners_of(Transition.ASSIGNING)
    assert [each.event for each in first] == [Transition.ASSIGNING]
    assert [each.event for each in later] == [Transition.UPDATING, Transition.ASSIGNING]


def test_a_task_listener_on_all_events_is_told_of_each() -> None:
    work = told_of(around(task_listener(event="all", **{"class": "Audit"}), tag="userTask"))
    assert [each.event for each in work.listeners] == list(Transition)


def test_the_engine_sets_variables_of_a_task_by_itself() -> None:
    expression = "${task.setVariable('b', a + 1)}"
    (told,) = told_of(around(task_listener(expression=expression), tag="userTask")).listeners
    assert isinstance(told.work, ScriptDefinition)
    assert (told.work.expression.text, told.work.result_variable) == ("a + 1", "b")


@pytest.mark.parametrize("event", ["timeout", "done", ""])
def test_a_task_listener_on_something_else_is_told(event: str) -> None:
    content = around(task_listener(event=event, **{"class": "a.B"}), tag="userTask")
    assert warned(content, "listener") == ["a"]


def test_a_task_listener_without_anything_to_do_is_refused() -> None:
    assert refused(around(task_listener(), tag="userTask"), "listener") == ["a"]
