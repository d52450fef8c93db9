"""Functions of the program that do jobs: what they are given, what becomes of what they return or raise."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from counterflow.engine.results import WorkerJob, document, milliseconds
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError
from counterflow.kernel.vocabulary import Command

Variables = Mapping[str, Any]
Handler = Callable[[WorkerJob], Awaitable[Variables | None] | Variables | None]
"""Does a job: returns the variables that it is completed with, if any. Sync or async."""


class WorkerTask(NamedTuple):
    """What a worker does: jobs of a type, by a handler, so many at once, each lent for so long."""

    job_type: str
    handler: Handler
    worker: str
    max_jobs: int
    timeout: timedelta
    back_off: timedelta


class BpmnError(Exception):
    """Raised by a handler to end its job with a BPMN error, which an error event of the model with this
    `code` catches; `variables` are those that the event hands on.
    """

    def __init__(self, code: str, message: str = "", variables: Variables | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.variables = variables


def completion(job: WorkerJob, variables: Variables | None) -> Command:
    """The command for what a handler has returned. Raises `TypeError` for what are no variables."""
    if variables is not None and not isinstance(variables, Mapping):
        raise TypeError(
            f"Expected the handler of '{job.type}' to return variables by name or None, found "
            f"{type(variables).__name__}"
        )
    return CompleteJob(job_key=job.key, variables=document(variables))


def failure(job: WorkerJob, error: Exception, back_off: timedelta) -> Command:
    """The command for what a handler has raised: a BPMN error, or one try less after the back-off, and an
    incident after the last.
    """
    if isinstance(error, BpmnError):
        return ThrowError(
            job_key=job.key,
            error_code=error.code,
            message=error.message,
            variables=document(error.variables),
        )
    retries = max(job.retries - 1, 0)
    message = f"{type(error).__name__}: {error}"
    return FailJob(
        job_key=job.key,
        retries=retries,
        message=message,
        back_off_ms=milliseconds(back_off),
        variables={},
    )


def is_async(handler: Handler) -> bool:
    """Whether a handler is a coroutine function, or an object that is called as one."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(handler, "__call__", None)  # noqa: B004 - what is called is looked at, not whether it can be
    )
