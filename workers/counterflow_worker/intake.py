"""Taking the jobs of one task: a stream brings new ones, long polls the backlog, into one room.

The room is for `max_jobs`.

A stream has no upper limit of its own, so the next message is read only while there is room; what both bring
at once waits here, kept ours by its heartbeat, until a handler is free. A job that is already being handled
is not taken a second time: it was given out again because its deadline had passed.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from random import Random

from counterflow_worker.client import Client
from counterflow_worker.clock import Clock
from counterflow_worker.errors import ClientError, InvalidArgumentError, UnimplementedError
from counterflow_worker.job import Job
from counterflow_worker.outage import Outage
from counterflow_worker.retry import RECONNECT
from counterflow_worker.task import Task

logger = logging.getLogger("counterflow_worker")

# How long a server may hold a poll that finds nothing.
POLL_TIMEOUT_MS = 30_000
# A server that does not hold polls is asked ten times a second, as stock clients do.
POLL_PAUSE_MS = 100
# Streams are opened anew now and then, so that load balancers can move them.
STREAM_OPEN_MS = 3_600_000
# A stream that held this long was a good one: its end starts counting failures afresh.
STREAM_PROVEN_MS = 10_000

Handle = Callable[[Job, Callable[[], None]], Coroutine[None, None, None]]
"""Does a job and reports it; calls the second argument when the handler has ended."""


class Intake:
    """Takes the jobs of one task until it is cancelled; `finish` then waits for what was taken."""

    def __init__(
        self,
        task: Task,
        *,
        client: Client,
        handle: Handle,
        worker: str,
        outage: Outage,
        clock: Clock,
        random: Random,
    ) -> None:
        self.task = task
        self.client = client
        self.handle = handle
        self.worker = worker
        self.outage = outage
        self.clock = clock
        self.random = random
        self.handling: set[int] = set()
        self.taken: set[asyncio.Task[None]] = set()
        self.released = asyncio.Event()

    async def run(self) -> None:
        """Take jobs for ever. Raises InvalidArgumentError when the server cannot understand what is asked."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.poll(), name=f"poll {self.task.type}")
                if self.task.stream:
                    group.create_task(self.stream(), name=f"stream {self.task.type}")
        except BaseExceptionGroup as group_error:
            # What ends one of the two ends the other; people should read the reason, not the arrangement.
            raise group_error.exceptions[0] from None

    async def finish(self) -> None:
        """Wait until every job that was taken has been answered."""
        while self.taken:
            await asyncio.wait(self.taken)

    def abandon(self) -> None:
        """Stop the handlers; the server gives their jobs to somebody else after the deadline."""
        for work in self.taken:
            work.cancel()

    async def poll(self) -> None:
        """Poll for ever, whenever a quarter of the room is free. Raises InvalidArgumentError.

        While the server is away it waits longer each time, up to five seconds.
        """
        failures = 0
        while True:
            room = await self.room(at_least=max(self.task.max_jobs // 4, 1))
            began_ms = self.clock.now_ms()
            try:
                jobs = await self.poll_once(room)
            except InvalidArgumentError:
                raise
            except ClientError as error:
                failures += 1
                self.outage.begin(self.task.type, error)
                await self.clock.sleep(RECONNECT.delay_ms(failures, self.random))
                continue
            failures = 0
            self.outage.end(self.task.type)
            for job in jobs:
                self.take(job)
            if not jobs and self.clock.now_ms() - began_ms < POLL_PAUSE_MS:
                await self.clock.sleep(POLL_PAUSE_MS)

    async def poll_once(self, count: int) -> list[Job]:
        """The jobs of one long poll, at most `count`. Raises ClientError."""
        return await self.client.activate_jobs(
            self.task.type,
            max_jobs=count,
            timeout_ms=self.task.timeout_ms,
            # After an outage the first answer shall come at once, so that its end is noticed.
            request_timeout_ms=-1 if self.outage.includes(self.task.type) else POLL_TIMEOUT_MS,
            worker=self.worker,
            fetch=self.task.fetch,
        )

    async def stream(self) -> None:
        """Keep a stream open for ever, or until the server says that it has none.

        Raises InvalidArgumentError.
        """
        failures = 0
        while True:
            opened_ms = self.clock.now_ms()
            try:
                await self.stream_once()
            except InvalidArgumentError:
                raise
            except UnimplementedError:
                logger.info("the server pushes no jobs; task %s is polled only", self.task.type)
                return
            except ClientError as error:
                logger.debug("stream of task %s ended: %s", self.task.type, error)
            failures = 1 if self.clock.now_ms() - opened_ms >= STREAM_PROVEN_MS else failures + 1
            await self.clock.sleep(RECONNECT.delay_ms(failures, self.random))

    async def stream_once(self) -> None:
        """Take the jobs of one stream, the next when there is room for it, until it ends.

        Raises ClientError.
        """
        jobs = self.client.stream_jobs(
            self.task.type,
            timeout_ms=self.task.timeout_ms,
            worker=self.worker,
            fetch=self.task.fetch,
            open_for_ms=STREAM_OPEN_MS,
        )
        async for job in jobs:
            self.take(job)
            await self.room(at_least=1)

    def take(self, job: Job) -> None:
        """Start the work on a job in a task of its own, unless it is being handled already."""
        if job.key in self.handling:
            logger.warning("%r was given out again while its handler still runs; not started twice", job)
            return
        self.handling.add(job.key)
        work = asyncio.create_task(
            self.handle(job, lambda: self.handling.discard(job.key)), name=f"job {job.key}"
        )
        self.taken.add(work)
        work.add_done_callback(self.release)

    def release(self, work: asyncio.Task[None]) -> None:
        """Let go of work that has ended, and log what it broke off with."""
        self.taken.discard(work)
        self.released.set()
        if not work.cancelled() and (error := work.exception()):
            logger.error("%s broke off", work.get_name(), exc_info=error)

    async def room(self, *, at_least: int) -> int:
        """Wait until this many more jobs may be taken; how many may be."""
        while (free := self.task.max_jobs - len(self.taken)) < at_least:
            self.released.clear()
            await self.released.wait()
        return free
