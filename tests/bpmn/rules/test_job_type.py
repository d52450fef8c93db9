"""The rule `job-type`: a task says whose work it is."""

import pytest

from counterflow.bpmn.rules.job_type import RULE
from counterflow.model.graph import Behaviour, CalledDecision, CalledProcess, JobDefinition, ScriptDefinition
from tests.bpmn.diagram import (
    element,
    end,
    extensions,
    model,
    path,
    reading,
    refused,
    start,
    warned,
)

JOB_TASKS = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")
SCRIPT = element("zeebe:script", expression="= 1", resultVariable="one")
ZEEBE = extensions(element("zeebe:properties"))
CAMUNDA = extensions(element("camunda:properties"))


def around(task: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"))


@pytest.mark.parametrize("tag", JOB_TASKS)
def test_a_task_with_a_job_type_is_accepted(tag: str) -> None:
    assert (
        refused(around(element(tag, extensions(element("zeebe:taskDefinition", type="work")), id="a")), RULE)
        == []
    )


@pytest.mark.parametrize("tag", JOB_TASKS)
@pytest.mark.parametrize(
    "inside",
    [ZEEBE, extensions(element("zeebe:taskDefinition", type=" ")), extensions(element("zeebe:taskHeaders"))],
)
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
    zeebe, camunda = (
        reading(around(task)).findings[0].remedy
        for task in (
            element("serviceTask", ZEEBE, id="a"),
            element("intermediateThrowEvent", CAMUNDA, element("messageEventDefinition"), id="a"),
        )
    )
    assert "zeebe:taskDefinition" in zeebe
    assert "camunda:topic" in camunda


WORK = (*JOB_TASKS, "callActivity", "userTask", "intermediateThrowEvent", "endEvent")
ZEEBE_SAYS = {
    "taskDefinition": element("zeebe:taskDefinition", type="work"),
    "no type": element("zeebe:taskDefinition"),
    "calledElement": element("zeebe:calledElement", processId="other"),
    "no process": element("zeebe:calledElement"),
    "calledDecision": element("zeebe:calledDecision", decisionId="d", resultVariable="r"),
    "no result": element("zeebe:calledDecision", decisionId="d"),
    "script": SCRIPT,
    "no script": element("zeebe:script"),
    "userTask": element("zeebe:userTask"),
    "formDefinition": element("zeebe:formDefinition", formKey="f"),
    "ioMapping": element("zeebe:ioMapping", element("zeebe:input", source="= x +", target="y")),
}
CAMUNDA_SAYS = {
    "topic": {"camunda__type": "external", "camunda__topic": "work"},
    "no topic": {"camunda__type": "external"},
    "mail": {"camunda__type": "mail"},
    "class": {"camunda__class": "org.acme.Work"},
    "expression": {"camunda__expression": "${a == b}"},
    "decision": {"camunda__decisionRef": "d", "camunda__resultVariable": "r"},
    "unsound decision": {"camunda__decisionRef": "d", "camunda__decisionRefBinding": "newest"},
    "process": {"calledElement": "other"},
    "format": {"scriptFormat": "feel"},
    "nothing": {"camunda__asyncBefore": "true"},
}


def can_run(content: bytes) -> bool:
    """Whether a process that was accepted has all that its elements need to run."""
    needs: dict[Behaviour, type] = {
        Behaviour.JOB_TASK: JobDefinition,
        Behaviour.SCRIPT_TASK: ScriptDefinition,
        Behaviour.RULE_TASK: CalledDecision,
        Behaviour.CALL_ACTIVITY: CalledProcess,
    }
    nodes = [node for process in reading(content).processes for node in process.nodes.values()]
    return all(isinstance(node.work, needs[node.behaviour]) for node in nodes if node.behaviour in needs)


def drawn(tag: str, *inside: str, **attributes: str) -> bytes:
    thrown = [element("messageEventDefinition", **attributes)] if tag.endswith("Event") else []
    work = element(tag, *inside, *thrown, id="a", **({} if thrown else attributes))
    return model(start(), work, path("start", "a")) if tag == "endEvent" else around(work)


@pytest.mark.parametrize("tag", WORK)
@pytest.mark.parametrize("one", ZEEBE_SAYS)
@pytest.mark.parametrize("other", ZEEBE_SAYS)
def test_whatever_zeebe_extensions_say_what_is_accepted_can_run(tag: str, one: str, other: str) -> None:
    """A `calledElement` on a task, for one, kept it from being refused."""
    said = dict.fromkeys((ZEEBE_SAYS[one], ZEEBE_SAYS[other]))
    assert can_run(drawn(tag, extensions(*said)))


@pytest.mark.parametrize("tag", WORK)
@pytest.mark.parametrize("one", CAMUNDA_SAYS)
@pytest.mark.parametrize("other", CAMUNDA_SAYS)
def test_whatever_camunda_attributes_say_what_is_accepted_can_run(tag: str, one: str, other: str) -> None:
    assert can_run(drawn(tag, **CAMUNDA_SAYS["nothing"] | CAMUNDA_SAYS[one] | CAMUNDA_SAYS[other]))


@pytest.mark.parametrize("tag", JOB_TASKS)
def test_a_called_process_on_a_task_is_no_work(tag: str) -> None:
    assert refused(drawn(tag, extensions(ZEEBE_SAYS["calledElement"])), RULE) == ["a"]
    assert warned(
        drawn(tag, extensions(ZEEBE_SAYS["calledElement"], ZEEBE_SAYS["taskDefinition"])), "extension"
    ) == ["a"]


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask"])
def test_in_a_camunda_model_neither(tag: str) -> None:
    assert warned(drawn(tag, camunda__asyncBefore="true", calledElement="other"), RULE) == ["a"]
