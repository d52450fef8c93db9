"""Decisions, and how they came about."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int64, nothing
from counterflow.kernel.rows import DEFAULT_TENANT


class DecisionToEvaluate(Body, frozen=True):
    """A decision, by the id of its latest version or by the key of one."""

    decision_definition_id: str = ""
    decision_definition_key: Int64 | None = None
    variables: Document = msgspec.field(default_factory=nothing)
    tenant_id: str | None = None


class RuleOutput(Answered, frozen=True):
    """An output of a rule that matched."""

    output_id: str
    output_name: str
    output_value: str
    rule_id: str | None = None
    rule_index: int | None = None


class MatchedRule(Answered, frozen=True):
    """A rule that matched; `rule_index` counts from 1."""

    rule_id: str
    rule_index: int
    evaluated_outputs: list[RuleOutput]


class DecisionInput(Answered, frozen=True):
    """An input as it was evaluated."""

    input_id: str
    input_name: str
    input_value: str


class EvaluatedDecision(Answered, frozen=True):
    """One decision that was evaluated on the way."""

    decision_definition_id: str
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_type: str
    output: str
    matched_rules: list[MatchedRule]
    evaluated_inputs: list[DecisionInput]
    decision_definition_key: str
    decision_evaluation_instance_key: str
    tenant_id: str = DEFAULT_TENANT


class DecisionEvaluated(Answered, frozen=True):
    """What a decision gave, and how; the output is null where it failed."""

    decision_definition_id: str
    decision_definition_key: str
    decision_definition_name: str
    decision_definition_version: int
    decision_evaluation_key: str
    decision_instance_key: str
    decision_requirements_id: str
    decision_requirements_key: str
    evaluated_decisions: list[EvaluatedDecision]
    failed_decision_definition_id: str | None
    failure_message: str | None
    output: str
    tenant_id: str = DEFAULT_TENANT
