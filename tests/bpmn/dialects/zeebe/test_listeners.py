"""`zeebe:executionListeners`: what they become, and where there are none."""

from __future__ import annotations

import json

import pytest

from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.graph import JobDefinition, Listeners, Transition, UserTaskDefinition
from tests.bpmn.diagram import (
    boundary,
    compensate,
    element,
    end,
    extensions,
    flow,
    handler,
    model,
    node,
    path,
    service,
    start,
    told,
    undo,
)


def listener(event: str = "start", job_type: str | None = "check", **more: str) -> str:
    return element("zeebe:executionListener", eventType=event, type=job_type, **more)


def group(*inside: str) -> str:
    return element("zeebe:executionListeners", *inside)


def of(content: bytes, element_id: str = "a") -> Listeners:
    listeners = node(content, element_id).listeners
    assert listeners is not None
    return listeners


def around(task: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"))


def complaints(content: bytes) -> list[str]:
    return [finding.message for finding in told(content, "listener", Severity.ERROR)]


def test_they_are_jobs_in_the_order_of_the_model() -> None:
    content = around(
        service("a", group(listener("end", "z"), listener("start", "= kind", retries="= tries"), listener()))
    )
    found = of(content)
    start_types = [job.type for job in found.start if isinstance(job, JobDefinition)]
    assert [kind.text if isinstance(kind, Expression) else kind for kind in start_types] == ["kind", "check"]
    assert [job.type for job in found.end if isinstance(job, JobDefinition)] == ["z"]
    assert (found.before_all, found.is_code) == ((), False)


def test_they_may_be_tried_three_times_unless_the_model_says_otherwise() -> None:
    found = of(around(service("a", group(listener("start", "a"), listener("start", "b", retries="7")))))
    assert [job.retries for job in found.start if isinstance(job, JobDefinition)] == [3, 7]


def test_headers_of_the_element_are_theirs_too_and_their_own_come_first() -> None:
    own = element("zeebe:taskHeaders", element("zeebe:header", key="b", value="mine"))
    of_element = element(
        "zeebe:taskHeaders",
        element("zeebe:header", key="a", value="1"),
        element("zeebe:header", key="b", value="2"),
    )
    told_of = element("zeebe:executionListener", own, eventType="start", type="check")
    (job,) = of(around(service("a", of_element, group(told_of)))).start
    assert isinstance(job, JobDefinition)
    assert json.loads(job.headers) == {"a": "1", "b": "mine"}


@pytest.mark.parametrize(
    "inside, says",
    [
        (listener("take"), "on 'take', expected start, end or beforeAll"),
        (listener("start", None), "has no type"),
        (listener() + listener(), "has two execution listeners on 'start' of type 'check'"),
        (listener(retries="0"), "may be tried '0' times"),
        (listener("beforeAll"), "on 'beforeAll', where there is none to be told"),
    ],
)
def test_what_is_wrong_with_one_is_refused(inside: str, says: str) -> None:
    (message,) = complaints(around(service("a", group(inside))))
    assert says in message


def with_error_end(event: str) -> bytes:
    thrown = element("errorEventDefinition")
    return model(start(), end("end", extensions(group(listener(event))), thrown), path("start", "end"))


def on_gateway(kind: str, event: str) -> bytes:
    fork = element(f"{kind}Gateway", extensions(group(listener(event))), id="a")
    return model(start(), fork, service("b"), end(), path("start", "a", "b", "end"))


def on_boundary(event: str, definition: str = element("errorEventDefinition")) -> bytes:
    caught = boundary("caught", "a", extensions(group(listener(event))), definition)
    return model(
        start(), service("a"), caught, end(), end("other"), path("start", "a", "end"), flow("caught", "other")
    )


def on_start(event: str) -> bytes:
    return model(start("start", extensions(group(listener(event)))), end(), path("start", "end"))


def on_compensation(event: str) -> bytes:
    caught = boundary("caught", "a", extensions(group(listener(event))), element("compensateEventDefinition"))
    inside = (service("a"), caught, handler("undo-a"), undo("caught", by="undo-a"))
    back = end("end", compensate())
    return model(start(), *inside, back, path("start", "a", "end"))


@pytest.mark.parametrize(
    "content, is_refused",
    [
        (on_start("start"), True),
        (on_start("end"), False),
        (on_boundary("start"), True),
        (on_boundary("end"), False),
        (on_gateway("exclusive", "start"), False),
        (on_gateway("exclusive", "end"), True),
        (on_gateway("parallel", "end"), True),
        (on_gateway("complex", "start"), True),
        (with_error_end("start"), False),
        (with_error_end("end"), True),
        (on_compensation("start"), True),
        (on_compensation("end"), True),
    ],
)
def test_where_nobody_would_tell_a_listener_there_is_none(content: bytes, *, is_refused: bool) -> None:
    assert [" where there is none to be told" in message for message in complaints(content)] == [
        True
    ] * is_refused


def test_each_refusal_says_where_the_listener_belongs() -> None:
    (finding,) = told(on_gateway("exclusive", "end"), "listener", Severity.ERROR)
    assert finding.remedy == "Give it, as a start listener, to what follows the gateway."


def test_a_process_has_listeners() -> None:
    content = model(extensions(group(listener())), start(), end(), path("start", "end"))
    assert len(of(content, "process").start) == 1


def user_task(*listeners: str, mark: str = element("zeebe:userTask")) -> bytes:
    listened = element("zeebe:taskListeners", *listeners)
    return around(element("userTask", extensions(mark, listened), id="a"))


def task_listener(event: str = "creating", job_type: str | None = "check", **more: str) -> str:
    return element("zeebe:taskListener", eventType=event, type=job_type, **more)


def test_listeners_of_a_user_task_stand_in_their_order() -> None:
    content = user_task(
        task_listener("completing", "z", retries="7"), task_listener(), task_listener("completing", "= kind")
    )
    work = node(content, "a").work
    assert isinstance(work, UserTaskDefinition)
    told = work.listeners_of(Transition.COMPLETING)
    jobs = [each.work for each in told if isinstance(each.work, JobDefinition)]
    assert [job.type.text if isinstance(job.type, Expression) else job.type for job in jobs] == ["z", "kind"]
    assert [job.retries for job in jobs] == [7, 3]
    assert len(work.listeners_of(Transition.CREATING)) == 1
    assert not work.listeners_of(Transition.UPDATING)


@pytest.mark.parametrize(
    "early, event",
    [
        ("create", "creating"),
        ("assignment", "assigning"),
        ("complete", "completing"),
        ("cancel", "canceling"),
    ],
)
def test_the_names_of_early_modelers_are_understood(early: str, event: str) -> None:
    work = node(user_task(task_listener(early)), "a").work
    assert isinstance(work, UserTaskDefinition)
    assert [each.event for each in work.listeners] == [event]


@pytest.mark.parametrize(
    "listeners, complaint",
    [
        ((task_listener("done"),), "has a task listener on 'done'"),
        ((task_listener(job_type=""),), "has no type"),
        ((task_listener(), task_listener()), "has two task listeners on 'creating' of type 'check'"),
        ((task_listener(retries="0"),), "may be tried '0' times"),
    ],
)
def test_what_no_task_listener_can_be_is_refused(listeners: tuple[str, ...], complaint: str) -> None:
    (found,) = complaints(user_task(*listeners))
    assert complaint in found


def test_a_user_task_that_is_a_job_has_no_task_listeners() -> None:
    (found,) = complaints(user_task(task_listener(), mark=""))
    assert "is a job, which has none" in found
