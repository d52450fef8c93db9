"""A question of thirty bytes is answered with sixty thousand, again and again, and every answer is read; then
conversations are begun in which nothing is ever asked.
"""

from __future__ import annotations

import asyncio

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import reflection_v1
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
CLIENTS = 4
AT_ONCE = 10
SILENT = 900
"""Conversations of a connection in which nothing is asked."""
QUESTION = reflection_v1.ServerReflectionRequest(
    file_containing_symbol="gateway_protocol.Gateway"
).SerializeToString()
WIDE = frame(codes.WINDOW_UPDATE, 0, 0, (2**31 - 1 - 65_535).to_bytes(4))
WIDEST = frame(codes.SETTINGS, 0, 0, (4).to_bytes(2) + (2**31 - 1).to_bytes(4))


async def run(target: Target, dose: int) -> None:
    """Ask `dose` questions over a few connections, then begin a hundredth as many times `SILENT` conversations."""
    await asyncio.gather(*(_ask(target, dose // CLIENTS) for _ in range(CLIENTS)))
    for _ in range(max(1, dose // 100)):
        client = await target.raw()
        for start in range(0, SILENT, AT_ONCE):
            heads = [client.head(2 * number + 1, PATH) for number in range(start, start + AT_ONCE)]
            if not await client.write(*heads):
                break
        await client.settle()


async def _ask(target: Target, count: int) -> None:
    client = await target.raw()
    await client.write(WIDEST, WIDE)
    for first in range(0, count, AT_ONCE):
        if not await client.write(*(_question(client, number) for number in range(first, first + AT_ONCE))):
            return
        await client.settle()


def _question(client: RawConnection, number: int) -> bytes:
    return client.call(2 * number + 1, PATH, QUESTION)


ATTACK = Attack("questions to reflection that are answered 2,000 times as long", run, seen=1_000)
