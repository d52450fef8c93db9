"""New work waits its turn: in line, in the order of arrival, and who finds the line full is refused late."""

from __future__ import annotations

import asyncio

import pytest

from counterflow.partition.refusals import Overloaded
from counterflow.service import turns as turns_module
from counterflow.service.turns import Turns
from counterflow.settings import Settings
from tests.partition.rig import turns as let_others_run
from tests.partition.rig import until


class Line:
    """Callers who take turns; each holds its turn until told to let go."""

    def __init__(self, at_once: int, in_line: int, pause_ms: int = 0, burst: int = 0) -> None:
        settings = Settings(
            new_calls_at_once=at_once,
            new_calls_in_line=in_line,
            new_calls_in_burst=burst,
            refusal_pause_ms=pause_ms,
        )
        self.turns = Turns(settings)
        self.served: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    async def come(self, name: str) -> asyncio.Task[None]:
        self._ends[name] = asyncio.Event()
        caller = asyncio.create_task(self._call(name))
        await let_others_run()
        return caller

    async def let_go(self, name: str) -> None:
        self._ends[name].set()
        await let_others_run()

    async def _call(self, name: str) -> None:
        async with self.turns:
            self.served.append(name)
            await self._ends[name].wait()


async def test_turns_are_taken_in_the_order_of_arrival() -> None:
    line = Line(at_once=2, in_line=8)
    for name in "abcd":
        await line.come(name)
    assert line.served == ["a", "b"]
    await line.let_go("b")
    await line.let_go("a")
    assert line.served == ["a", "b", "c", "d"]


async def test_the_line_moves_as_work_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "QUIET_SECONDS", 60)
    line = Line(at_once=2, in_line=8)
    for name in "abcdef":
        await line.come(name)
    line.turns.work_went_on(0)
    await line.let_go("a")
    await line.let_go("b")
    assert line.served == ["a", "b"]
    line.turns.work_went_on(1)
    await let_others_run()
    assert line.served == ["a", "b", "c"]
    for _ in range(turns_module.STEPS_PER_TURN - 2):
        line.turns.work_went_on(0)
    await let_others_run()
    assert line.served == ["a", "b", "c", "d"]


async def test_work_that_does_not_go_on_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "QUIET_SECONDS", 0)
    line = Line(at_once=1, in_line=8)
    for name in "ab":
        await line.come(name)
    line.turns.work_went_on(0)
    await line.let_go("a")
    await until(lambda: line.served == ["a", "b"])


async def test_a_full_line_refuses_and_says_what_to_do() -> None:
    line = Line(at_once=1, in_line=1)
    first, second, third = [await line.come(name) for name in "abc"]
    with pytest.raises(Overloaded, match=r"1 calls .* wait for their turn already.*try again after a while"):
        await third
    await line.let_go("a")
    await line.let_go("b")
    await asyncio.gather(first, second)
    assert line.served == ["a", "b"]


@pytest.mark.parametrize("goes_on, since, places", [(False, 60.0, 3), (True, -1.0, 3), (True, 60.0, 1)])
async def test_the_line_is_long_for_a_burst(
    monkeypatch: pytest.MonkeyPatch, goes_on: bool, since: float, places: int
) -> None:
    """Long while no work goes on, or where it has formed just now; short where it has stood for a while and
    work goes on.
    """
    monkeypatch.setattr(turns_module, "BURST_SECONDS", -since)
    monkeypatch.setattr(turns_module, "QUIET_SECONDS", 60)
    line = Line(at_once=1, in_line=1, burst=3)
    await line.come("a")
    await line.come("b")
    if goes_on:
        line.turns.work_went_on(0)
    others = [await line.come(name) for name in "cdef"]
    await until(lambda: sum(other.done() for other in others) == 5 - places)
    assert line.turns.waiting == places
    for other in others:
        other.cancel()


async def test_a_long_line_of_those_who_went_away_is_passed_over() -> None:
    line = Line(at_once=1, in_line=5_000)
    await line.come("a")
    callers = [asyncio.create_task(line._call(str(number))) for number in range(4_000)]
    await until(lambda: line.turns.waiting == 4_000)
    for caller in callers:
        caller.cancel()
    line.turns.end()  # before any of them could leave the line
    assert line.turns.waiting == 0
    await line.come("b")
    assert line.served == ["a", "b"]


async def test_a_turn_that_failed_goes_to_the_next() -> None:
    line = Line(at_once=1, in_line=1)
    with pytest.raises(ValueError, match="bad"):
        async with line.turns:
            raise ValueError("bad")
    await line.come("a")
    assert line.served == ["a"]


@pytest.mark.parametrize("leaves", ["while in line", "as its turn comes", "and is passed over"])
async def test_who_goes_away_takes_no_turn_along(leaves: str) -> None:
    line = Line(at_once=1, in_line=2)
    first, gone, last = [await line.come(name) for name in "abc"]
    if leaves == "as its turn comes":
        first.cancel()
        await asyncio.sleep(0)
        gone.cancel()
    elif leaves == "and is passed over":
        gone.cancel()
        await line.let_go("a")
    else:
        gone.cancel()
        await let_others_run()
        assert line.turns.waiting == 1
        await line.let_go("a")
    await let_others_run()
    assert gone.cancelled()
    assert line.served == ["a", "c"]
    assert line.turns.waiting == 0
    await line.let_go("c")
    await last


async def test_a_refusal_comes_late_unless_too_many_wait_for_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "LATE_REFUSALS", 1)
    line = Line(at_once=1, in_line=0, pause_ms=60_000)
    await line.come("a")
    late = await line.come("b")
    at_once = await line.come("c")
    with pytest.raises(Overloaded):
        await at_once
    assert not late.done()
    late.cancel()
