"""A task that is both a job and a decision."""

from counterflow.bpmn.rules.called_decision import RULE
from tests.bpmn.diagram import element, end, extensions, model, path, refused, start


def task(*inside: str) -> bytes:
    return model(
        start(),
        element("businessRuleTask", extensions(*inside), id="rate"),
        end(),
        path("start", "rate", "end"),
    )


JOB = element("zeebe:taskDefinition", type="rate")
DECISION = element("zeebe:calledDecision", decisionId="rating", resultVariable="rating")


def test_one_of_both() -> None:
    assert refused(task(JOB), RULE) == []
    assert refused(task(DECISION), RULE) == []


def test_both() -> None:
    assert refused(task(JOB, DECISION), RULE) == ["rate"]
