"""Chance: different each time, and of the right shape."""

from __future__ import annotations

import re
from decimal import Decimal

from counterflow import feel
from tests.feel.tables import NOW_MS, evaluate


def test_uuids_are_version_4_and_differ() -> None:
    values = evaluate("for i in 1..500 return uuid()").value
    assert isinstance(values, list)
    assert len(set(values)) == 500
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", str(value))
        for value in values
    )


def test_random_numbers_lie_below_1_and_differ() -> None:
    values = evaluate("for i in 1..500 return random number()").value
    assert isinstance(values, list)
    assert len(set(values)) == 500
    assert all(0 <= value < 1 for value in values if isinstance(value, int | Decimal))
    assert 0.4 < sum(map(float, values)) / 500 < 0.6


def _drawn(now_ms: int = NOW_MS, seed: str = "7.1") -> feel.Value:
    return feel.compile("[uuid(), random number(), uuid()]").evaluate({}, now_ms, seed).value


def test_a_seed_brings_the_same_back() -> None:
    assert _drawn() == _drawn()
    assert _drawn() != _drawn(seed="7.2")
    assert _drawn() != _drawn(now_ms=NOW_MS + 1)
    values = _drawn()
    assert isinstance(values, list)
    assert len(set(values)) == len(values)
