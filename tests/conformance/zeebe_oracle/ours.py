"""Counterflow as one of the two sides: its real loop and edge in this process, on a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio

from counterflow.edge.server import EdgeServer
from counterflow.loop import Loop
from counterflow.model.graph import CompensationOrder
from counterflow.settings import Settings
from counterflow.store.memory import MemoryStore
from counterflow_wire import counterflow_v1, gateway
from tests.conformance.zeebe_oracle.side import Side, canonical
from tests.conformance.zeebe_oracle.views import ElementView, IncidentView, InstanceView, JobView, View

MAXIMUM_ELEMENTS = 100_000


class HandClock:
    """Milliseconds since the epoch, moved by hand."""

    def __init__(self, now_ms: int) -> None:
        self.ms = now_ms

    def __call__(self) -> int:
        return self.ms


class HandDrivenLoop(Loop):
    """The loop, whose due things come when they are asked for: its own alarm goes by the clock on the wall."""

    def due_ms(self) -> int | None:
        """The next moment at which something is due."""
        due = self.state.due.first()
        return due.due_ms if due is not None else None

    def come_due(self) -> None:
        """Trigger what is due by now."""
        self._trigger_due()

    def _arm(self) -> None:
        """No alarm."""


class CounterflowSide(Side):
    """A fresh engine for every script."""

    def __init__(self, name: str, loop: HandDrivenLoop, clock: HandClock, channel: grpc.aio.Channel) -> None:
        super().__init__()
        self.name = name
        self.stub = gateway.GatewayStub(channel)
        self.script_began_ms = clock.ms
        self._reading = counterflow_v1.CounterflowStub(channel)
        self._loop = loop
        self._clock = clock

    def deployed(self, answer: gateway.DeployResourceResponse) -> None:
        """Nothing has to be taken away: the engine ends with the script."""

    async def settle(self) -> None:
        """Everything that was due by now has come, and is committed."""
        while (due_ms := self._loop.due_ms()) is not None and due_ms <= self._clock.ms:
            self._loop.come_due()
            await self._loop.settle()
        await self._loop.settle()

    async def advance(self, duration_ms: int) -> None:
        """From moment to moment."""
        until_ms = self._clock.ms + duration_ms
        while (due_ms := self._loop.due_ms()) is not None and due_ms <= until_ms:
            self._clock.ms = max(self._clock.ms, due_ms)
            await self.settle()
        self._clock.ms = until_ms

    async def jump(self, duration_ms: int) -> None:
        """All at once."""
        self._clock.ms += duration_ms
        await self.settle()

    async def view(self) -> View:
        """From our own service for looking."""
        view = View()
        answer = await self._reading.ListProcessInstances(counterflow_v1.ListProcessInstancesRequest(page_size=1000))
        for header in sorted(answer.process_instances, key=lambda found: found.key):
            request = counterflow_v1.GetProcessInstanceRequest(process_instance_key=header.key, element_limit=MAXIMUM_ELEMENTS)
            tree = await self._reading.GetProcessInstance(request)
            view.instances.append(
                InstanceView(header.key, header.bpmn_process_id, header.parent_process_instance_key, _state(tree.root.state))
            )
            _walk(view, header.key, tree.root)
        view.elements.sort(key=lambda element: element.key)
        view.jobs.sort(key=lambda job: job.key)
        view.incidents.sort(key=lambda incident: incident.key)
        return view


def _walk(view: View, instance_key: int, element: counterflow_v1.ElementInstance) -> None:
    variables = {variable.name: canonical(variable.value_json) for variable in element.variables}
    view.elements.append(ElementView(element.key, element.element_id, instance_key, _state(element.state), variables))
    for job in element.jobs:
        state = counterflow_v1.JobState.Name(job.state).removeprefix("JOB_STATE_").lower()
        view.jobs.append(JobView(job.key, job.type, element.element_id, element.key, job.retries, state))
    for incident in element.incidents:
        view.incidents.append(IncidentView(incident.key, element.element_id, incident.element_id, incident.error_type))
    for child in element.children:
        _walk(view, instance_key, child)


def _state(state: counterflow_v1.ElementInstanceState) -> str:
    return counterflow_v1.ElementInstanceState.Name(state).removeprefix("ELEMENT_INSTANCE_STATE_").lower()


@asynccontextmanager
async def counterflow_side(
    name: str = "Counterflow", *, now_ms: int = 1_700_000_000_000, order: CompensationOrder = CompensationOrder.PARALLEL
) -> AsyncIterator[CounterflowSide]:
    """A server on a free port, and everything closed again."""
    clock, store, settings = HandClock(now_ms), MemoryStore(), Settings(grpc_port=0)
    loop = HandDrivenLoop(store, order=order, now_ms=clock)
    edge = EdgeServer(loop, store, settings)
    port = await edge.start()
    loop.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield CounterflowSide(name, loop, clock, channel)
    finally:
        await edge.stop(grace_seconds=0)
        await loop.stop()
