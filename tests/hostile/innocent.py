"""A client that means well: it creates an instance every 20 ms, whatever becomes of the ones before.

Each call is timed from the moment it was due, so that a server that stands still is not asked less often in
the meantime and looks the better for it. `python -m tests.hostile.innocent ADDRESS PROCESS_ID` says `calm` when
it has begun, goes on until its input ends, and prints what it has measured as a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import grpc
import grpc.aio

from counterflow_wire import gateway

PERIOD_SECONDS = 0.02
CALM_CALLS = 25
"""After so many the connection is warm, and what follows is measured."""
PATIENCE_SECONDS = 60.0


class Innocent:
    """Asks in time, and keeps what it is told."""

    def __init__(self, stub: gateway.GatewayStub, process_id: str) -> None:
        self._stub = stub
        self._request = gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1)
        self.latencies_ms: list[float] = []
        self.errors: Counter[str] = Counter()
        self.late_ms: list[float] = []
        """How late it was itself: what the machine, not the server, has to answer for."""

    async def create(self, due: float) -> None:
        """One instance, due at a moment of `time.perf_counter`."""
        try:
            await self._stub.CreateProcessInstance(self._request, timeout=PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            self.errors[f"{error.code().name}: {error.details()}"] += 1
        self.latencies_ms.append((time.perf_counter() - due) * 1_000)

    async def run(self, until: asyncio.Event) -> None:
        """Create instances until the event is set, then wait for those under way."""
        begun, count = time.perf_counter(), 0
        async with asyncio.TaskGroup() as calls:
            while not until.is_set():
                due = begun + count * PERIOD_SECONDS
                count += 1
                await _sleep_until(due)
                self.late_ms.append((time.perf_counter() - due) * 1_000)
                calls.create_task(self.create(due))
                if count == CALM_CALLS:
                    self._say_calm()

    def _say_calm(self) -> None:
        self.latencies_ms.clear()
        self.late_ms.clear()
        sys.stdout.write("calm\n")
        sys.stdout.flush()


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


async def main(address: str, process_id: str) -> None:
    """Run until the input ends."""
    until = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), until.set)
    async with grpc.aio.insecure_channel(address) as channel:
        innocent = Innocent(gateway.GatewayStub(channel), process_id)
        await innocent.run(until)
    measured = {
        "latencies_ms": innocent.latencies_ms,
        "errors": innocent.errors,
        "late_ms": innocent.late_ms,
    }
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
