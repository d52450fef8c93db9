"""A few connections take every place to wait in."""

from __future__ import annotations

import asyncio

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

STREAMS = 1_000
"""Of a connection."""


async def run(target: Target, dose: int) -> None:
    """Poll on every stream of `dose` connections, for longer than the attack lasts; then be a new client who
    polls as well, and must be heard.
    """
    calls = [call for number in range(dose) for call in _polls(target, number)]
    await asyncio.sleep(3)
    newcomer = target.gateway().ActivateJobs(
        gateway.ActivateJobsRequest(
            type="mine", worker="new", timeout=1_000, maxJobsToActivate=1, requestTimeout=10
        )
    )
    heard = await target.told_alone(newcomer)
    assert heard == "OK", f"a new client's poll was told {heard}"
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


def _polls(target: Target, number: int) -> list[asyncio.Future[int]]:
    client = target.gateway()
    return [
        asyncio.ensure_future(
            target.note_stream(
                client.ActivateJobs(
                    gateway.ActivateJobsRequest(
                        type=f"nothing-{number}-{stream}",
                        worker="w",
                        timeout=1_000,
                        maxJobsToActivate=1,
                        requestTimeout=600_000,
                    )
                )
            )
        )
        for stream in range(STREAMS)
    ]


ATTACK = Attack("connections with a thousand polls each, of as many types", run, seen=10, small=0.2)
