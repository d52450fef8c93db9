"""A client that means well: it creates an instance every 20 ms, whatever becomes of the ones before.

Each call is timed from the moment it was due, so that a server that stands still is not asked less often in
the meantime and looks the better for it. What either of them waited for a processor meanwhile is told apart:
that is the machine's, which has others to serve.

`python -m tests.hostile.innocent ADDRESS SERVER_PID PROCESS` says `calm` when it has begun, goes on until its
input ends, and prints what it has measured as a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter

import grpc
import grpc.aio

from counterflow_wire import gateway
from tests.hostile.processor import net_seconds, processor

PERIOD_SECONDS = 0.02
CALM_CALLS = 25
"""After so many the connection is warm, and what follows is measured."""
PATIENCE_SECONDS = 60.0


class Innocent:
    """Asks in time, and keeps what it is told."""

    def __init__(self, stub: gateway.GatewayStub, server: int, process_id: str) -> None:
        self._stub = stub
        self._server = server
        self._request = gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1)
        self.latencies_ms: list[float] = []
        self.errors: Counter[str] = Counter()
        self.net_ms: list[float] = []
        """Latencies without what server and client were kept waiting for a processor meanwhile."""

    async def create(self, due: float) -> None:
        """One instance, due at a moment of `time.perf_counter`."""
        before, own_before = processor(self._server), processor(os.getpid()).kept_waiting
        try:
            await self._stub.CreateProcessInstance(self._request, timeout=PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            self.errors[f"{error.code().name}: {error.details()}"] += 1
        taken = time.perf_counter() - due
        self.latencies_ms.append(taken * 1_000)
        own_waiting = processor(os.getpid()).kept_waiting - own_before
        self.net_ms.append(net_seconds(taken, before, processor(self._server), own_waiting) * 1_000)

    async def run(self, until: asyncio.Event) -> None:
        """Create instances until the event is set, then wait for those under way."""
        begun, count = time.perf_counter(), 0
        async with asyncio.TaskGroup() as calls:
            while not until.is_set():
                due = begun + count * PERIOD_SECONDS
                count += 1
                await _sleep_until(due)
                calls.create_task(self.create(due))
                if count == CALM_CALLS:
                    self._say_calm()

    def _say_calm(self) -> None:
        self.latencies_ms.clear()
        self.net_ms.clear()
        sys.stdout.write("calm\n")
        sys.stdout.flush()


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


async def main(address: str, server: str, process_id: str) -> None:
    """Run until the input ends."""
    until = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), until.set)
    async with grpc.aio.insecure_channel(address) as channel:
        innocent = Innocent(gateway.GatewayStub(channel), int(server), process_id)
        await innocent.run(until)
    measured = {
        "latencies_ms": innocent.latencies_ms,
        "errors": innocent.errors,
        "net_ms": innocent.net_ms,
    }
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
