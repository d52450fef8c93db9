"""A task: a job type, the handler that does it, and how its jobs are taken."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from contextvars import copy_context
from functools import partial
from typing import Any

import msgspec

from counterflow_worker.binding import Binding, bind
from counterflow_worker.errors import HandlerError
from counterflow_worker.job import Job
from counterflow_worker.retry import JobRetry

Step = Callable[[Job], Awaitable[object]]
"""Does a job, returns what the handler returned."""

Middleware = Callable[[Job, Step], Awaitable[object]]
"""Runs around every handler: `async def timed(job, proceed): ...; return await proceed(job)`."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One registration of a handler.

    `type` is the job type of the model, `timeout_ms` how long the engine lends a job before it gives it to
    another worker. At most `max_jobs` handlers of the task run at once. `fetch` names the variables to send
    with a job; empty is all. With `heartbeat` the deadline is moved on while the handler runs; `stream` asks
    the server to push new jobs.
    """

    type: str
    handler: Callable[..., Any]
    is_async: bool
    binding: Binding
    fetch: tuple[str, ...]
    timeout_ms: int = 60_000
    max_jobs: int = 32
    retry: JobRetry = JobRetry()
    heartbeat: bool = True
    stream: bool = True

    async def call(self, executor: Executor | None, job: Job) -> object:
        """Run the handler on one job; what it returned. Raises VariablesError, and what the handler raises.

        It runs on the event loop if it is a coroutine function, else on a thread of `executor`.
        """
        arguments = self.binding.arguments(job)
        if self.is_async:
            return await self.handler(**arguments)
        inside_context = partial(copy_context().run, self.handler, **arguments)
        return await asyncio.get_running_loop().run_in_executor(executor, inside_context)


def make_task(
    job_type: str, handler: Callable[..., Any], *, fetch: Sequence[str] | None = None, **options: Any
) -> Task:
    """The task of a handler by its signature and the options.

    Raises HandlerError saying what was expected.
    """
    binding = bind(handler)
    fetched = binding.fetched() if fetch is None else tuple(fetch)
    task = Task(
        type=job_type, handler=handler, is_async=is_async(handler), binding=binding, fetch=fetched, **options
    )
    if not job_type.strip():
        raise HandlerError(
            "a task needs the job type it does, found an empty one; write the `type` of the model's task "
            "definition"
        )
    for option, value in (("timeout_ms", task.timeout_ms), ("max_jobs", task.max_jobs)):
        if value < 1:
            raise HandlerError(f"task {job_type!r}: expected {option} of at least 1, found {value}")
    return task


def is_async(handler: Callable[..., Any]) -> bool:
    """Whether calling the handler gives a coroutine; an object with an `async def __call__` counts."""
    call = getattr(handler, "__call__", None)  # noqa: B004  not a test for callability
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)


def around(middleware: Sequence[Middleware], step: Step) -> Step:
    """The step with every middleware around it, the first outermost."""
    for layer in reversed(middleware):
        step = wrapped(layer, step)
    return step


def wrapped(layer: Middleware, step: Step) -> Step:
    """The step with one layer of middleware around it."""

    async def run(job: Job) -> object:
        return await layer(job, step)

    return run
