"""One run of a worker: take, do, answer; and the order in which that ends."""

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from functools import partial
from random import Random
from typing import Any

from counterflow_worker.client import Client
from counterflow_worker.clock import Clock
from counterflow_worker.execution import heartbeat, report
from counterflow_worker.intake import Handle, Intake
from counterflow_worker.job import Job
from counterflow_worker.metrics import Metrics, call_hook
from counterflow_worker.outage import Outage
from counterflow_worker.outcome import Outcome
from counterflow_worker.task import Task

logger = logging.getLogger("counterflow_worker")

Decide = Callable[[Task, Job, Executor], Awaitable[Outcome]]


class Run:
    """What exists only between start and stop: an intake for each task, the threads of sync handlers."""

    def __init__(
        self,
        tasks: Collection[Task],
        client: Client,
        decide: Decide,
        *,
        worker: str,
        metrics: Metrics,
        clock: Clock,
        random: Random,
    ) -> None:
        self.tasks = tasks
        self.client = client
        self.decide = decide
        self.worker = worker
        self.metrics = metrics
        self.clock = clock
        threads = sum(task.max_jobs for task in tasks if not task.is_async)
        self.executor = ThreadPoolExecutor(max_workers=max(threads, 1), thread_name_prefix="handler")
        take_for = partial(
            Intake, client=client, worker=worker, outage=Outage(client.target), clock=clock, random=random
        )
        self.intakes = [take_for(task, handle=self.handler(task)) for task in tasks]
        self.stopping = asyncio.Event()

    async def to_the_end(self) -> None:
        """Take jobs until `stop`, then drain. Raises what makes taking impossible.

        Abandons the handlers when cancelled.
        """
        logger.info(
            "%s takes %s from %s",
            self.worker,
            ", ".join(task.type for task in self.tasks),
            self.client.target,
        )
        taking = [
            asyncio.create_task(intake.run(), name=f"take {intake.task.type}") for intake in self.intakes
        ]
        stopped = asyncio.create_task(self.stopping.wait(), name="wait for stop")
        try:
            await asyncio.wait((*taking, stopped), return_when=asyncio.FIRST_COMPLETED)
            await self.drain(*taking, stopped)
        finally:
            for task in (*taking, stopped):
                task.cancel()
            self.abandon()
            self.executor.shutdown(wait=False, cancel_futures=True)
        for task in taking:
            if not task.cancelled():
                task.result()

    async def drain(self, *waiting: asyncio.Task[Any]) -> None:
        """Close polls and streams, so that nothing new comes; then wait for the last answer."""
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        for intake in self.intakes:
            await intake.finish()

    def stop(self) -> None:
        """Take no more jobs and finish those that were taken; a second time, abandon them."""
        if self.stopping.is_set():
            logger.warning("%s abandons what still runs", self.worker)
            self.abandon()
        else:
            logger.info(
                "%s takes no more jobs and finishes those it has; stop again to abandon them", self.worker
            )
        self.stopping.set()

    def abandon(self) -> None:
        """Stop the handlers; the server gives their jobs to somebody else after the deadline."""
        for intake in self.intakes:
            intake.abandon()

    def handler(self, task: Task) -> Handle:
        """What does one job of the task from hand to answer, for not more than `max_jobs` at once."""
        slots = asyncio.Semaphore(task.max_jobs)

        async def handle(job: Job, ended: Callable[[], None]) -> None:
            call_hook(lambda: self.metrics.job_taken(job))
            try:
                async with self.keeping(task, job), slots:
                    began_ms = self.clock.now_ms()
                    outcome = await self.decide(task, job, self.executor)
            finally:
                # Before the report: the answer to a failed job may be overtaken by the job's next delivery.
                ended()
            call_hook(lambda: self.metrics.job_handled(job, outcome, self.clock.now_ms() - began_ms))
            accepted = await report(self.client, job, outcome)
            call_hook(lambda: self.metrics.job_reported(job, outcome, accepted=accepted))

        return handle

    def keeping(self, task: Task, job: Job) -> AbstractAsyncContextManager[object]:
        """While the context is open, the job's deadline is moved on, if the task says so."""
        return heartbeat(self.client, job, task.timeout_ms, self.clock) if task.heartbeat else nullcontext()


@contextmanager
def signals_to(stop: Callable[[], None], *, handle: bool = True, leaves: bool = True) -> Iterator[None]:
    """While the body runs, SIGTERM and SIGINT call `stop` on the event loop.

    Elsewhere than on the main thread nothing is touched. With `leaves` the second signal is the operating
    system's: it ends the process at once, whatever blocks the event loop or a thread.
    """
    if not handle or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stopping(*_: object) -> None:
        if leaves:
            for number in before:
                signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop)

    for number in before:
        # Not loop.add_signal_handler: Windows has none.
        signal.signal(number, stopping)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
