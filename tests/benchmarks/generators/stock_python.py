"""Load by pyzeebe, a stock client, as it is used.

A process of its own: `python -m tests.benchmarks.generators.stock_python`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyzeebe import Job, ZeebeClient, ZeebeWorker, create_insecure_channel
from pyzeebe.errors import PyZeebeError, ZeebeBackPressureError
from pyzeebe.grpc_internals.types import CompleteJobResponse
from pyzeebe.grpc_internals.zeebe_adapter import ZeebeAdapter
from pyzeebe.types import Variables

from tests.benchmarks.generators.closed_loop import (
    RESULT_TIMEOUT_MS,
    CallFailed,
    Completed,
    Exhausted,
    report,
)
from tests.benchmarks.generators.shape import Shape, read_shape

AT_ONCE = 1_000
"""More jobs of a type than are ever under way: at its limit pyzeebe pauses for five seconds."""


class CountingAdapter(ZeebeAdapter):
    """Tells of completions that were acknowledged."""

    taken: dict[int, Job]
    completed: Completed

    async def complete_job(self, job_key: int, variables: Variables) -> CompleteJobResponse:
        """As ever, and tells."""
        response = await super().complete_job(job_key, variables)
        job = self.taken.pop(job_key)
        self.completed(job.type, job.process_instance_key)
        return response


class PyZeebe:
    """pyzeebe with a stream and polls."""

    def __init__(self, shape: Shape) -> None:
        self._channel = create_insecure_channel(grpc_address=shape.address)
        self._client = ZeebeClient(self._channel)

    async def deploy(self, path: Path) -> None:
        """Deploy a file."""
        await self._client.deploy_resource(path)

    async def create(self, process_id: str, variables: str) -> int:
        """Start an instance; answers its key."""
        try:
            return (await self._client.run_process(process_id, json.loads(variables))).process_instance_key
        except ZeebeBackPressureError as error:
            raise Exhausted from error
        except PyZeebeError as error:
            raise CallFailed(str(error)) from error

    async def create_and_await(self, process_id: str, variables: str) -> None:
        """Start an instance and wait for its end."""
        try:
            await self._client.run_process_with_result(
                process_id, json.loads(variables), timeout=RESULT_TIMEOUT_MS
            )
        except PyZeebeError as error:
            raise CallFailed(str(error)) from error

    async def work(self, types: Sequence[str], completers: int, completed: Completed) -> None:
        """A worker; how many jobs it does at once is its own affair."""
        worker = ZeebeWorker(self._channel, stream_enabled=True)
        adapter = CountingAdapter(self._channel, 10)
        adapter.taken, adapter.completed = {}, completed
        worker.zeebe_adapter = adapter

        async def answer() -> dict[str, int]:
            return {"x": 1}

        async def take(job: Job) -> Job:
            adapter.taken[job.key] = job
            return job

        for job_type in types:
            task: Any = worker.task(job_type, timeout_ms=60_000, max_running_jobs=AT_ONCE, before=[take])
            task(answer)  # whose own type admits no handler at all
        await worker.work()


async def main(shape: Shape) -> None:
    """One line of JSON."""
    await report(PyZeebe(shape), shape)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main(read_shape(sys.argv[1:])))
