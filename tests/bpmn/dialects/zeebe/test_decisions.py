"""`zeebe:calledDecision`: which decision, which version of it, and where its result goes."""

from typing import Any

import pytest

from counterflow.bpmn.dialects.zeebe.decisions import RULE
from counterflow.feel import Expression
from counterflow.model.graph import Behaviour, Binding, CalledDecision, JobDefinition, ResultMapping
from tests.bpmn.diagram import element, end, extensions, model, node, path, reading, refused, start


def deciding(*inside: str, tag: str = "businessRuleTask", **written: str | None) -> bytes:
    called: dict[str, str | None] = {"decisionId": "discount", "resultVariable": "given", **written}
    task = element(tag, extensions(element("zeebe:calledDecision", **called), *inside), id="a")
    return model(start(), task, end(), path("start", "a", "end"))


@pytest.mark.parametrize(
    "written, binding, which",
    [
        ({}, Binding.LATEST, None),
        ({"bindingType": "latest"}, Binding.LATEST, None),
        ({"bindingType": "deployment"}, Binding.DEPLOYMENT, None),
        ({"bindingType": "versionTag", "versionTag": "spring"}, Binding.VERSION_TAG, "spring"),
    ],
)
def test_a_task_is_bound_to_a_version(written: dict[str, str], binding: Binding, which: str | None) -> None:
    one = node(deciding(**written), "a")
    assert one.behaviour is Behaviour.RULE_TASK
    assert one.work == CalledDecision("discount", "given", binding, which, ResultMapping.OUTPUT)


def test_the_decision_may_be_computed() -> None:
    decision = node(deciding(decisionId='= "discount-" + region'), "a").work
    assert isinstance(decision, CalledDecision)
    assert isinstance(decision.decision_id, Expression)
    assert decision.decision_id.text == '"discount-" + region'


def test_output_mappings_keep_the_result_inside() -> None:
    mapping = element("zeebe:ioMapping", element("zeebe:output", source="= given", target="rebate"))
    one = node(deciding(mapping), "a")
    assert (one.results_stay_local, len(one.outputs)) == (True, 1)


@pytest.mark.parametrize(
    "written, words",
    [
        ({"decisionId": None}, "with a decisionId and a resultVariable, found '' and 'given'"),
        ({"resultVariable": " "}, "found 'discount' and ''"),
        ({"bindingType": "newest"}, "one of latest, deployment, versionTag, found 'newest'"),
        ({"bindingType": "version"}, "found 'version'"),
        ({"bindingType": "versionTag"}, "a versionTag on zeebe:calledDecision"),
        ({"versionTag": "spring"}, "and only there, found 'spring'"),
    ],
)
def test_what_does_not_say_which_is_refused_once(written: dict[str, Any], words: str) -> None:
    (finding,) = reading(deciding(**written)).findings
    assert (finding.rule, finding.element_id, finding.line) == (RULE, "a", 4)
    assert words in finding.message
    assert finding.remedy


def test_an_id_that_is_no_feel_is_refused_once() -> None:
    assert refused(deciding(decisionId="= 1 +"), "expression") == ["a"]
    assert [finding.rule for finding in reading(deciding(decisionId="= 1 +")).findings] == ["expression"]


def test_both_a_job_and_a_decision_are_refused() -> None:
    assert refused(deciding(element("zeebe:taskDefinition", type="work")), RULE) == ["a"]


def test_a_job_alone_is_a_job() -> None:
    task = element("businessRuleTask", extensions(element("zeebe:taskDefinition", type="work")), id="a")
    one = node(model(start(), task, end(), path("start", "a", "end")), "a")
    assert one.behaviour is Behaviour.JOB_TASK
    assert isinstance(one.work, JobDefinition)


def test_neither_is_refused_with_both_remedies() -> None:
    (finding,) = reading(
        model(
            start(),
            element("businessRuleTask", extensions(element("zeebe:properties")), id="a"),
            end(),
            path("start", "a", "end"),
        )
    ).findings
    assert finding.rule == "job-type"
    assert "zeebe:taskDefinition" in finding.remedy
    assert "zeebe:calledDecision" in finding.remedy


@pytest.mark.parametrize("tag", ["serviceTask", "task", "userTask"])
def test_other_tasks_decide_nothing(tag: str) -> None:
    job = [element("zeebe:taskDefinition", type="work")] if tag == "serviceTask" else []
    assert refused(deciding(*job, tag=tag), RULE) == ["a"]
