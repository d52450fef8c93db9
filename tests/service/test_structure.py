"""What is seen of JSON text without reading it is what a reader would find."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from counterflow.service.structure import Built, built, is_too_deep

TEXTS = ["", "a", "\\", '"', '\\"', "a:b", "{[", "]}", "\\\\", "ü", '":{"', "\n"]


def value(chance: random.Random, levels: int) -> Any:
    """Anything."""
    kind = chance.randrange(6 if levels else 3)
    if kind < 3:
        return chance.choice([chance.choice(TEXTS), 1.5, True, None, -3])
    count = chance.randrange(4)
    if kind == 3:
        return [value(chance, levels - 1) for _ in range(count)]
    return {chance.choice(TEXTS) + str(number): value(chance, levels - 1) for number in range(count)}


def depth_of(found: Any) -> int:
    """Levels of arrays and objects."""
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else None
    return 0 if inside is None else 1 + max(map(depth_of, inside), default=0)


@pytest.mark.parametrize("seed", range(200))
def test_members_and_levels_are_those_that_a_reader_finds(seed: int) -> None:
    chance = random.Random(seed)
    found = {chance.choice(TEXTS) + str(number): value(chance, 5) for number in range(chance.randrange(8))}
    for separators in ((",", ":"), (" ,\n", "\t: ")):
        for is_ascii in (True, False):
            text = json.dumps(found, separators=separators, ensure_ascii=is_ascii).encode()
            assert built(text) == Built(len(found), depth_of(found))
            assert [is_too_deep(text, depth_of(found) + more) for more in (-1, 0)] == [True, False]


@pytest.mark.parametrize("text", ["[]", '[{"a":1}]', '"a:b"', "1", "", "{}", "{", '"{', '"\\'])
def test_what_has_no_members(text: str) -> None:
    assert built(text.encode()).members == 0


@pytest.mark.parametrize(
    "text", ['{"a":1,"b":2}}{', '{"a":1,"b":2' + "[" * 300, '{"a":1,"b":2,"c', '{"a":1,"b":2]]]']
)
def test_those_before_a_fault_are_counted(text: str) -> None:
    assert built(text.encode()).members == 2


def test_one_that_stands_there_twice_counts_twice() -> None:
    assert built(b'{"a":1,"a":2}').members == 2
