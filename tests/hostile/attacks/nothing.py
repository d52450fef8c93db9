"""Nobody attacks: what the innocent client meets by itself, to compare with."""

from __future__ import annotations

import asyncio

from tests.hostile.attack import Attack
from tests.hostile.target import Target


async def run(_target: Target, dose: int) -> None:
    """Wait `dose` tenths of a second."""
    await asyncio.sleep(dose / 10)


ATTACK = Attack("nothing, for as many tenths of a second", run, seen=3, small=3)
