"""A block of headers that never ends, on each of many connections, a byte now and then (slowloris)."""

from __future__ import annotations

import asyncio

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target, with_many_files

PARTS = 5
PAUSE_SECONDS = 0.2


async def run(target: Target, dose: int) -> None:
    """Begin a block on `dose` connections and go on with all, a part after the other; then be a new client."""
    with_many_files()
    clients: list[RawConnection] = []
    for _ in range(dose):
        try:
            client = await target.raw()
        except OSError:
            target.note("RESOURCE_EXHAUSTED", "not let in")
            continue
        await client.write(client.head(1, gateway.METHODS["Topology"].path, flags=0))
        clients.append(client)
    for _ in range(PARTS):
        await asyncio.sleep(PAUSE_SECONDS)
        for client in clients:
            await client.write(frame(codes.CONTINUATION, 0, 1, b"\0"))
    heard = await target.told_alone(target.gateway().Topology(gateway.TopologyRequest(), timeout=20))
    assert heard == "OK", f"a new client was told {heard}"


ATTACK = Attack("connections on which a block of headers never ends", run, seen=500)
