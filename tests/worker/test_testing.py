"""What users test their workers with."""

import asyncio

import pytest

from counterflow_worker import HandlerError, Worker
from counterflow_worker.testing import Completed, ManualClock, feed, feed_job, make_job


async def test_handler_is_fed_without_a_server() -> None:
    worker = Worker()

    @worker.task("greet")
    async def greet(name: str) -> dict[str, str]:
        return {"greeting": f"Hello {name}"}

    outcome = await feed(worker, "greet", {"name": "Ada"})
    assert outcome == Completed(variables_json='{"greeting":"Hello Ada"}')
    assert outcome.variables == {"greeting": "Hello Ada"}


async def test_type_without_a_handler_is_told_with_those_that_have_one() -> None:
    worker = Worker()
    worker.task("greet")(lambda: None)
    with pytest.raises(HandlerError, match="no handler for 'great'; it has greet"):
        await feed_job(worker, make_job("great"))


async def test_clock_wakes_sleepers_in_the_order_of_their_times() -> None:
    clock, woken = ManualClock(), list[int]()

    async def sleeper(duration_ms: int) -> None:
        await clock.sleep(duration_ms)
        woken.append(duration_ms)

    sleepers = [asyncio.create_task(sleeper(duration_ms)) for duration_ms in (30, 10, 20)]
    await clock.until_asleep(3)
    assert clock.asleep() == [10, 20, 30]
    clock.advance(20)
    await asyncio.wait(sleepers, return_when=asyncio.FIRST_COMPLETED)
    assert (clock.now_ms(), clock.asleep()) == (20, [10])
    clock.advance(10)
    await asyncio.gather(*sleepers)
    assert woken == [10, 20, 30]


async def test_clock_forgets_a_sleeper_that_was_cancelled() -> None:
    clock = ManualClock()
    sleeper = asyncio.create_task(clock.sleep(10))
    await clock.until_asleep()
    sleeper.cancel()
    await asyncio.gather(sleeper, return_exceptions=True)
    assert clock.asleep() == []
    clock.advance(10)
