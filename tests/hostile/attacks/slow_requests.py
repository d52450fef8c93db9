"""Requests by HTTP/1.1 whose head or body comes a byte now and then, on each of many connections (slowloris)."""

from __future__ import annotations

import asyncio

from tests.hostile.attack import Attack
from tests.hostile.target import Target, with_many_files

PARTS = 5
PAUSE_SECONDS = 0.2
HEAD = b"POST /v2/signals/broadcast HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /v2/signals/broadcast HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{"
NEW = b"GET /v2/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def run(target: Target, dose: int) -> None:
    """Begin a request on `dose` connections and go on with all, a byte after the other; then be a new client."""
    with_many_files()
    host, _, port = target.http_address.rpartition(":")
    writers: list[asyncio.StreamWriter] = []
    try:
        for number in range(dose):
            _, writer = await asyncio.open_connection(host, int(port))
            writers.append(writer)
            writer.write(BODY if number % 2 else HEAD)
        for _ in range(PARTS):
            await asyncio.sleep(PAUSE_SECONDS)
            for writer in writers:
                writer.write(b" ")
        status = await target.ask(NEW)
        assert status == 204, f"a new client was told {status}"
    finally:
        for writer in writers:
            writer.close()


ATTACK = Attack("requests by HTTP whose head or body comes a byte now and then", run, seen=50)
