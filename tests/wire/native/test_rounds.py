"""Who sends much, or with very many others, waits for a turn, and nobody for long."""

from __future__ import annotations

import asyncio

from counterflow.wire.native.rounds import WORK_IN_TURN, Rounds


class Pieces:
    """Somebody who has sent so many pieces; each that is carried out is noted."""

    def __init__(self, name: str, count: int, done: list[str]) -> None:
        self._name = name
        self._left = count
        self._done = done

    def go_on(self) -> bool:
        self._left -= 1
        self._done.append(self._name)
        return self._left > 0


async def test_those_who_are_new_come_before_those_who_have_sent_much() -> None:
    rounds, done = Rounds(), list[str]()
    rounds.join(Pieces("much", 3, done))
    rounds.join(Pieces("more", 3, done))
    rounds.join_new(Pieces("new", 1, done))
    for _ in range(10):
        await asyncio.sleep(0)
    assert done == ["new", "much", "more", "much", "more", "much", "more"]


async def test_a_turn_is_full_when_enough_was_done_in_it_and_the_next_one_is_not() -> None:
    rounds = Rounds()
    rounds.spend(WORK_IN_TURN - 1)
    before = rounds.is_full
    rounds.spend(1)
    full = rounds.is_full
    await asyncio.sleep(0)
    assert (before, full, rounds.is_full) == (False, True, False)
