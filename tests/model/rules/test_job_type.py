"""The rule `job-type`: a task says whose work it is."""

import pytest

from counterflow.model.rules.job_type import RULE
from tests.model.diagram import element, end, extensions, model, path, reading, refused, service, start

JOB_TASKS = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")
SCRIPT = element("zeebe:script", expression="= 1", resultVariable="one")
CAMUNDA = extensions(element("camunda:properties"))


def around(task: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"))


@pytest.mark.parametrize("tag", JOB_TASKS)
def test_a_task_with_a_job_type_is_accepted(tag: str) -> None:
    assert refused(around(element(tag, extensions(element("zeebe:taskDefinition", type="work")), id="a")), RULE) == []


@pytest.mark.parametrize("tag", JOB_TASKS)
@pytest.mark.parametrize("inside", ["", extensions(element("zeebe:taskDefinition", type=" ")), extensions(element("zeebe:taskHeaders"))])
def test_a_task_without_is_refused(tag: str, inside: str) -> None:
    assert refused(around(element(tag, inside, id="a")), RULE) == ["a"]


@pytest.mark.parametrize("job, expected", [("tell", []), (None, ["a"])])
def test_a_thrown_message_is_work_too(job: str | None, expected: list[str]) -> None:
    work = extensions(element("zeebe:taskDefinition", type=job))
    definition = element("messageEventDefinition")
    assert refused(around(element("intermediateThrowEvent", work, definition, id="a")), RULE) == expected
    assert refused(model(start(), end("a", work, definition), path("start", "a")), RULE) == expected


@pytest.mark.parametrize("tag", ["task", "manualTask", "userTask"])
def test_tasks_that_are_nobodys_or_everybodys_need_none(tag: str) -> None:
    assert refused(around(element(tag, id="a")), RULE) == []


def test_a_script_is_work_for_the_engine_or_for_a_worker_not_both() -> None:
    assert refused(around(element("scriptTask", extensions(SCRIPT), id="a")), RULE) == []
    both = extensions(SCRIPT, element("zeebe:taskDefinition", type="work"))
    assert refused(around(element("scriptTask", both, id="a")), RULE) == ["a"]


def test_the_remedy_speaks_the_dialect_of_the_model() -> None:
    zeebe, camunda = (reading(around(task)).errors[0].remedy for task in (service("a", job=None), element("serviceTask", CAMUNDA, id="a")))
    assert "zeebe:taskDefinition" in zeebe
    assert "camunda:topic" in camunda
