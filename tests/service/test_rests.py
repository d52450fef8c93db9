"""Whoever has had the event loop for long leaves it to others for as long again."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import pytest

from counterflow.budget import Budgets
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.partition.decider import Decider
from counterflow.service.rests import LONG_SECONDS, Rests
from tests.partition.rig import turns, until
from tests.service.guests import Guest, asking

CREATE = CreateProcessInstance(bpmn_process_id="order", variables={})


class Line:
    """Visitors of two connections, and those whose time has come."""

    def __init__(self) -> None:
        budgets = Budgets(1 << 20, 1_000)
        self.anna, self.bert = budgets.account(), budgets.account()
        self.rests = Rests()
        self.begun: list[Guest] = []

    def of_anna(self) -> Guest:
        return self._come(self.anna)

    def of_bert(self) -> Guest:
        return self._come(self.bert)

    def took(self, guest: Guest, seconds: float) -> None:
        self.rests.took(guest.account, seconds)

    def is_to_wait(self, guest: Guest) -> bool:
        return self.rests.is_to_wait(guest.account, guest)

    def _come(self, account: Any) -> Guest:
        guest = Guest()
        guest.account = account
        self.rests.wait(account, guest, lambda: self.begun.append(guest))
        return guest


async def test_nobody_waits_for_what_is_quick() -> None:
    line = Line()
    for _ in range(3):
        guest = line.of_anna()
        line.took(guest, LONG_SECONDS / 2)
        assert line.begun.pop() is guest
        assert not line.rests.is_to_wait(line.anna, Guest())


async def test_a_connection_rests_as_long_as_its_command_took_and_others_do_not() -> None:
    line = Line()
    line.took(line.of_anna(), 2 * LONG_SECONDS)
    begun = time.monotonic()
    waiting, other = line.of_anna(), line.of_bert()
    assert line.begun[1:] == [other]
    assert line.is_to_wait(waiting)
    assert not line.is_to_wait(other)
    await until(lambda: waiting in line.begun)
    assert time.monotonic() - begun >= 2 * LONG_SECONDS
    assert not line.is_to_wait(waiting)


async def test_one_at_a_time_until_nobody_waits() -> None:
    line = Line()
    line.took(line.of_anna(), LONG_SECONDS)
    first, second, gone = line.of_anna(), line.of_anna(), line.of_anna()
    line.rests.leave(line.anna, gone)
    await until(lambda: first in line.begun)
    await turns()
    assert second not in line.begun
    line.took(first, 0.0)
    await until(lambda: second in line.begun)
    line.rests.leave(line.anna, second)  # it is not carried out: its client has gone meanwhile
    await turns()
    assert gone not in line.begun
    last = line.of_anna()
    await until(lambda: last in line.begun)
    assert not line.rests.is_to_wait(line.anna, Guest()), "a connection that is forgotten takes no memory"


@pytest.mark.parametrize("way", ["begin", "carry out", "run"])
async def test_very_many_at_once_are_not_carried_out_in_a_row(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Those that stand in line already when the first takes long rest as well."""
    async with asking(new_calls_at_once=1, new_calls_in_line=50) as asked:
        begun: list[float] = []
        decide = Decider.decide

        def slowly(decider: Decider, command: Any) -> Any:
            begun.append(time.monotonic())
            while time.monotonic() - begun[-1] < LONG_SECONDS:
                pass
            return decide(decider, command)

        monkeypatch.setattr(Decider, "decide", slowly)
        guest = Guest()
        others = [guest_of(guest) for _ in range(4)]
        answers = [
            asyncio.ensure_future(asked.service.results.run(CREATE, 1, other.account))
            if way == "run"
            else asked.begin(other, CREATE)
            if way == "begin"
            else asked.carry_out(CREATE, other)
            for other in others
        ]
        await asyncio.gather(*answers, return_exceptions=True)
        assert guest.account.size == 0, "what waited is let go"
    rests = [after - before for before, after in itertools.pairwise(begun)]
    assert len(rests) == 3
    assert min(rests) >= 2 * LONG_SECONDS


async def test_who_stops_waiting_in_the_moment_when_their_time_comes_holds_up_nobody() -> None:
    line, loop = Line(), asyncio.get_running_loop()
    faults: list[str] = []
    loop.set_exception_handler(lambda _, told: faults.append(told["message"]))
    first = line.of_anna()
    line.took(first, LONG_SECONDS)
    waiting = asyncio.ensure_future(over(line, Guest()))
    await turns()
    after = line.of_anna()
    loop.call_later(0, waiting.cancel)
    end = loop.time() + 2 * LONG_SECONDS
    while loop.time() < end:  # both are due when the event loop looks next: they go, and it is their time
        pass
    await until(lambda: after in line.begun)
    assert waiting.cancelled()
    assert faults == []


async def over(line: Line, guest: Guest) -> None:
    """As whoever asks in a coroutine waits."""
    try:
        await line.rests.over(line.anna, guest)
    finally:
        line.rests.leave(line.anna, guest)


def guest_of(guest: Guest) -> Guest:
    """Another call on the same connection."""
    other = Guest()
    other.account = guest.account
    return other
