"""Every attack at a small dose: nobody innocent is refused, memory stays, refusals are typed, the server lives.

How long an innocent call takes depends on the machine; `make hostile` judges it at full doses. Here only what
no busy machine explains is a failure: a turn of the server's event loop is measured in processor time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.attack import attacks
from tests.hostile.figures import complaints
from tests.hostile.play import Conditions, play

ATTACKS = attacks()

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory of another process is read from /proc"
)


@pytest.mark.parametrize("name", ATTACKS)
async def test_a_small_dose_does_no_harm(name: str) -> None:
    attack = ATTACKS[name]
    conditions = Conditions(attack.small, attack.transports[0], restarts=attack.is_kept)
    played = await play(name, attack, conditions)
    assert [*complaints(played)] == [], attack.story
