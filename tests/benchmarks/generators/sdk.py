"""Load by our SDK as it is used: a `Client` that creates, a `Worker` with handlers that answer at once.

`python -m tests.benchmarks.generators.sdk`
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from counterflow_worker import (
    AdHocResult,
    CallRetry,
    Client,
    ClientError,
    Job,
    ResourceExhaustedError,
    TaskListenerResult,
    Worker,
)
from tests.benchmarks.generators.closed_loop import CallFailed, Completed, Exhausted, report
from tests.benchmarks.generators.shape import Shape, read_shape


class CountingClient(Client):
    """Tells of completions that were acknowledged."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.taken: dict[int, Job] = {}
        self.completed: Completed | None = None

    async def complete_job(
        self,
        job_key: int,
        variables: object = None,
        *,
        result: AdHocResult | TaskListenerResult | None = None,
        retry: CallRetry | None = None,
    ) -> None:
        """As ever, and tells."""
        await super().complete_job(job_key, variables, result=result, retry=retry)
        job = self.taken.pop(job_key)
        if self.completed is not None:
            self.completed(job.type, job.process_instance_key)


class Sdk:
    """Our SDK with its defaults."""

    def __init__(self, shape: Shape) -> None:
        self._client = CountingClient(shape.address)

    async def deploy(self, path: Path) -> None:
        """Deploy a file."""
        await self._client.deploy(path)

    async def create(self, process_id: str, variables: str) -> int:
        """Start an instance; answers its key."""
        try:
            return (
                await self._client.create_instance(process_id, msgspec.json.decode(variables))
            ).process_instance_key
        except ClientError as error:
            raise _told(error) from error

    async def create_and_await(self, process_id: str, variables: str) -> None:
        """Start an instance and wait for its end."""
        try:
            await self._client.create_instance_with_result(process_id, msgspec.json.decode(variables))
        except ClientError as error:
            raise _told(error) from error

    async def work(self, types: Sequence[str], completers: int, completed: Completed) -> None:
        """A worker; how many jobs it does at once is its own affair."""
        self._client.completed = completed
        worker = Worker(self._client)

        async def answer(job: Job) -> dict[str, int]:
            self._client.taken[job.key] = job
            return {"x": 1}

        for job_type in types:
            worker.task(job_type)(answer)
        await worker.run(handle_signals=False)


def _told(error: ClientError) -> Exception:
    return Exhausted() if isinstance(error, ResourceExhaustedError) else CallFailed(str(error))


async def main(shape: Shape) -> None:
    """One line of JSON."""
    await report(Sdk(shape), shape)


if __name__ == "__main__":
    asyncio.run(main(read_shape(sys.argv[1:])))
