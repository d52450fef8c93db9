"""Decisions that are asked for from outside."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.calls import Behaviour, Calls, Context
from counterflow.edge.translate_decisions import evaluated, evaluation
from counterflow_wire import gateway


class Decisions:
    """The calls about decisions."""

    def __init__(self, calls: Calls) -> None:
        self._submit = calls.loop.submit
        self._variable_bytes = calls.settings.variable_bytes

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {"EvaluateDecision": self.evaluate}

    async def evaluate(self, request: gateway.EvaluateDecisionRequest, context: Context) -> gateway.EvaluateDecisionResponse:
        """Evaluate a decision; a failure of the evaluation is an answer, too."""
        return evaluated(await self._submit(evaluation(request, self._variable_bytes)))
