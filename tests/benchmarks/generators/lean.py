"""Load by nothing but grpc.aio and the wire: a stream per job type, many completers.

`python -m tests.benchmarks.generators.lean`.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc
import uvloop

from counterflow_wire import gateway
from tests.benchmarks.generators.closed_loop import (
    RESULT_TIMEOUT_MS,
    CallFailed,
    Completed,
    Exhausted,
    report,
)
from tests.benchmarks.generators.shape import Shape, read_shape

JOB_TIMEOUT_MS = 60_000
JOBS_PER_POLL = 120
BACKLOG_PAUSE_SECONDS = 2.0
VARIABLES = '{"x":1}'

Jobs = asyncio.Queue[gateway.ActivatedJob]


class Lean:
    """A client library without a library."""

    def __init__(self, shape: Shape) -> None:
        # Channels to one address share a connection unless their options differ.
        options = ([("counterflow.connection", number)] for number in range(shape.connections))
        self._stubs = [
            gateway.GatewayStub(grpc.aio.insecure_channel(shape.address, options=option))
            for option in options
        ]
        self._turn = itertools.cycle(self._stubs)

    async def deploy(self, path: Path) -> None:
        """Deploy a file."""
        await self._stubs[0].DeployResource(_deployment(path))

    async def create(self, process_id: str, variables: str) -> int:
        """Start an instance; answers its key."""
        request = gateway.CreateProcessInstanceRequest(
            bpmnProcessId=process_id, version=-1, variables=variables
        )
        try:
            return (await next(self._turn).CreateProcessInstance(request)).processInstanceKey
        except grpc.aio.AioRpcError as error:
            raise _told(error) from error

    async def create_and_await(self, process_id: str, variables: str) -> None:
        """Start an instance and wait for its end."""
        request = gateway.CreateProcessInstanceRequest(
            bpmnProcessId=process_id, version=-1, variables=variables
        )
        awaited = gateway.CreateProcessInstanceWithResultRequest(
            request=request, requestTimeout=RESULT_TIMEOUT_MS
        )
        try:
            await self._stubs[0].CreateProcessInstanceWithResult(awaited)
        except grpc.aio.AioRpcError as error:
            raise _told(error) from error

    async def work(self, types: Sequence[str], completers: int, completed: Completed) -> None:
        """A stream, a slow poll for what it left, and completers for each type."""
        async with asyncio.TaskGroup() as group:
            for job_type in types:
                jobs = Jobs()
                stub = next(self._turn)
                group.create_task(self._stream(stub, job_type, jobs))
                group.create_task(self._poll(stub, job_type, jobs))
                for _ in range(completers):
                    group.create_task(self._complete(next(self._turn), jobs, completed))

    async def _stream(self, stub: gateway.GatewayStub, job_type: str, jobs: Jobs) -> None:
        request = gateway.StreamActivatedJobsRequest(type=job_type, worker="lean", timeout=JOB_TIMEOUT_MS)
        async for job in stub.StreamActivatedJobs(request):
            jobs.put_nowait(job)

    async def _poll(self, stub: gateway.GatewayStub, job_type: str, jobs: Jobs) -> None:
        request = gateway.ActivateJobsRequest(
            type=job_type,
            worker="lean",
            timeout=JOB_TIMEOUT_MS,
            maxJobsToActivate=JOBS_PER_POLL,
            requestTimeout=-1,
        )
        while True:
            await asyncio.sleep(BACKLOG_PAUSE_SECONDS)
            async for response in stub.ActivateJobs(request):
                for job in response.jobs:
                    jobs.put_nowait(job)

    async def _complete(self, stub: gateway.GatewayStub, jobs: Jobs, completed: Completed) -> None:
        while True:
            job = await jobs.get()
            await stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key, variables=VARIABLES))
            completed(job.type, job.processInstanceKey)


def _deployment(path: Path) -> gateway.DeployResourceRequest:
    return gateway.DeployResourceRequest(
        resources=[gateway.Resource(name=path.name, content=path.read_bytes())]
    )


def _told(error: grpc.aio.AioRpcError) -> Exception:
    return Exhausted() if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED else CallFailed(error.details())


async def main(shape: Shape) -> None:
    """One line of JSON."""
    await report(Lean(shape), shape)


if __name__ == "__main__":
    uvloop.run(main(read_shape(sys.argv[1:])))
