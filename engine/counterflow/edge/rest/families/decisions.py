"""Decisions that are asked for from outside."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.edge.rest.calls import carried_out
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.decisions import (
    DecisionEvaluated,
    DecisionInput,
    DecisionToEvaluate,
    EvaluatedDecision,
    MatchedRule,
    RuleOutput,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.lives.decisions import (
    DecisionEvaluation,
    EvaluateDecision,
    TracedDecision,
    TracedRule,
)
from counterflow.service.refusals import Invalid
from counterflow.service.requests import check_tenants, document
from counterflow.service.service import Service


class DecisionOperations:
    """The operations about decisions."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "evaluateDecision",
                "POST",
                "/decision-definitions/evaluation",
                "Evaluate a decision; a failure of the evaluation is an answer, too.",
                self.evaluate,
                DecisionToEvaluate,
                DecisionEvaluated,
            ),
        )

    async def evaluate(self, call: RestCall) -> DecisionEvaluated:
        """A decision is evaluated, and how is kept."""
        body: DecisionToEvaluate = call.body
        check_tenants((body.tenant_id or "",))
        if not body.decision_definition_id and body.decision_definition_key is None:
            raise Invalid("Expected decisionDefinitionId or decisionDefinitionKey, but found neither")
        command = EvaluateDecision(
            decision_id=body.decision_definition_id,
            decision_key=body.decision_definition_key or 0,
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        return _evaluated(await carried_out(self._service, call, command))


def _evaluated(evaluation: DecisionEvaluation) -> DecisionEvaluated:
    return DecisionEvaluated(
        decision_definition_id=evaluation.decision.decision_id,
        decision_definition_key=str(evaluation.decision.key),
        decision_definition_name=evaluation.decision.name,
        decision_definition_version=evaluation.decision.version,
        decision_evaluation_key=str(evaluation.key),
        decision_instance_key=str(evaluation.key),
        decision_requirements_id=evaluation.requirements.requirements_id,
        decision_requirements_key=str(evaluation.requirements.key),
        evaluated_decisions=[
            _decision(decision, f"{evaluation.key}-{number}")
            for number, decision in enumerate(evaluation.evaluated, 1)
        ],
        failed_decision_definition_id=evaluation.failed_decision_id or None,
        failure_message=evaluation.failure or None,
        output=evaluation.output.decode(),
    )


def _decision(decision: TracedDecision, instance_key: str) -> EvaluatedDecision:
    return EvaluatedDecision(
        decision_definition_id=decision.id,
        decision_definition_name=decision.name,
        decision_definition_version=decision.version,
        decision_definition_type=decision.type,
        output=bytes(decision.output).decode(),
        matched_rules=[_rule(rule) for rule in decision.rules],
        evaluated_inputs=[
            DecisionInput(input_id=one.id, input_name=one.name, input_value=bytes(one.value).decode())
            for one in decision.inputs
        ],
        decision_definition_key=str(decision.key),
        decision_evaluation_instance_key=instance_key,
    )


def _rule(rule: TracedRule) -> MatchedRule:
    return MatchedRule(
        rule_id=rule.id,
        rule_index=rule.index,
        evaluated_outputs=[
            RuleOutput(
                output_id=output.id,
                output_name=output.name,
                output_value=bytes(output.value).decode(),
                rule_id=rule.id,
                rule_index=rule.index,
            )
            for output in rule.outputs
        ],
    )
