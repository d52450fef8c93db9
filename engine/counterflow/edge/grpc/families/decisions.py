"""Decisions that are asked for from outside."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.grpc.calls import Translated, Translation
from counterflow.edge.grpc.to_wire import evaluated
from counterflow.kernel.lives.decisions import EvaluateDecision
from counterflow.service.requests import check_tenants, document
from counterflow_wire import gateway


class Decisions:
    """The calls about decisions."""

    def __init__(self, variable_bytes: int) -> None:
        self._variable_bytes = variable_bytes

    def translations(self) -> Mapping[str, Translation]:
        """By rpc."""
        return {"EvaluateDecision": self.evaluate}

    def evaluate(self, request: gateway.EvaluateDecisionRequest) -> Translated:
        """Evaluate a decision; a failure of the evaluation is an answer, too."""
        check_tenants((request.tenantId,))
        command = EvaluateDecision(
            decision_id=request.decisionId,
            decision_key=request.decisionKey,
            variables=document(request.variables, self._variable_bytes),
        )
        return Translated(command, evaluated)
