"""A thousand answers are held back by windows of nothing, and opened a byte at a time."""

from __future__ import annotations

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

STREAMS = 900
AT_ONCE = 1_000


async def run(target: Target, dose: int) -> None:
    """Ask for a thousand answers, and take them in `dose` sips."""
    client = await target.raw()
    await client.write(frame(codes.SETTINGS, 0, 0, (4).to_bytes(2) + bytes(4)))
    ids = range(1, 2 * STREAMS, 2)
    for stream_id in ids:
        await client.write(client.call(stream_id, gateway.METHODS["Topology"].path, b""))
    sips = [frame(codes.WINDOW_UPDATE, 0, stream_id, (1).to_bytes(4)) for stream_id in ids]
    left = dose
    while left > 0 and not client.ended.is_set():
        if not await client.write(*(sips * 2)[: min(left, AT_ONCE)]):
            break
        left -= AT_ONCE
    await client.settle()


ATTACK = Attack("WINDOW_UPDATE of a byte for one of a thousand answers that wait", run, seen=20_000)
