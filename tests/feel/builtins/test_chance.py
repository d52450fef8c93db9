"""Chance: different each time, and of the right shape."""

from __future__ import annotations

import re
from decimal import Decimal

from tests.feel.tables import evaluate


def test_uuids_are_version_4_and_differ() -> None:
    values = evaluate("for i in 1..500 return uuid()").value
    assert isinstance(values, list)
    assert len(set(values)) == 500
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", str(value)) for value in values)


def test_random_numbers_lie_below_1_and_differ() -> None:
    values = evaluate("for i in 1..500 return random number()").value
    assert isinstance(values, list)
    assert len(set(values)) == 500
    assert all(0 <= value < 1 for value in values if isinstance(value, int | Decimal))
    assert 0.4 < sum(map(float, values)) / 500 < 0.6
