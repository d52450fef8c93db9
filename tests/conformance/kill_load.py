"""The load under which the server is killed: creates trips, works their jobs, and keeps a journal of what was acknowledged.

Run as a process of its own: `python -m tests.conformance.kill_load ADDRESS JOURNAL`. Every acknowledged command is a line
of JSON in the journal and a line on standard output, so that who kills can count. A line on standard input means: create no
more, finish what is open, and end. A call that fails is simply made again: its outcome is unknown, as in real life.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

import grpc

from counterflow_wire import counterflow_v1, gateway

PROCESS = "kill-trip"
STEPS = ("hotel", "car", "flight")
CREATORS = 12
PATIENCE_SECONDS = 2.0
"""How long a creator waits for its trip's end before it creates the next: after a kill nobody may tell it."""
TRANSIENT = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
CHANNEL_OPTIONS = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]


class Load:
    """Creators and workers on one channel, with one journal."""

    def __init__(self, address: str, journal: TextIO) -> None:
        self.channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
        self.gateway = gateway.GatewayStub(self.channel)
        self.reader = counterflow_v1.CounterflowStub(self.channel)
        self.journal = journal
        self.draining = asyncio.Event()
        self.finished = asyncio.Event()
        self.created = 0
        self.ends: dict[int, asyncio.Event] = {}

    def note(self, operation: str, **facts: Any) -> None:
        """One acknowledged command."""
        self.journal.write(json.dumps({"operation": operation, **facts}) + "\n")
        self.journal.flush()
        sys.stdout.write(operation + "\n")
        sys.stdout.flush()

    async def create(self) -> None:
        """Create trips, every third of which has no flight, until told to drain."""
        while not self.draining.is_set():
            self.created += 1
            fails = self.created % 3 == 0
            request = gateway.CreateProcessInstanceRequest(bpmnProcessId=PROCESS, version=-1, variables=json.dumps({"flightFails": fails}))
            response = await self._call(functools.partial(self.gateway.CreateProcessInstance, request, wait_for_ready=True, timeout=10))
            if response is not None:
                self.note("create", key=response.processInstanceKey, fails=fails)
                await self._end_of(response.processInstanceKey)

    async def work(self, job_type: str) -> None:
        """Do all jobs of a type."""
        while not self.finished.is_set():
            request = gateway.ActivateJobsRequest(type=job_type, worker="load", timeout=2_000, maxJobsToActivate=8, requestTimeout=300)
            try:
                async for response in self.gateway.ActivateJobs(request, timeout=10):
                    await asyncio.gather(*(self.do(job) for job in response.jobs))
            except grpc.aio.AioRpcError as error:
                if error.code() not in TRANSIENT:
                    raise
                await self.channel.channel_ready()

    async def do(self, job: gateway.ActivatedJob) -> None:
        """One job: done, or ended with an error where there is no flight."""
        if job.type == "flight" and json.loads(job.variables)["flightFails"]:
            error = gateway.ThrowErrorRequest(jobKey=job.key, errorCode="NO_FLIGHT", variables="{}")
            await self._settle("throw", job, lambda: self.gateway.ThrowError(error, timeout=10))
        else:
            done = gateway.CompleteJobRequest(jobKey=job.key, variables=json.dumps({job.type: job.key}))
            await self._settle("complete", job, lambda: self.gateway.CompleteJob(done, timeout=10))

    async def _settle(self, operation: str, job: gateway.ActivatedJob, call: Callable[[], Awaitable[Any]]) -> None:
        if await self._call(call) is not None:
            self.note(operation, job=job.key, type=job.type, instance=job.processInstanceKey)
        if job.type in ("flight", "cancel-hotel") and operation == "complete" and job.processInstanceKey in self.ends:
            self.ends[job.processInstanceKey].set()

    async def _end_of(self, key: int) -> None:
        self.ends[key] = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ends[key].wait(), PATIENCE_SECONDS)
        del self.ends[key]

    async def _call(self, call: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND and error.code() not in TRANSIENT:
                raise
            return None

    async def drain(self) -> None:
        """Create no more; over when no instance is active."""
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        self.draining.set()
        request = counterflow_v1.ListProcessInstancesRequest(state=counterflow_v1.PROCESS_INSTANCE_STATE_ACTIVE, page_size=1)
        while (await self.reader.ListProcessInstances(request, wait_for_ready=True)).process_instances:
            nothing = gateway.ActivateJobsRequest(
                type="no-such-type", worker="load", timeout=1_000, maxJobsToActivate=1, requestTimeout=100
            )
            async for _ in self.gateway.ActivateJobs(nothing, wait_for_ready=True):
                pass
        self.finished.set()


async def main(address: str, journal: Path) -> None:
    """Load until drained."""
    with journal.open("a") as lines:
        load = Load(address, lines)
        types = [*STEPS, *(f"cancel-{step}" for step in STEPS)]
        creators = [load.create() for _ in range(CREATORS)]
        await asyncio.gather(load.drain(), *creators, *(load.work(job_type) for job_type in types))
        await load.channel.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
