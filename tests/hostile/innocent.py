"""A client that means well: it creates an instance every 20 ms, whatever becomes of the ones before.

Each call is timed from the moment it was due, so that a server that stands still is not asked less often in
the meantime and looks the better for it. What either of them waited for a processor meanwhile is told apart:
that is the machine's, which has others to serve.

`python -m tests.hostile.innocent ADDRESS SERVER_PID PROCESS [AUTHORITY]` says `calm` when it has begun, goes on until its
input ends, and prints what it has measured as a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from bisect import bisect_left
from collections import Counter

import grpc
import grpc.aio

from counterflow_wire import gateway
from tests.hostile.lines import line_to
from tests.hostile.processor import Processor, net_seconds, processor

PERIOD_SECONDS = 0.02
CALM_CALLS = 25
"""After so many the connection is warm, and what follows is measured."""
PATIENCE_SECONDS = 60.0
AT_ONCE = 64
"""It has no more calls open than that; those that are due meanwhile come later, and are timed from when they were
due. A client that went on asking would be one too many for a server that a busy machine does not let run.
"""


Look = tuple[float, Processor, float]
"""A moment, how the server had fared by then, and how long the client had been kept waiting."""


class Innocent:
    """Asks in time, and keeps what it is told."""

    def __init__(self, stub: gateway.GatewayStub, server: int, process_id: str) -> None:
        self._stub = stub
        self._server = server
        self._request = gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1)
        self.latencies_ms: list[float] = []
        self.errors: Counter[str] = Counter()
        self._looks: list[Look] = []
        self._open = asyncio.Semaphore(AT_ONCE)
        self.net_ms: list[float] = []
        """Latencies without what server and client were kept waiting for a processor meanwhile."""

    async def create(self, due: float) -> None:
        """One instance, due at a moment of `time.perf_counter`."""
        try:
            await self._create(due)
        finally:
            self._open.release()

    async def _create(self, due: float) -> None:
        before, own_before = self._fared_at(due)
        try:
            await self._stub.CreateProcessInstance(self._request, timeout=PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            self.errors[f"{error.code().name}: {error.details()}"] += 1
        taken = time.perf_counter() - due
        self.latencies_ms.append(taken * 1_000)
        own_waiting = processor(os.getpid()).kept_waiting - own_before
        self.net_ms.append(net_seconds(taken, before, processor(self._server), own_waiting) * 1_000)

    def _fared_at(self, due: float) -> tuple[Processor, float]:
        """How server and client had fared when a call was due, or as soon after that as anybody looked."""
        first = bisect_left(self._looks, due, key=lambda look: look[0])
        return self._looks[first][1:] if first < len(self._looks) else self._look()[1:]

    def _look(self) -> Look:
        look = (
            time.perf_counter(),
            processor(self._server),
            processor(os.getpid()).kept_waiting,
        )
        self._looks.append(look)
        return look

    async def watch(self) -> None:
        """Look at the processors again and again."""
        while True:
            self._look()
            await asyncio.sleep(PERIOD_SECONDS)

    async def run(self, until: asyncio.Event) -> None:
        """Create instances until the event is set, then wait for those under way."""
        begun, count = time.perf_counter(), 0
        async with asyncio.TaskGroup() as calls:
            while not until.is_set():
                due = begun + count * PERIOD_SECONDS
                count += 1
                await _sleep_until(due)
                await self._open.acquire()
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


async def main(address: str, server: str, process_id: str, authority: str = "") -> None:
    """Run until the input ends."""
    until = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), until.set)
    async with line_to(address, authority) as channel:
        innocent = Innocent(gateway.GatewayStub(channel), int(server), process_id)
        watching = asyncio.ensure_future(innocent.watch())
        await innocent.run(until)
        watching.cancel()
    measured = {
        "latencies_ms": innocent.latencies_ms,
        "errors": innocent.errors,
        "net_ms": innocent.net_ms,
    }
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
