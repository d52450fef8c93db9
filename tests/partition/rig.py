"""A writer on a store whose commits a test holds up, lets go and breaks, and a clock moved by hand."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields
from threading import Event, Lock
from typing import Any

import msgspec

from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs, ReturnJob
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.resources import ReadResource
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.partition import clock
from counterflow.partition.takers import PollTaker, StreamTaker
from counterflow.partition.timekeeping import Timekeeping
from counterflow.partition.writer import Writer
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from tests.bpmn.diagram import end, model, path, reading, service, start

PATIENCE_S = 10
"""How long a test waits for what must happen before it fails."""

ONE_TASK = model(start(), service("pack", job="pack"), end(), path("start", "pack", "end"))


class GatedStore(MemoryStore):
    """A store in memory: `gate` holds commits up, `faults` are raised by the next ones, `batches` is what was
    written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()
        self.gate.set()
        self.entered = Event()
        self.faults: list[Exception] = []
        self.read_fault: Exception | None = None
        self.batches: list[Batch] = []
        self._one_at_a_time = Lock()

    def commit(self, batch: Batch) -> None:
        with self._one_at_a_time:
            self.entered.set()
            assert self.gate.wait(PATIENCE_S), "the test never opened the gate"
            if self.faults:
                raise self.faults.pop(0)
            super().commit(batch)
            self.batches.append(batch)

    def get(self, table: Any, key: Any) -> Any:
        if self.read_fault is not None:
            raise self.read_fault
        return super().get(table, key)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Commits wait while the block runs."""
        self.gate.clear()
        self.entered.clear()
        try:
            yield
        finally:
            self.gate.set()

    async def is_committing(self) -> None:
        """Wait until a commit waits at the gate."""
        assert await asyncio.to_thread(self.entered.wait, PATIENCE_S), "nothing was committed"

    def rows(self, table: type[Row]) -> list[Any]:
        return list(self.scan(table, {}))


class Clock:
    """Milliseconds, moved by hand."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


class Rig:
    """A writer at work, and the commands that tests give most."""

    def __init__(self, store: Any = None, **options: Any) -> None:
        self.store: Any = store or GatedStore()
        self.clock = Clock()
        self.monotonic = Clock()
        self.writer = Writer(self.store, time=self._time(options), **options)

    def _time(self, options: dict[str, Any]) -> Timekeeping:
        """The clock moved by hand, and what the options say of time, which are no others of the writer's."""
        names = [field.name for field in fields(Timekeeping) if field.name in options]
        kept = {name: options.pop(name) for name in names}
        return Timekeeping(clock.Clock(self.clock, self.monotonic), **kept)

    @property
    def state(self) -> State:
        """What commands see."""
        return self.writer._decider.state

    async def deploy(self, content: bytes = ONE_TASK) -> None:
        resource = ReadResource(
            "model.bpmn", content, hashlib.sha256(content).digest(), reading(content).processes
        )
        await self.writer.submit(DeployResources(resources=(resource,)))

    def create(self, **variables: object) -> asyncio.Future[Any]:
        return self.writer.submit(creation(**variables))

    def complete(self, job_key: int, **variables: object) -> asyncio.Future[Any]:
        return self.writer.submit(CompleteJob(job_key=job_key, variables=document(**variables)))

    def stream(self, job_type: str = "pack", timeout_ms: int = 60_000) -> Stream:
        """Open a stream."""
        return Stream(self.writer, activation(job_type, timeout_ms=timeout_ms))

    def poll(self, job_type: str = "pack", maximum: int = 1) -> asyncio.Future[list[ActivatedJob]]:
        """Park a poll; the future has its jobs."""
        future: asyncio.Future[list[ActivatedJob]] = asyncio.get_running_loop().create_future()
        self.writer.takers.park(
            PollTaker(activation(job_type, maximum=maximum), lambda jobs: future.set_result(list(jobs)))
        )
        return future

    def job_keys(self) -> list[int]:
        """Keys of the committed jobs."""
        return [job.key for job in self.store.rows(Job)]


class Stream:
    """An open stream whose client waits for so many jobs."""

    def __init__(self, writer: Writer, request: ActivateJobs) -> None:
        self._woken = asyncio.Event()
        self._writer = writer
        self.taker = StreamTaker(request, self._woken.set, self._hand_back)
        writer.takers.add_stream(self.taker)

    def _hand_back(self, jobs: Sequence[ActivatedJob]) -> None:
        for job in jobs:
            self._writer.submit(ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))

    async def read(self, count: int) -> list[ActivatedJob]:
        """The next jobs, as soon as there are so many."""
        jobs: list[ActivatedJob] = []
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self.taker.queue and len(jobs) < count:
                    jobs.append(self.taker.queue.popleft())
                if len(jobs) == count:
                    return jobs
                self._woken.clear()
                await self._woken.wait()


def document(**values: object) -> dict[str, bytes]:
    return {name: msgspec.json.encode(value) for name, value in values.items()}


def creation(**variables: object) -> CreateProcessInstance:
    return CreateProcessInstance(bpmn_process_id="process", variables=document(**variables))


def activation(job_type: str = "pack", *, maximum: int = 10, timeout_ms: int = 60_000) -> ActivateJobs:
    return ActivateJobs(type=job_type, worker="worker", timeout_ms=timeout_ms, maximum=maximum)


@asynccontextmanager
async def rig(
    content: bytes = ONE_TASK, store: GatedStore | None = None, **options: Any
) -> AsyncIterator[Rig]:
    """A started writer with one deployed model, stopped at the end."""
    found = Rig(store, **options)
    found.writer.start()
    await found.deploy(content)
    try:
        yield found
    finally:
        found.store.gate.set()
        await found.writer.stop()


async def turns(count: int = 20) -> None:
    """Let everything run that can run without waiting."""
    for _ in range(count):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks run until something is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await turns(1)
