"""Answers of 60 KB are asked for on every stream of many connections, and none is read."""

from __future__ import annotations

import asyncio

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import reflection_v1
from tests.hostile.attack import Attack
from tests.hostile.target import Target

STREAMS = 900
"""Of a connection."""
QUESTION = reflection_v1.ServerReflectionRequest(file_containing_symbol="gateway_protocol.Gateway")
PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"


async def run(target: Target, dose: int) -> None:
    """Open `dose` connections whose windows are large, ask on every stream, and read nothing."""
    await asyncio.gather(*(_ask(target) for _ in range(dose)))
    await asyncio.sleep(2)


async def _ask(target: Target) -> None:
    client = await target.raw(reads=False)
    widest = (2**31 - 1 - 65_535).to_bytes(4)
    await client.write(
        frame(codes.SETTINGS, 0, 0, (4).to_bytes(2) + (2**31 - 1).to_bytes(4)),
        frame(codes.WINDOW_UPDATE, 0, 0, widest),
    )
    message = QUESTION.SerializeToString()
    for stream_id in range(1, 2 * STREAMS, 2):
        if not await client.write(client.call(stream_id, PATH, message)):
            return


ATTACK = Attack(
    "connections on which 900 answers of some 60 KB are asked for and never read", run, seen=20, small=0.1
)
