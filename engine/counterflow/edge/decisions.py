"""Decisions that are asked for from outside."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.calls import Calls, Translated, Translation
from counterflow.edge.translate_decisions import evaluated, evaluation
from counterflow_wire import gateway


class Decisions:
    """The calls about decisions."""

    def __init__(self, calls: Calls) -> None:
        self._variable_bytes = calls.settings.variable_bytes

    def translations(self) -> Mapping[str, Translation]:
        """By rpc."""
        return {"EvaluateDecision": self.evaluate}

    def evaluate(self, request: gateway.EvaluateDecisionRequest) -> Translated:
        """Evaluate a decision; a failure of the evaluation is an answer, too."""
        return Translated(evaluation(request, self._variable_bytes), evaluated)
