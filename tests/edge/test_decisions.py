"""Decisions on the wire: deployed beside processes, evaluated for callers, told with their instance."""

from __future__ import annotations

import json

import grpc
import pytest

from counterflow_wire import counterflow_v1, gateway
from tests.dmn.drawing import decision, literal, table
from tests.dmn.drawing import model as drawn
from tests.edge import models
from tests.edge.served import Served, refused

RATING = drawn(
    decision("base", literal("amount * 2")),
    decision("rating", table('FIRST | base || grade\n| < 10 || "low"\n| - || "high"'), "!base"),
    decision("broken", table("UNIQUE | amount || x\n| > 1 || 1\n| > 2 || 2")),
)
OTHER = drawn(decision("other", literal("1")), namespace="urn:other").replace(b'"model"', b'"second"')
CALLING = models.process(
    models.line(
        '<bpmn:businessRuleTask id="decide"><bpmn:extensionElements><zeebe:calledDecision decisionId="rating" resultVariable="rated"/>'
        "</bpmn:extensionElements></bpmn:businessRuleTask>"
    ),
    "rated",
)


def files(*resources: tuple[str, bytes]) -> gateway.DeployResourceRequest:
    return gateway.DeployResourceRequest(
        resources=[gateway.Resource(name=name, content=content) for name, content in resources]
    )


async def test_processes_come_first_then_decisions_then_models_each_in_the_order_of_the_files(
    served: Served,
) -> None:
    answer = await served.stub.DeployResource(
        files(("other.dmn", OTHER), ("rated.bpmn", CALLING), ("rating.dmn", RATING))
    )
    kinds = [deployment.WhichOneof("Metadata") for deployment in answer.deployments]
    assert kinds == ["process", *["decision"] * 4, *["decisionRequirements"] * 2]
    decisions = [each.decision for each in answer.deployments if each.HasField("decision")]
    requirements = [
        each.decisionRequirements for each in answer.deployments if each.HasField("decisionRequirements")
    ]
    assert [(each.dmnDecisionId, each.version, each.dmnDecisionRequirementsId) for each in decisions] == [
        ("other", 1, "second"),
        ("base", 1, "model"),
        ("rating", 1, "model"),
        ("broken", 1, "model"),
    ]
    assert [(each.dmnDecisionRequirementsId, each.resourceName, each.version) for each in requirements] == [
        ("second", "other.dmn", 1),
        ("model", "rating.dmn", 1),
    ]
    assert decisions[0].decisionRequirementsKey == requirements[0].decisionRequirementsKey
    assert {*(each.tenantId for each in decisions), *(each.tenantId for each in requirements)} == {
        "<default>"
    }


async def test_old_clients_deploy_processes_only(served: Served) -> None:
    request = gateway.DeployProcessRequest(
        processes=[gateway.ProcessRequestObject(name="rating.dmn", definition=RATING)]
    )
    async with refused(
        grpc.StatusCode.INVALID_ARGUMENT,
        "'rating.dmn': expected .bpmn or .xml; deploy others with DeployResource",
    ):
        await served.stub.DeployProcess(request)


async def test_a_model_with_errors_refuses_all(served: Served) -> None:
    broken = RATING.replace(b"amount * 2", b"amount *")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "'rating.dmn': line 1, element", "is not FEEL"):
        await served.stub.DeployResource(files(("rated.bpmn", CALLING), ("rating.dmn", broken)))
    assert not (await served.reading.ListDefinitions(counterflow_v1.ListDefinitionsRequest())).definitions


async def test_a_decision_that_is_not_there_is_a_warning(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    await served.stub.DeployResource(files(("rated.bpmn", CALLING)))
    (message,) = caplog.messages
    assert message.startswith(
        "'rated.bpmn': line 1, element 'decide' [called-decision]: decision 'rating' is not deployed."
    )
    caplog.clear()
    await served.stub.DeployResource(files(("rated.bpmn", CALLING + b"\n"), ("rating.dmn", RATING)))
    assert caplog.messages == []


async def test_an_answer_says_how_it_came_about(served: Served) -> None:
    await served.stub.DeployResource(files(("rating.dmn", RATING)))
    answer = await served.stub.EvaluateDecision(
        gateway.EvaluateDecisionRequest(decisionId="rating", variables='{"amount": 2}')
    )
    base, rating = answer.evaluatedDecisions
    assert (answer.decisionId, answer.decisionVersion, answer.decisionOutput) == ("rating", 1, '"low"')
    assert (answer.decisionRequirementsId, answer.tenantId) == ("model", "<default>")
    assert answer.decisionInstanceKey == answer.decisionEvaluationKey > answer.decisionKey
    assert (base.decisionId, base.decisionType, base.decisionOutput) == ("base", "LITERAL_EXPRESSION", "4")
    assert (rating.decisionType, rating.decisionKey) == ("DECISION_TABLE", answer.decisionKey)
    assert [(each.inputName, each.inputValue) for each in rating.evaluatedInputs] == [("base", "4")]
    (rule,) = rating.matchedRules
    assert (rule.ruleId, rule.ruleIndex) == ("rule 1", 1)
    assert [(each.outputName, each.outputValue) for each in rule.evaluatedOutputs] == [("grade", '"low"')]
    assert rating.decisionEvaluationInstanceKey == f"{answer.decisionEvaluationKey}-2"


async def test_the_id_wins_over_the_key(served: Served) -> None:
    await served.stub.DeployResource(files(("rating.dmn", RATING)))
    by_id = await served.stub.EvaluateDecision(
        gateway.EvaluateDecisionRequest(decisionId="base", variables='{"amount": 2}')
    )
    by_both = gateway.EvaluateDecisionRequest(
        decisionId="rating", decisionKey=by_id.decisionKey, variables='{"amount": 2}'
    )
    assert (await served.stub.EvaluateDecision(by_both)).decisionId == "rating"
    by_key = await served.stub.EvaluateDecision(
        gateway.EvaluateDecisionRequest(decisionKey=by_id.decisionKey, variables='{"amount": 4}')
    )
    assert (by_key.decisionId, by_key.decisionOutput) == ("base", "8")


async def test_a_failure_is_told_where_and_why(served: Served) -> None:
    await served.stub.DeployResource(files(("rating.dmn", RATING)))
    answer = await served.stub.EvaluateDecision(
        gateway.EvaluateDecisionRequest(decisionId="broken", variables='{"amount": 3}')
    )
    assert (answer.failedDecisionId, json.loads(answer.decisionOutput)) == ("broken", None)
    assert "UNIQUE allows one matching rule; found rules 1, 2" in answer.failureMessage
    assert [rule.ruleIndex for rule in answer.evaluatedDecisions[0].matchedRules] == [1, 2]


@pytest.mark.parametrize(
    "request_, words",
    [
        (gateway.EvaluateDecisionRequest(decisionId="nix"), "but no decision found for id 'nix'"),
        (gateway.EvaluateDecisionRequest(decisionKey=5), "but no decision found for key '5'"),
        (gateway.EvaluateDecisionRequest(), "by id or by key"),
        (gateway.EvaluateDecisionRequest(decisionId="nix", variables="[]"), "to be one JSON object"),
        (gateway.EvaluateDecisionRequest(decisionId="nix", tenantId="red"), "multi-tenancy is off"),
    ],
)
async def test_what_cannot_be_evaluated(
    served: Served, request_: gateway.EvaluateDecisionRequest, words: str
) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        await served.stub.EvaluateDecision(request_)


async def test_an_instance_tells_what_it_has_decided(served: Served) -> None:
    await served.stub.DeployResource(files(("rating.dmn", RATING), ("rated.bpmn", CALLING)))
    found = await served.instance(await served.create("rated", '{"amount": 9}'))
    (evaluation,) = next(child for child in found.root.children if child.element_id == "decide").decisions
    assert (evaluation.decision_id, evaluation.version, evaluation.output_json, evaluation.failure) == (
        "rating",
        1,
        '"high"',
        "",
    )
    steps = json.loads(evaluation.evaluated_json)
    assert [(step["id"], [rule["index"] for rule in step["rules"]]) for step in steps] == [
        ("base", []),
        ("rating", [2]),
    ]


async def test_deployed_decisions_are_listed_and_given_back(served: Served) -> None:
    await served.stub.DeployResource(files(("rating.dmn", RATING)))
    await served.stub.DeployResource(files(("rating.dmn", RATING + b"\n"), ("other.dmn", OTHER)))
    latest = (
        await served.reading.ListDecisions(counterflow_v1.ListDecisionsRequest(latest_only=True))
    ).decisions
    assert sorted((each.decision_id, each.version) for each in latest) == [
        ("base", 2),
        ("broken", 2),
        ("other", 1),
        ("rating", 2),
    ]
    first = (
        await served.reading.ListDecisions(counterflow_v1.ListDecisionsRequest(decision_id="base"))
    ).decisions[-1]
    for key in (first.key, first.decision_requirements_key):
        kept = await served.reading.GetDecisionXml(counterflow_v1.GetDecisionXmlRequest(decision_key=key))
        assert (kept.resource_name, kept.xml) == ("rating.dmn", RATING)
    async with refused(grpc.StatusCode.NOT_FOUND, "a decision or a decision model with key '5'"):
        await served.reading.GetDecisionXml(counterflow_v1.GetDecisionXmlRequest(decision_key=5))
