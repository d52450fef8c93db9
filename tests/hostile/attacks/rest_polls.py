"""Very many ask for jobs by HTTP, which never come, and begin as many requests that never end."""

from __future__ import annotations

import asyncio
import json

from tests.hostile.attack import Attack
from tests.hostile.target import Target, with_many_files

WISH = {
    "type": "nothing",
    "timeout": 1_000,
    "maxJobsToActivate": 1,
    "requestTimeout": 5_000,
    "fetchVariable": ["name"] * 10_000,
}
BODY = json.dumps(WISH).encode()
HEAD = (
    "POST /v2/jobs/activation HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n"
)
AT_ONCE = 50
"""Connections that are opened at the same moment."""


async def run(target: Target, dose: int) -> None:
    """Open `dose` connections: half of them poll, the others send half of a body and wait."""
    with_many_files()
    opening = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_ask(target, number, opening) for number in range(dose)))


async def _ask(target: Target, number: int, opening: asyncio.Semaphore) -> None:
    head = HEAD.format(len(BODY)).encode()
    async with opening:
        if number % 2:
            asking: asyncio.Future[object] = asyncio.ensure_future(target.ask(head + BODY))
        else:
            asking = asyncio.ensure_future(_begin(target, head + BODY[: len(BODY) // 2]))
        await asyncio.sleep(0)
    await asking


async def _begin(target: Target, beginning: bytes) -> None:
    host, _, port = target.http_address.rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(beginning)
    await asyncio.sleep(5)
    writer.close()


ATTACK = Attack("polls and unfinished requests by HTTP", run, seen=200, small=0.3)
