"""An edge with a writer behind it in this process, and a client in front of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
import pytest

from counterflow.edge.grpc.door import GrpcDoor
from counterflow.kernel.state.partition import State
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.partition.writer import Writer
from counterflow.server import transport
from counterflow.service.service import Service
from counterflow.settings import Settings
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch, StoreError
from counterflow_wire import counterflow_v1, gateway
from tests.edge import models

PATIENCE_SECONDS = 20
STEADY_WINDOW = (("grpc.http2.bdp_probe", 0),)
"""A client that measures the line lets itself be sent megabytes ahead of what it reads; one that does not
says soon that it is full.
"""


class ObedientStore(MemoryStore):
    """A store in memory whose commits wait, or fail, when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self._open = threading.Event()
        self._open.set()
        self.held = threading.Event()
        self.failing = False

    def hold(self) -> None:
        """From now on commits wait."""
        self.held.clear()
        self._open.clear()

    def release(self) -> None:
        """Let them through."""
        self._open.set()

    def commit(self, batch: Batch) -> None:
        """As its parent, but when told to."""
        if not self._open.is_set():
            self.held.set()
            self._open.wait(PATIENCE_SECONDS)
        if self.failing:
            raise StoreError("the disk is full")
        super().commit(batch)


@dataclass
class Served:
    """What a test of the edge has in hand."""

    store: ObedientStore
    writer: Writer
    service: Service
    door: GrpcDoor
    port: int
    stub: gateway.GatewayStub
    reading: counterflow_v1.CounterflowStub
    channel: grpc.aio.Channel

    @property
    def state(self) -> State:
        """What commands see."""
        return self.writer._decider.state

    async def deploy(
        self, content: bytes = models.ONE_TASK, name: str = "order.bpmn"
    ) -> gateway.DeployResourceResponse:
        return await self.stub.DeployResource(
            gateway.DeployResourceRequest(resources=[gateway.Resource(name=name, content=content)])
        )

    async def create(self, process_id: str = "order", variables: str = "") -> int:
        answer = await self.stub.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1, variables=variables)
        )
        return answer.processInstanceKey

    async def create_many(self, count: int, variables: str = "") -> None:
        """As many at a time as find their turn or a place in the line."""
        for begun in range(0, count, 100):
            await asyncio.gather(*(self.create(variables=variables) for _ in range(min(100, count - begun))))

    async def poll(self, job_type: str = "work", **fields: Any) -> list[gateway.ActivatedJob]:
        """The jobs that a poll brings; by default it does not wait."""
        return [job for message in await self.poll_messages(job_type, **fields) for job in message.jobs]

    async def poll_messages(
        self, job_type: str = "work", **fields: Any
    ) -> list[gateway.ActivateJobsResponse]:
        return [message async for message in self.stub.ActivateJobs(poll_request(job_type, **fields))]

    async def complete(self, job: gateway.ActivatedJob, variables: str = "") -> None:
        await self.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key, variables=variables))

    async def instance(self, key: int) -> counterflow_v1.GetProcessInstanceResponse:
        return await self.reading.GetProcessInstance(
            counterflow_v1.GetProcessInstanceRequest(process_instance_key=key)
        )

    async def state_of(self, key: int) -> str:
        """`ACTIVE`, `COMPLETED` or `TERMINATED`."""
        found = await self.instance(key)
        return counterflow_v1.ProcessInstanceState.Name(found.process_instance.state).removeprefix(
            "PROCESS_INSTANCE_STATE_"
        )

    async def incident_of(self, key: int) -> counterflow_v1.Incident:
        """The one incident of an instance."""
        answer = await self.reading.ListIncidents(
            counterflow_v1.ListIncidentsRequest(process_instance_key=key)
        )
        (incident,) = answer.incidents
        return incident

    def waiting_polls(self) -> int:
        return sum(len(polls) for polls in self.writer.takers._polls.values())

    def calls_under_way(self) -> int:
        return self.service.admission._under_way

    def edge_is_idle(self) -> bool:
        return self.calls_under_way() == 0

    async def held(self) -> None:
        """Until a commit waits in the store."""
        await asyncio.to_thread(self.store.held.wait, PATIENCE_SECONDS)


def poll_request(job_type: str = "work", **fields: Any) -> gateway.ActivateJobsRequest:
    fields = {"worker": "tester", "timeout": 60_000, "maxJobsToActivate": 10, "requestTimeout": -1, **fields}
    return gateway.ActivateJobsRequest(type=job_type, **fields)


def stream_request(job_type: str = "work", **fields: Any) -> gateway.StreamActivatedJobsRequest:
    return gateway.StreamActivatedJobsRequest(
        type=job_type, **{"worker": "streamer", "timeout": 60_000, **fields}
    )


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Served]:
    """A server on a free port, with these settings, and everything closed again."""
    chosen = Settings(grpc_port=0, **settings)
    store = ObedientStore()
    writer = Writer(
        store,
        limits=ProcessLimits(variable_bytes=chosen.variable_bytes, message_bytes=chosen.message_bytes),
        maximum_pending=chosen.pending_commands,
        maximum_pending_bytes=chosen.pending_bytes,
    )
    service = Service(writer, store, chosen)
    door = GrpcDoor(service, chosen, transport(chosen, service.admission.budgets))
    await door.start()
    service.start()
    writer.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{door.port}", options=STEADY_WINDOW) as channel:
            yield Served(
                store,
                writer,
                service,
                door,
                door.port,
                gateway.GatewayStub(channel),
                counterflow_v1.CounterflowStub(channel),
                channel,
            )
    finally:
        store.release()
        await door.stop(grace_seconds=1)
        await service.stop()
        await writer.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it has not happened"
        await asyncio.sleep(0)


@asynccontextmanager
async def refused(status: grpc.StatusCode, *words: str) -> AsyncIterator[None]:
    """The call inside is answered with this status, and details that say these words."""
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        yield
    assert (refusal.value.code(), refusal.value.details()) == (status, refusal.value.details())
    details = refusal.value.details() or ""
    assert [word for word in words if word not in details] == [], details
