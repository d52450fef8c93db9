"""The health of the server is watched by very many, and nobody ever looks."""

from __future__ import annotations

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import health_v1
from tests.hostile.attack import Attack
from tests.hostile.target import Target

STREAMS = 1_000
"""Of a connection."""
AT_ONCE = 50
WATCH = health_v1.HealthCheckRequest().SerializeToString()


async def run(target: Target, dose: int) -> None:
    """Watch `dose` times, a thousand times on each connection, and then be somebody new who watches."""
    path = health_v1.METHODS["Watch"].path
    for first in range(0, dose, STREAMS):
        client = await target.raw()
        for start in range(0, min(STREAMS, dose - first), AT_ONCE):
            calls = (client.call(2 * number + 1, path, WATCH) for number in range(start, start + AT_ONCE))
            if not await client.write(*calls):
                break
        await client.settle()
    newcomer = await target.raw()
    await newcomer.write(newcomer.call(1, path, WATCH), frame(codes.PING, 0, 0, b"anybody?"))
    before = newcomer.frames
    assert await newcomer.settle(), "a new client is not heard"
    assert newcomer.frames > before, "a new client's watch was not answered"


ATTACK = Attack("watches of the server's health, a thousand on a connection", run, seen=10_000)
