"""Wire message ↔ command or answer, for decisions. Pure, as `translate.py`."""

from __future__ import annotations

from counterflow.edge.translate import check_tenants, document
from counterflow.kernel.lives.decisions import (
    DecisionEvaluation,
    EvaluateDecision,
    TracedDecision,
    TracedRule,
)
from counterflow.kernel.rows import DEFAULT_TENANT, DecisionDefinition, DecisionRequirements
from counterflow_wire import gateway


def decision_metadata(decision: DecisionDefinition, requirements_id: str) -> gateway.DecisionMetadata:
    """A version of a decision, as the answer to its deployment."""
    return gateway.DecisionMetadata(
        dmnDecisionId=decision.decision_id,
        dmnDecisionName=decision.name,
        version=decision.version,
        decisionKey=decision.key,
        dmnDecisionRequirementsId=requirements_id,
        decisionRequirementsKey=decision.requirements_key,
        tenantId=DEFAULT_TENANT,
    )


def requirements_metadata(model: DecisionRequirements) -> gateway.DecisionRequirementsMetadata:
    """A version of a decision model, as the answer to its deployment."""
    return gateway.DecisionRequirementsMetadata(
        dmnDecisionRequirementsId=model.requirements_id,
        dmnDecisionRequirementsName=model.name,
        version=model.version,
        decisionRequirementsKey=model.key,
        resourceName=model.resource_name,
        tenantId=DEFAULT_TENANT,
    )


def evaluation(request: gateway.EvaluateDecisionRequest, limit_bytes: int) -> EvaluateDecision:
    """What a caller wants to have decided. Raises `Refused`."""
    check_tenants((request.tenantId,))
    return EvaluateDecision(
        decision_id=request.decisionId,
        decision_key=request.decisionKey,
        variables=document(request.variables, limit_bytes),
    )


def evaluated(found: DecisionEvaluation) -> gateway.EvaluateDecisionResponse:
    """What a decision gave, and how; where it failed, the output is null, which every client can read."""
    return gateway.EvaluateDecisionResponse(
        decisionKey=found.decision.key,
        decisionId=found.decision.decision_id,
        decisionName=found.decision.name,
        decisionVersion=found.decision.version,
        decisionRequirementsId=found.requirements.requirements_id,
        decisionRequirementsKey=found.requirements.key,
        decisionOutput=found.output.decode(),
        evaluatedDecisions=[
            _decision(each, f"{found.key}-{place}") for place, each in enumerate(found.evaluated, 1)
        ],
        failedDecisionId=found.failed_decision_id,
        failureMessage=found.failure,
        tenantId=DEFAULT_TENANT,
        decisionInstanceKey=found.key,
        decisionEvaluationKey=found.key,
    )


def _decision(decision: TracedDecision, instance_key: str) -> gateway.EvaluatedDecision:
    return gateway.EvaluatedDecision(
        decisionKey=decision.key,
        decisionId=decision.id,
        decisionName=decision.name,
        decisionVersion=decision.version,
        decisionType=decision.type,
        decisionOutput=bytes(decision.output).decode(),
        matchedRules=[_rule(rule) for rule in decision.rules],
        evaluatedInputs=[
            gateway.EvaluatedDecisionInput(
                inputId=each.id, inputName=each.name, inputValue=bytes(each.value).decode()
            )
            for each in decision.inputs
        ],
        tenantId=DEFAULT_TENANT,
        decisionEvaluationInstanceKey=instance_key,
    )


def _rule(rule: TracedRule) -> gateway.MatchedDecisionRule:
    return gateway.MatchedDecisionRule(
        ruleId=rule.id,
        ruleIndex=rule.index,
        evaluatedOutputs=[
            gateway.EvaluatedDecisionOutput(
                outputId=each.id, outputName=each.name, outputValue=bytes(each.value).decode()
            )
            for each in rule.outputs
        ],
    )
