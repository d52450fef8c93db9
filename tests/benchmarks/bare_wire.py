"""What the wire costs by itself: a gRPC server of either transport with methods that keep nothing, move tokens
in a dictionary, and answer at once.

It does for the generators what the real server does, on the same `wire` package, and so is the most that a
server on it can do. `python -m tests.benchmarks.bare_wire ADDRESS TRANSPORT`
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
from collections import deque
from typing import Any

import uvloop
from google.protobuf.message import Message

from counterflow.settings import TransportName
from counterflow.wire.contract import Call, Method, RpcServer
from counterflow.wire.grpcio import GrpcioServer
from counterflow.wire.methods import from_callback
from counterflow.wire.native.limits import WireLimits
from counterflow.wire.native.server import NativeServer
from counterflow_wire import gateway
from tests.benchmarks.diagrams import TASKS


class Stream:
    """Who takes the jobs of a type."""

    def __init__(self, call: Call, queue: deque[bytes]) -> None:
        self.call = call
        self.queue = queue
        self._is_held = False
        call.on_drained = self._drained
        call.on_gone = self._hold

    def push(self) -> None:
        """Send what there is, as long as the client reads."""
        while self.queue and not self._is_held:
            self._is_held = not self.call.send(self.queue.popleft())

    def _drained(self) -> None:
        self._is_held = False
        self.push()

    def _hold(self) -> None:
        """The client has gone: what is there waits for the next one."""
        self._is_held = True


class BareWire:
    """Instances as numbers: key → task that is being worked on, and who waits for the end."""

    def __init__(self) -> None:
        self._keys = itertools.count(1 << 51)
        self._at: dict[int, tuple[int, str, int]] = {}
        self._ended: dict[int, Call] = {}
        self._streams: dict[str, Stream] = {}
        self._waiting: dict[str, deque[bytes]] = {}

    def methods(self) -> list[Method]:
        """Those that the generators call."""
        starts: dict[str, Any] = {
            "DeployResource": self.deploy,
            "CreateProcessInstance": self.create,
            "CreateProcessInstanceWithResult": self.create_and_await,
            "CompleteJob": self.complete,
            "ActivateJobs": self.poll,
            "StreamActivatedJobs": self.stream,
        }
        rpcs = gateway.METHODS
        return [
            from_callback(rpcs[name].path, rpcs[name].request.FromString, start)
            for name, start in starts.items()
        ]

    def deploy(self, request: gateway.DeployResourceRequest, call: Call) -> None:
        """Nothing to keep."""
        _answer(call, gateway.DeployResourceResponse(key=1))

    def create(self, request: gateway.CreateProcessInstanceRequest, call: Call) -> None:
        """The first job."""
        key = next(self._keys)
        self._push(key, request.bpmnProcessId, 1)
        _answer(
            call,
            gateway.CreateProcessInstanceResponse(
                bpmnProcessId=request.bpmnProcessId, version=1, processInstanceKey=key
            ),
        )

    def create_and_await(self, request: gateway.CreateProcessInstanceWithResultRequest, call: Call) -> None:
        """The first job, and the end."""
        key = next(self._keys)
        self._ended[key] = call
        self._push(key, request.request.bpmnProcessId, 1)

    def complete(self, request: gateway.CompleteJobRequest, call: Call) -> None:
        """The next job, or the end."""
        key, process_id, task = self._at.pop(request.jobKey)
        if task < TASKS:
            self._push(key, process_id, task + 1)
        elif key in self._ended:
            _answer(
                self._ended.pop(key),
                gateway.CreateProcessInstanceWithResultResponse(processInstanceKey=key, variables="{}"),
            )
        _answer(call, gateway.CompleteJobResponse())

    def poll(self, request: gateway.ActivateJobsRequest, call: Call) -> None:
        """Streams take everything."""
        call.finish()

    def stream(self, request: gateway.StreamActivatedJobsRequest, call: Call) -> None:
        """Jobs for ever."""
        call.begin()
        stream = self._streams[request.type] = Stream(call, self._waiting.setdefault(request.type, deque()))
        stream.push()

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
        self._waiting.setdefault(job_type, deque()).append(job.SerializeToString())
        if job_type in self._streams:
            self._streams[job_type].push()


def _answer(call: Call, message: Message) -> None:
    call.answer(message.SerializeToString())


async def main(address: str, transport: str) -> None:
    """Serve until killed."""
    host, _, port = address.rpartition(":")
    methods = BareWire().methods()
    server: RpcServer = (
        GrpcioServer(methods, WireLimits().message_bytes)
        if transport == TransportName.GRPCIO
        else NativeServer(methods)
    )
    await server.start(host, int(port))
    gc.freeze()
    gc.set_threshold(20_000, 4, 500)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
