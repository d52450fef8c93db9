"""What is counted for a connection is given back when nothing is kept for it any more."""

from __future__ import annotations

import asyncio

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from tests.wire.native.house import RawClient, serving

CALLS = 2_000


async def test_what_has_waited_for_its_turn_is_given_back_while_the_connection_stays() -> None:
    async with serving() as (house, server, port):
        client = await RawClient.connect(port)
        path = next(iter(house.methods())).path
        parts = []
        for stream_id in range(1, 2 * CALLS, 2):
            parts += [
                client.head(stream_id, path),
                frame(codes.DATA, codes.END_STREAM, stream_id, b"\0\0\0\0\x01a"),
            ]
        client.write(*parts)
        most = 0
        async with asyncio.timeout(30):
            while not most or server.budgets.memory.used:
                most = max(most, server.budgets.memory.used)
                await asyncio.sleep(0)
        client.close()
