"""Connections are opened, used up, and opened again."""

from __future__ import annotations

import asyncio

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from tests.hostile.attack import Attack
from tests.hostile.target import Target

AT_ONCE = 20


async def run(target: Target, dose: int) -> None:
    """Open `dose` connections and send more pings over each than it has patience for."""
    numbers = iter(range(dose))

    async def go_on() -> None:
        for _ in numbers:
            try:
                client = await target.raw()
            except OSError:
                target.note("RESOURCE_EXHAUSTED", "not let in")
                continue
            await client.write(frame(codes.PING, 0, 0, b"12345678") * 5_000)
            await client.settle()
            client.close()

    await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))


ATTACK = Attack("connections with five thousand pings each", run, seen=200, small=0.5)
