"""The engine for tests, asked for what the kernel itself answers: rows, and evaluations step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterflow.engine.results import document
from counterflow.kernel.lives.decisions import DecisionEvaluation, EvaluateDecision
from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.service.resources import File, read_files
from counterflow.testing import Engine


def deployment_of(engine: Engine, contents: Mapping[str, bytes]) -> Deployment:
    """Deploy documents that have no errors."""
    judged = read_files([File(name, content) for name, content in contents.items()])
    assert judged.errors == []
    deployment: Deployment = engine.run(DeployResources(resources=judged.resources))
    return deployment


def evaluation_of(
    engine: Engine, decision: str | int, variables: Mapping[str, Any] | None = None
) -> DecisionEvaluation:
    """Evaluate the latest version of a decision, or the one with a key."""
    by_id, by_key = (decision, 0) if isinstance(decision, str) else ("", decision)
    evaluation: DecisionEvaluation = engine.run(
        EvaluateDecision(decision_id=by_id, decision_key=by_key, variables=document(variables))
    )
    return evaluation
