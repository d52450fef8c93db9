"""Connections are opened and kept, and nothing is said on them, or no more than the preface."""

from __future__ import annotations

import asyncio

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target, with_many_files


async def run(target: Target, dose: int) -> None:
    """Open `dose` connections, every other one with a preface; then be a new client, who must be heard."""
    with_many_files()
    for number in range(dose):
        try:
            await target.raw(greets=bool(number % 2))
        except OSError:
            target.note("RESOURCE_EXHAUSTED", "not let in")
    await asyncio.sleep(1)
    heard = await target.told_alone(target.gateway().Topology(gateway.TopologyRequest(), timeout=20))
    assert heard == "OK", f"a new client was told {heard}"


ATTACK = Attack("connections that say nothing, or the preface alone", run, seen=1_000, small=1.2)
