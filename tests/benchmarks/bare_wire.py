"""What the wire costs by itself: a grpc.aio server that keeps nothing, moves tokens in a dictionary, and answers at once.

It does for the generators what the real server does, on the same library with the same options, and so is the most that
a server on this library can do. `python -m tests.benchmarks.bare_wire ADDRESS`
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
from typing import Any

import grpc
import uvloop

from counterflow_wire import gateway
from tests.benchmarks.diagrams import TASKS
from tests.protos.serving import service_handler


class BareWire:
    """Instances as numbers: key → task that is being worked on, and who waits for the end."""

    def __init__(self) -> None:
        self._keys = itertools.count(1 << 51)
        self._at: dict[int, tuple[int, str, int]] = {}
        self._ended: dict[int, asyncio.Event] = {}
        self._queues: dict[str, asyncio.Queue[gateway.ActivatedJob]] = {}

    def behaviours(self) -> dict[str, Any]:
        """By rpc."""
        return {
            "DeployResource": self.deploy,
            "CreateProcessInstance": self.create,
            "CreateProcessInstanceWithResult": self.create_and_await,
            "CompleteJob": self.complete,
            "ActivateJobs": self.poll,
            "StreamActivatedJobs": self.stream,
        }

    async def deploy(self, request: gateway.DeployResourceRequest, context: object) -> gateway.DeployResourceResponse:
        """Nothing to keep."""
        return gateway.DeployResourceResponse(key=1)

    async def create(self, request: gateway.CreateProcessInstanceRequest, context: object) -> gateway.CreateProcessInstanceResponse:
        """The first job."""
        key = next(self._keys)
        self._push(key, request.bpmnProcessId, 1)
        return gateway.CreateProcessInstanceResponse(bpmnProcessId=request.bpmnProcessId, version=1, processInstanceKey=key)

    async def create_and_await(
        self, request: gateway.CreateProcessInstanceWithResultRequest, context: object
    ) -> gateway.CreateProcessInstanceWithResultResponse:
        """The first job, and the end."""
        created = await self.create(request.request, context)
        ended = self._ended[created.processInstanceKey] = asyncio.Event()
        await ended.wait()
        return gateway.CreateProcessInstanceWithResultResponse(processInstanceKey=created.processInstanceKey, variables="{}")

    async def complete(self, request: gateway.CompleteJobRequest, context: object) -> gateway.CompleteJobResponse:
        """The next job, or the end."""
        key, process_id, task = self._at.pop(request.jobKey)
        if task < TASKS:
            self._push(key, process_id, task + 1)
        elif key in self._ended:
            self._ended.pop(key).set()
        return gateway.CompleteJobResponse()

    async def poll(self, request: gateway.ActivateJobsRequest, context: object) -> None:
        """Streams take everything."""

    async def stream(self, request: gateway.StreamActivatedJobsRequest, context: Any) -> None:
        """Jobs for ever."""
        queue = self._queue(request.type)
        while True:
            await context.write(await queue.get())

    def _queue(self, job_type: str) -> asyncio.Queue[gateway.ActivatedJob]:
        return self._queues.setdefault(job_type, asyncio.Queue())

    def _push(self, key: int, process_id: str, task: int) -> None:
        job_key, job_type = next(self._keys), f"{process_id}-{task}"
        self._at[job_key] = (key, process_id, task)
        job = gateway.ActivatedJob(
            key=job_key,
            type=job_type,
            processInstanceKey=key,
            bpmnProcessId=process_id,
            processDefinitionVersion=1,
            processDefinitionKey=1,
            elementId=f"task_{task}",
            elementInstanceKey=job_key,
            customHeaders="{}",
            worker="worker",
            retries=3,
            deadline=1,
            variables='{"n":1,"x":1}',
            tenantId="<default>",
        )
        self._queue(job_type).put_nowait(job)


async def main(address: str) -> None:
    """Serve until killed."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((service_handler(gateway.SERVICE, gateway.METHODS, BareWire().behaviours()),))
    server.add_insecure_port(address)
    await server.start()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
