"""Handlers at work: each takes jobs of its type as they become ready, as many at once as it may, and tells
what became of them.

A job whose handler runs for long is kept: its deadline is moved on again and again. What an engine that stops
has to break off goes back with its tries unchanged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from counterflow.engine.handlers import Variables, WorkerTask, completion, failure, is_async
from counterflow.engine.results import WorkerJob, milliseconds, taken
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import UpdateJobTimeout
from counterflow.kernel.vocabulary import ActivatedJob, Command, Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.service.callers import Jobs
from counterflow.service.requests import activation
from counterflow.service.service import Service

logger = logging.getLogger("counterflow.engine.workers")

POLL_MS = 60_000
PAUSE_SECONDS = 0.5
"""How long a worker rests when the engine has too much to do, or its database is away."""


class HandlerWorker:
    """One handler at work between `start` and `stop`."""

    def __init__(self, service: Service, task: WorkerTask) -> None:
        self._service = service
        self._task = task
        self._running: dict[asyncio.Task[None], ActivatedJob] = {}
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._taking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take jobs."""
        self._taking = asyncio.get_running_loop().create_task(self._take())

    async def stop(self, grace_seconds: float) -> None:
        """Take no more, let handlers that run end within the grace, and hand back the jobs of the others."""
        if self._taking is not None:
            self._taking.cancel()
            await asyncio.wait([self._taking])
        if self._running:
            await asyncio.wait(list(self._running), timeout=grace_seconds)
        for running, job in list(self._running.items()):
            running.cancel()
            self._service.returns.hand_back([job])
        if self._running:
            await asyncio.wait(list(self._running))

    async def _take(self) -> None:
        while not self._service.admission.is_closed:
            await self._has_room.wait()
            try:
                await self._service.polls.activate(self._wish(), POLL_MS, self._begin)
            except (Overloaded, Unavailable) as refused:
                logger.warning("The worker for '%s' rests: %s", self._task.job_type, refused)
                await asyncio.sleep(PAUSE_SECONDS)

    def _wish(self) -> ActivateJobs:
        return activation(
            job_type=self._task.job_type,
            worker=self._task.worker,
            timeout_ms=milliseconds(self._task.timeout),
            maximum=self._task.max_jobs - len(self._running),
            fetch_variables=(),
            tenant_ids=(),
            message_bytes=self._service.settings.message_bytes,
        )

    async def _begin(self, jobs: Jobs) -> None:
        for job in jobs:
            running = asyncio.get_running_loop().create_task(self._do(taken(job)))
            self._running[running] = job
            running.add_done_callback(self._ended)
        if len(self._running) >= self._task.max_jobs:
            self._has_room.clear()

    def _ended(self, running: asyncio.Task[None]) -> None:
        del self._running[running]
        self._has_room.set()

    async def _do(self, job: WorkerJob) -> None:
        keeping = asyncio.get_running_loop().create_task(self._keep(job))
        try:
            command = completion(job, await self._call(job))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is told of its job
            command = failure(job, error, self._task.back_off)
        finally:
            keeping.cancel()
        await self._tell(job, command)

    async def _call(self, job: WorkerJob) -> Variables | None:
        handler = self._task.handler
        returned = handler(job) if is_async(handler) else await asyncio.to_thread(handler, job)
        return await returned if isinstance(returned, Awaitable) else returned

    async def _keep(self, job: WorkerJob) -> None:
        """Move the deadline on while the handler runs."""
        while True:
            await asyncio.sleep(self._task.timeout.total_seconds() / 2)
            await self._tell(
                job, UpdateJobTimeout(job_key=job.key, timeout_ms=milliseconds(self._task.timeout))
            )

    async def _tell(self, job: WorkerJob, command: Command) -> None:
        """Tell the engine of a job. One that it will not hear of is no longer this worker's; one that
        cannot be told goes to somebody else after its deadline.
        """
        try:
            await self._service.commands.ask(command)
        except (Rejection, Overloaded, Unavailable) as refused:
            logger.warning("Job %s of type '%s': %s", job.key, job.type, refused)
