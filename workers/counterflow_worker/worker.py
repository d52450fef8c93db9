"""A worker: tasks by decorator, and a life from the first poll to the last answer.

worker = Worker()

@worker.task("book-hotel")
async def book_hotel(job: Job, *, city: str) -> dict[str, str]:
    return {"hotelReservation": f"H-{job.process_instance_key}"}

worker.start()
"""

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from functools import partial
from random import Random, SystemRandom
from typing import Any, TypeVar

from counterflow_worker.binding import name_of
from counterflow_worker.client import Client
from counterflow_worker.clock import Clock, SystemClock
from counterflow_worker.errors import HandlerError, WorkerError
from counterflow_worker.job import Job
from counterflow_worker.metrics import Metrics
from counterflow_worker.outcome import Outcome, decide
from counterflow_worker.retry import JobRetry
from counterflow_worker.run import Run, signals_to
from counterflow_worker.task import Middleware, Task, around, make_task

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Worker:
    """Does the jobs of its tasks against the server of `client`; `name` is what the server's records call it.

    `middleware` runs around every handler, the first outermost; `metrics` is told of every job; `clock` and
    `random` are there for tests. Without a client the worker makes one from the environment when it runs; a
    client that was given stays open after `run`, for whoever gave it.
    """

    def __init__(
        self,
        client: Client | None = None,
        *,
        name: str | None = None,
        middleware: Sequence[Middleware] = (),
        metrics: Metrics | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        self.client = client
        self.name = name or f"{socket.gethostname()}-{os.getpid()}"
        self.middleware = tuple(middleware)
        self.metrics = metrics or Metrics()
        self.clock = clock or SystemClock()
        self.random = random or SystemRandom()
        self.tasks: dict[str, Task] = {}
        self._run: Run | None = None

    def task(
        self,
        job_type: str,
        *,
        timeout_ms: int = 60_000,
        max_jobs: int = 32,
        retry: JobRetry | None = None,
        fetch: Sequence[str] | None = None,
        heartbeat: bool = True,
        stream: bool = True,
    ) -> Callable[[Handler], Handler]:
        """Register the function below as the handler of a job type. Raises HandlerError.

        See `binding` for what it may take and `Task` for the options. Without `fetch` the server sends the
        variables that the handler names, or all if it takes the job. A signature that no job can fill is
        refused, an option out of range, and a type that has a handler already.
        """

        def register(handler: Handler) -> Handler:
            if taken := self.tasks.get(job_type):
                raise HandlerError(
                    f"job type {job_type!r} has two handlers, {name_of(taken.handler)} and "
                    f"{name_of(handler)}; expected one"
                )
            options = {
                "timeout_ms": timeout_ms,
                "max_jobs": max_jobs,
                "heartbeat": heartbeat,
                "stream": stream,
            }
            self.tasks[job_type] = make_task(
                job_type, handler, fetch=fetch, retry=retry or JobRetry(), **options
            )
            return handler

        return register

    def keep(self, job_types: Collection[str]) -> None:
        """Do only these of the tasks; others may do the rest.

        Raises HandlerError for a type that has no handler here.
        """
        if unknown := [job_type for job_type in job_types if job_type not in self.tasks]:
            raise HandlerError(
                f"this worker has no handler for {', '.join(unknown)}; it has "
                f"{', '.join(self.tasks) or 'none'}"
            )
        self.tasks = {job_type: task for job_type, task in self.tasks.items() if job_type in job_types}

    async def decide(self, task: Task, job: Job, executor: Executor | None = None) -> Outcome:
        """Run the task's handler, with the middleware around it, and say what would be reported.

        Touches no server.
        """
        return await decide(
            job, around(self.middleware, partial(task.call, executor)), task.retry, self.random
        )

    async def run(self, *, handle_signals: bool = True) -> None:
        """Work until `stop`, SIGTERM or SIGINT; then finish and answer what was taken, and return.

        A second signal ends the process at once, even while a handler blocks: its jobs go to another worker
        after their deadline. Who has other things in the process gives `handle_signals=False`, and calls
        `stop`. Raises HandlerError when there is no task, WorkerError when it runs already,
        InvalidArgumentError when the server cannot understand what a task asks.
        """
        if not self.tasks:
            raise HandlerError('this worker has no tasks; register a handler with @worker.task("job-type")')
        if self._run is not None:
            raise WorkerError(
                f"worker {self.name} runs already; a second one beside it needs a Worker of its own"
            )
        client = self.client or Client(clock=self.clock, random=self.random)
        run = self._run = Run(
            self.tasks.values(),
            client,
            self.decide,
            worker=self.name,
            metrics=self.metrics,
            clock=self.clock,
            random=self.random,
        )
        try:
            with signals_to(run.stop, handle=handle_signals):
                await run.to_the_end()
        finally:
            self._run = None
            if client is not self.client:
                await client.close()

    def stop(self) -> None:
        """Ask a running worker to finish, from its own event loop.

        A second time: to abandon what still runs.
        """
        if self._run is not None:
            self._run.stop()

    def start(self) -> None:
        """Run the worker in a script until it is stopped (see `run`)."""
        asyncio.run(self._run_alone())

    run_forever = start

    async def _run_alone(self) -> None:
        try:
            await self.run()
        finally:
            if self.client is not None:
                await self.client.close()
