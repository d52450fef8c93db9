"""The load under which the server is killed: begins trips and orders, works their jobs, sends their messages,
and keeps a journal.

Run as a process of its own: `python -m tests.conformance.kill_load ADDRESS JOURNAL`. Every acknowledged
command is a line of JSON in the journal and a line on standard output, so that who kills can count. A line on
standard input means: create no more but the last orders, finish what is open, and end. A call that fails is
simply made again: its outcome is unknown, as in real life.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

import grpc

from counterflow_wire import counterflow_v1, gateway
from tests.conformance.kill_models import JOBS, ORDER, REMINDERS, TRIP

CREATORS = 6
"""Of trips, and as many of orders."""
PATIENCE_SECONDS = 2.0
"""How long a creator waits for its trip's end before it creates the next: after a kill nobody may tell it."""
RESULT_PATIENCE_MS = 20_000
LIVE_MS = 600_000
"""How long a message is kept: longer than any run, so that a second one with its id is one too many."""
TRANSIENT = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
}
CHANNEL_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 200),
]


class Load:
    """Creators and workers on one channel, with one journal."""

    def __init__(self, address: str, journal: TextIO) -> None:
        self.channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
        self.gateway = gateway.GatewayStub(self.channel)
        self.reader = counterflow_v1.CounterflowStub(self.channel)
        self.journal = journal
        self.draining = asyncio.Event()
        self.finished = asyncio.Event()
        self.trips = itertools.count(1)
        self.orders = itertools.count(1)
        self.ends: dict[int, asyncio.Event] = {}
        self.reminders: dict[str, set[int]] = defaultdict(set)
        self.sending: set[asyncio.Task[None]] = set()

    def note(self, operation: str, **facts: Any) -> None:
        """One acknowledged command."""
        self.journal.write(json.dumps({"operation": operation, **facts}) + "\n")
        self.journal.flush()
        sys.stdout.write(operation + "\n")
        sys.stdout.flush()

    # -- creating --------------------------------------------------------------------------------------------

    async def create_trips(self) -> None:
        """Create trips, every third of which has no flight, until told to drain."""
        while not self.draining.is_set():
            fails = next(self.trips) % 3 == 0
            request = gateway.CreateProcessInstanceRequest(
                bpmnProcessId=TRIP, version=-1, variables=json.dumps({"flightFails": fails})
            )
            response = await self._call(
                functools.partial(
                    self.gateway.CreateProcessInstance, request, wait_for_ready=True, timeout=10
                )
            )
            if response is not None:
                self.note("create", key=response.processInstanceKey, fails=fails)
                await self._end_of(response.processInstanceKey)

    async def create_orders(self) -> None:
        """Create orders and wait for their results, until told to drain and told one result.

        A note on each is sent before it begins. Whoever is killed before each order's end tells no result:
        the last order, which nobody kills any more, makes sure of one.
        """
        is_told_in_peace = False
        while not is_told_in_peace:
            is_told_in_peace = self.draining.is_set()
            order = f"order-{next(self.orders)}"
            await self.send("noted", order)
            begun = gateway.CreateProcessInstanceRequest(
                bpmnProcessId=ORDER, version=-1, variables=json.dumps({"order": order})
            )
            request = gateway.CreateProcessInstanceWithResultRequest(
                request=begun, requestTimeout=RESULT_PATIENCE_MS
            )
            call = functools.partial(
                self.gateway.CreateProcessInstanceWithResult, request, wait_for_ready=True, timeout=30
            )
            response = await self._call(call)
            is_told_in_peace = is_told_in_peace and response is not None
            if response is not None:
                self.note(
                    "result",
                    key=response.processInstanceKey,
                    order=order,
                    variables=json.loads(response.variables),
                )

    async def _end_of(self, key: int) -> None:
        self.ends[key] = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ends[key].wait(), PATIENCE_SECONDS)
        del self.ends[key]

    # -- messages --------------------------------------------------------------------------------------------

    async def send(self, name: str, order: str) -> None:
        """Publish until it is known to be kept, then once more, which must be refused as a second message."""
        request = gateway.PublishMessageRequest(
            name=name, correlationKey=order, messageId=f"{name}-{order}", timeToLive=LIVE_MS
        )
        first = await self._publish(request)
        self.note("publish" if first else "publish again", name=name, order=order)
        if await self._publish(request):
            self.note("published twice", name=name, order=order)

    async def _publish(self, request: gateway.PublishMessageRequest) -> bool:
        """Whether it was taken; False where it was refused as known. Asks until there is an answer."""
        while True:
            try:
                await self.gateway.PublishMessage(request, wait_for_ready=True, timeout=10)
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.ALREADY_EXISTS:
                    return False
                if error.code() not in TRANSIENT:
                    raise
            else:
                return True

    # -- working ---------------------------------------------------------------------------------------------

    async def work(self, job_type: str) -> None:
        """Do all jobs of a type."""
        while not self.finished.is_set():
            request = gateway.ActivateJobsRequest(
                type=job_type, worker="load", timeout=2_000, maxJobsToActivate=8, requestTimeout=300
            )
            try:
                async for response in self.gateway.ActivateJobs(request, timeout=10):
                    await asyncio.gather(*(self.do(job) for job in response.jobs))
            except grpc.aio.AioRpcError as error:
                if error.code() not in TRANSIENT:
                    raise
                await self.channel.channel_ready()

    async def do(self, job: gateway.ActivatedJob) -> None:
        """One job: done, or ended with an error where there is no flight."""
        variables = json.loads(job.variables)
        if job.type == "flight" and variables["flightFails"]:
            error = gateway.ThrowErrorRequest(jobKey=job.key, errorCode="NO_FLIGHT", variables="{}")
            await self._settle("throw", job, lambda: self.gateway.ThrowError(error, timeout=10))
            return
        if job.type == "remind":
            self._count_reminder(variables["order"], job.key)
        result = {"doubled": 2 * variables["n"]} if job.type == "item" else {job.type: job.key}
        done = gateway.CompleteJobRequest(jobKey=job.key, variables=json.dumps(result))
        await self._settle("complete", job, lambda: self.gateway.CompleteJob(done, timeout=10))

    def _count_reminder(self, order: str, job_key: int) -> None:
        """The last reminder is answered with the payment, once."""
        is_new = job_key not in self.reminders[order]
        self.reminders[order].add(job_key)
        if is_new and len(self.reminders[order]) == REMINDERS:
            task = asyncio.create_task(self.send("paid", order))
            self.sending.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self.sending.discard(task)
        task.result()

    async def _settle(
        self, operation: str, job: gateway.ActivatedJob, call: Callable[[], Awaitable[Any]]
    ) -> None:
        if await self._call(call) is not None:
            self.note(operation, job=job.key, type=job.type, instance=job.processInstanceKey)
        if (
            job.type in ("flight", "cancel-hotel")
            and operation == "complete"
            and job.processInstanceKey in self.ends
        ):
            self.ends[job.processInstanceKey].set()

    async def _call(self, call: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND and error.code() not in TRANSIENT:
                raise
            return None

    # -- ending ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Create until told to drain; over when no instance is active."""
        creators = [create() for _ in range(CREATORS) for create in (self.create_trips, self.create_orders)]
        workers = [self.work(job_type) for job_type in JOBS]
        await asyncio.gather(self._drain_after(asyncio.gather(*creators)), self._hear_of_draining(), *workers)

    async def _hear_of_draining(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        self.draining.set()

    async def _drain_after(self, creators: asyncio.Future[Any]) -> None:
        await creators
        request = counterflow_v1.ListProcessInstancesRequest(
            state=counterflow_v1.PROCESS_INSTANCE_STATE_ACTIVE, page_size=1
        )
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
        await load.run()
        await load.channel.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
