"""A poll names so many variables to fetch that they take twenty times in memory what they took on the wire."""

from __future__ import annotations

import asyncio

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

NAMES = 1_900_000
"""Empty names take two bytes of a message of 4 MB."""
CONNECTIONS = 4


async def run(target: Target, dose: int) -> None:
    """Send `dose` such polls, over a few connections, that wait for jobs which never come."""
    request = gateway.ActivateJobsRequest(
        type="nothing",
        worker="w",
        timeout=1_000,
        maxJobsToActivate=1,
        requestTimeout=5_000,
        fetchVariable=[""] * NAMES,
    )
    clients = [target.gateway() for _ in range(CONNECTIONS)]
    polls = [
        asyncio.ensure_future(target.note_stream(clients[number % CONNECTIONS].ActivateJobs(request)))
        for number in range(dose)
    ]
    await asyncio.gather(*polls)


ATTACK = Attack("polls that fetch 1.9 million variables each", run, seen=4, small=0.5)
