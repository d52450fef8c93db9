"""Errors that a job ends with by an expression of its model, in place of what its worker has told.

They are asked when the job is completed, and when it fails, over all that the task sees and what the worker
has brought; `externalTask` is what it has told of a failure. An expression that gives neither true nor false
does not hold. Camunda 7, external tasks: error event definitions.
"""

from __future__ import annotations

import msgspec

from counterflow.kernel.data import evaluation
from counterflow.kernel.data.scopes import Document, refuse_large
from counterflow.kernel.events.error import ThrownError
from counterflow.kernel.rows import Job
from counterflow.kernel.work.step import Token
from counterflow.model.graph import JobDefinition

TOLD = "externalTask"
"""The name by which expressions know what a worker has told of a failure."""


def thrown_by(token: Token, job: Job, brought: Document, message: str) -> ThrownError | None:
    """The error that the job of an element ends with; None where none of its expressions holds."""
    definition = token.node.work
    if job.listener_event_type or not isinstance(definition, JobDefinition) or not definition.errors:
        return None
    refuse_large(token.step, brought)
    variables = msgspec.json.encode(
        {"errorMessage": message or None, "errorDetails": None, "retries": job.retries}
    )
    over = {**brought, TOLD: variables}
    for error in definition.errors:
        value = evaluation.evaluate(token, token.key, error.condition, over).value
        if value is True:
            return ThrownError(error.code, error.message, dict(brought))
    return None
