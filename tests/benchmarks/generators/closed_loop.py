"""The load, the same for every client library: create, complete what comes, count, print a line of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.diagrams import job_types, task_row
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.generators.tally import Tally, quantile

STREAMS_OPEN_SECONDS = 0.5
"""Nobody tells when a stream is open."""
REFUSED_PAUSE_SECONDS = 0.01
RESULT_TIMEOUT_MS = 10_000

Completed = Callable[[str, int], None]
"""Called with type and process instance key of a job whose completion was acknowledged."""


class Exhausted(Exception):
    """The server asks to come back later."""


class CallFailed(Exception):
    """A call was not answered as it should be."""


class Client(Protocol):
    """What a client library does for a load. Calls raise `Exhausted` or `CallFailed`."""

    async def deploy(self, path: Path) -> None:
        """Deploy a file."""
        ...

    async def create(self, process_id: str, variables: str) -> int:
        """Start an instance; answers its key."""
        ...

    async def create_and_await(self, process_id: str, variables: str) -> None:
        """Start an instance and wait for its end."""
        ...

    async def work(self, types: Sequence[str], completers: int, completed: Completed) -> None:
        """Take jobs and complete them at once, until cancelled."""
        ...


class Load:
    """One process on one server."""

    def __init__(self, client: Client, shape: Shape) -> None:
        self.client = client
        self.shape = shape
        self.tally = Tally()
        self.process_id = f"{type(client).__name__.lower()}-{time.time_ns()}"
        self._types = job_types(self.process_id, shape.tasks)
        self._places = asyncio.Semaphore(shape.inflight)

    async def run(self) -> dict[str, Any]:
        """Deploy and measure what the shape asks for."""
        await self._deploy()
        if self.shape.park:
            return await self._park()
        working = asyncio.create_task(self.client.work(self._types, self.shape.completers, self._completed))
        await asyncio.sleep(STREAMS_OPEN_SECONDS)
        measured = await (self._serial() if self.shape.serial else self._closed_loop())
        if working.done():
            working.result()
        working.cancel()
        return measured

    async def _deploy(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            await self.client.deploy(self._write_diagram(Path(folder)))

    def _write_diagram(self, folder: Path) -> Path:
        path = folder / f"{self.process_id}.bpmn"
        path.write_bytes(task_row(self.process_id, self.shape.tasks))
        return path

    def _completed(self, job_type: str, process_instance_key: int) -> None:
        self.tally.jobs += 1
        if job_type == self._types[-1]:
            self.tally.ended(process_instance_key)
            self._places.release()

    async def _closed_loop(self) -> dict[str, Any]:
        """As many instances under way as allowed; counts what ends within the measured time."""
        tally = self.tally
        creating = [asyncio.create_task(self._create_for_ever()) for _ in range(self.shape.creators)]
        await asyncio.sleep(self.shape.warm)
        tally.measuring, began, instances, jobs = True, time.perf_counter(), tally.instances, tally.jobs
        await asyncio.sleep(self.shape.seconds)
        instances, jobs, seconds = tally.instances - instances, tally.jobs - jobs, time.perf_counter() - began
        for task in creating:
            task.cancel()
        return {
            "instances_per_s": instances / seconds,
            "jobs_per_s": jobs / seconds,
            "p50_ms": quantile(tally.waits_ms, 0.5),
            "p99_ms": quantile(tally.waits_ms, 0.99),
            "created": tally.created,
            "create_errors": tally.create_errors,
            "exhausted": tally.exhausted,
            "complete_errors": tally.complete_errors,
            "tasks": self.shape.tasks,
            "mode": "stream",
            "creators": self.shape.creators,
            "inflight": self.shape.inflight,
            "completers": self.shape.completers,
        }

    async def _create_for_ever(self) -> None:
        while True:
            await self._places.acquire()
            await self._create_at_last()

    async def _create_at_last(self) -> None:
        while True:
            if await self._create():
                return
            await asyncio.sleep(REFUSED_PAUSE_SECONDS)

    async def _create(self) -> bool:
        asked_at = time.perf_counter()
        try:
            key = await self.client.create(self.process_id, self.shape.variables)
        except Exhausted:
            self.tally.exhausted += 1
            return False
        except CallFailed:
            self.tally.create_errors += 1
            return False
        self.tally.begins(key, asked_at)
        return True

    async def _serial(self) -> dict[str, Any]:
        """One instance after another, awaiting its result; the first tenth is not counted."""
        waits_ms = []
        for number in range(self.shape.serial):
            asked_at = time.perf_counter()
            try:
                await self.client.create_and_await(self.process_id, self.shape.variables)
            except (Exhausted, CallFailed):
                self.tally.create_errors += 1
                continue
            if number >= self.shape.serial // 10:
                waits_ms.append((time.perf_counter() - asked_at) * 1e3)
        quantiles = {f"p{part}_ms": quantile(waits_ms, part / 100) for part in (50, 90, 99)}
        return {"serial": len(waits_ms), **quantiles, "errors": self.tally.create_errors, "mode": "stream"}

    async def _park(self) -> dict[str, Any]:
        """Instances that nobody works on."""
        left = iter(range(self.shape.park))
        began = time.perf_counter()

        async def create() -> None:
            for _ in left:
                await self._create_at_last()

        await asyncio.gather(*(create() for _ in range(self.shape.creators)))
        seconds = time.perf_counter() - began
        retries = self.tally.exhausted + self.tally.create_errors
        return {
            "parked": self.shape.park,
            "seconds": seconds,
            "created_per_s": self.shape.park / seconds,
            "retries": retries,
            "process": self.process_id,
        }


async def report(client: Client, shape: Shape) -> None:
    """Measure, and print the line."""
    sys.stdout.write(json.dumps(await Load(client, shape).run()) + "\n")
