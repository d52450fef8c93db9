"""What is over is gone at once: nothing that a call has brought waits for the next collection of garbage, which
comes by how many objects there are, however large.
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable

import pytest

from counterflow.wire.native.call import NativeCall
from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import Served

TIMES = 5


async def _create(served: Served) -> None:
    await served.create()


async def _create_and_wait(served: Served) -> None:
    request = gateway.CreateProcessInstanceRequest(bpmnProcessId="straight", version=-1)
    await served.stub.CreateProcessInstanceWithResult(
        gateway.CreateProcessInstanceWithResultRequest(request=request)
    )


async def _publish(served: Served) -> None:
    await served.stub.PublishMessage(
        gateway.PublishMessageRequest(name="paid", correlationKey="o-1", timeToLive=60_000)
    )


async def _broadcast(served: Served) -> None:
    await served.stub.BroadcastSignal(gateway.BroadcastSignalRequest(signalName="alarm"))


async def _set_variables(served: Served) -> None:
    key = await served.create()
    await served.stub.SetVariables(gateway.SetVariablesRequest(elementInstanceKey=key, variables='{"a":1}'))


async def _do_a_job(served: Served) -> None:
    await served.create()
    (job,) = await served.poll(maxJobsToActivate=1)
    await served.complete(job)


async def _deploy(served: Served) -> None:
    await served.deploy()


async def _read(served: Served) -> None:
    await served.instance(await served.create())


@pytest.mark.parametrize(
    "ask",
    [_create, _create_and_wait, _publish, _broadcast, _set_variables, _do_a_job, _deploy, _read],
    ids=lambda ask: ask.__name__.strip("_"),
)
async def test_no_call_is_left_in_a_circle(served: Served, ask: Callable[[Served], Awaitable[None]]) -> None:
    await served.deploy()
    await served.deploy(models.NO_TASK, "straight.bpmn")
    await ask(served)
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            await ask(served)
        assert _calls() <= 1
    finally:
        gc.enable()


def _calls() -> int:
    """The last one may be about to go."""
    return sum(isinstance(found, NativeCall) for found in gc.get_objects())
