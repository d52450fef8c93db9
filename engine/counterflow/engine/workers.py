"""Handlers at work: each takes jobs of its type, so many at once, and tells what became of them.

A job whose handler runs for long is kept: its deadline is moved on again and again. What an engine that stops
has to break off goes back with its tries unchanged.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable
from contextvars import ContextVar

from msgspec.structs import replace

from counterflow.engine.handlers import (
    Handler,
    Returned,
    WorkerTask,
    after_refusal,
    completion,
    failure,
    is_async,
    way_out,
)
from counterflow.engine.results import WorkerJob, taken
from counterflow.kernel.lives.jobs import UpdateJobTimeout
from counterflow.kernel.vocabulary import ActivatedJob, Command, Rejection
from counterflow.service.callers import Jobs
from counterflow.service.service import Service

logger = logging.getLogger("counterflow.engine.workers")

POLL_MS = 60_000
LAST_MOMENT_SECONDS = 1.0
"""How long what is broken off may take to end; what goes on is left behind."""
_doing: ContextVar[Service | None] = ContextVar("counterflow_doing", default=None)
"""Whose job is being done here; a thread that a handler runs in has it from the task that it runs for."""

PAUSE_SECONDS = 0.5
"""How long a worker rests when it was given no jobs for a reason, such as a database that is away."""


def is_doing_job_of(service: Service | None) -> bool:
    """Whether whoever asks is a handler at work for this service, in its task or its thread."""
    return service is not None and _doing.get() is service


class HandlerWorker:
    """One handler at work between `start` and `stop`."""

    def __init__(self, service: Service, task: WorkerTask) -> None:
        self._service = service
        self._task = task
        self._wish = replace(task.wish, bytes_left=service.settings.message_bytes)
        self._running: dict[asyncio.Task[None], ActivatedJob] = {}
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._taking: asyncio.Task[None] | None = None
        self._is_stopping = False

    def start(self) -> None:
        """Begin to take jobs."""
        self._taking = asyncio.get_running_loop().create_task(self._take())

    async def stop(self, grace_seconds: float) -> None:
        """Take no more, let handlers that run end within the grace, and hand back the jobs of the others."""
        try:
            if self._taking is not None:
                self._taking.cancel()
                await asyncio.wait([self._taking])
            if self._running:
                await asyncio.wait(list(self._running), timeout=grace_seconds)
        finally:
            self.break_off()
        if self._running:
            await asyncio.wait(list(self._running), timeout=LAST_MOMENT_SECONDS)
        for job in self._running.values():
            logger.warning("The handler of '%s' goes on with job %s, which it has no more", job.type, job.key)

    def break_off(self) -> None:
        """Take no more, and hand back at once what is not done; what has been handed back stays so."""
        if self._is_stopping:
            return
        self._is_stopping = True
        if self._taking is not None:
            self._taking.cancel()
        for running, job in self._running.items():
            running.cancel()
            self._service.returns.hand_back([job])

    async def _take(self) -> None:
        """Take jobs for as long as the engine is at work; what comes in their place ends nothing."""
        while not self._service.admission.is_closed:
            await self._has_room.wait()
            room = self._wish.maximum - len(self._running)
            try:
                await self._service.polls.activate(replace(self._wish, maximum=room), POLL_MS, self._begin)
            except Exception as refused:  # noqa: BLE001 - nobody would hear of a worker that ends
                logger.warning("The worker for '%s' rests: %s", self._wish.type, _reason_of(refused))
                await asyncio.sleep(PAUSE_SECONDS)

    async def _begin(self, jobs: Jobs) -> None:
        """Begin all of a portion: one that raised here would be handed back while some of it runs."""
        for job in jobs:
            running = asyncio.get_running_loop().create_task(self._do(job))
            self._running[running] = job
            running.add_done_callback(self._ended)
        if len(self._running) >= self._wish.maximum:
            self._has_room.clear()

    def _ended(self, running: asyncio.Task[None]) -> None:
        del self._running[running]
        self._has_room.set()

    async def _do(self, job: ActivatedJob) -> None:
        keeping = asyncio.get_running_loop().create_task(self._keep(job))
        try:
            command = completion(job, await self._call(taken(job)))
        except BaseException as error:  # whatever a handler raises is told of its job
            if self._is_ours(error):
                raise
            command = failure(job, way_out(error), self._task.back_off_ms)
        finally:
            keeping.cancel()
        await self._settle(job, command)

    async def _call(self, job: WorkerJob) -> Returned:
        handler = self._task.handler
        _doing.set(self._service)
        returned = handler(job) if is_async(handler) else await asyncio.to_thread(_call, handler, job)
        return await returned if isinstance(returned, Awaitable) else returned

    def _is_ours(self, error: BaseException) -> bool:
        """Whether something is not for the job: it is broken off, its loop ends, or a person ends all. The
        engine breaks it off; that a person ends the program only its first thread hears.
        """
        if isinstance(error, asyncio.CancelledError):
            return self._is_stopping
        is_first = threading.current_thread() is threading.main_thread()
        return isinstance(error, GeneratorExit) or (isinstance(error, KeyboardInterrupt) and is_first)

    async def _keep(self, job: ActivatedJob) -> None:
        """Move the deadline on while the handler runs."""
        timeout_ms = self._wish.timeout_ms
        while True:
            await asyncio.sleep(timeout_ms / 2_000)
            await self._answer_engine(job, UpdateJobTimeout(job_key=job.key, timeout_ms=timeout_ms))

    async def _settle(self, job: ActivatedJob, command: Command) -> None:
        refusal = await self._answer_engine(job, command)
        if isinstance(refusal, Rejection):
            instead = after_refusal(job, command, refusal, self._task.back_off_ms)
            if instead is not None:
                await self._answer_engine(job, instead)

    async def _answer_engine(self, job: ActivatedJob, command: Command) -> Exception | None:
        """Tell the engine of a job; answers what has come in place of an answer. A job that it will not hear
        of is no longer this worker's; one that cannot be told goes to somebody else after its deadline.
        """
        try:
            await self._service.commands.ask(command)
        except Exception as refused:  # noqa: BLE001 - whatever it is, the other jobs are not to suffer
            logger.warning("Job %s of type '%s': %s", job.key, job.type, _reason_of(refused))
            return refused
        return None


def _call(handler: Handler, job: WorkerJob) -> Awaitable[Returned] | Returned:
    """Call a handler in a thread.

    No future brings a `StopIteration` out of there: that of a `next` which has found nothing would never
    arrive. What is meant to end a program or a coroutine ends no thread.
    """
    try:
        return handler(job)
    except StopIteration as stopped:
        raise RuntimeError(f"The handler raised {stopped!r}") from stopped
    except BaseException as error:  # noqa: BLE001 - nothing comes by itself into a thread of the pool
        raise way_out(error) from None


def _reason_of(error: Exception) -> str:
    return str(error) or type(error).__name__
