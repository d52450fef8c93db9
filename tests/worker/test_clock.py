"""The machine's clock, as far as it can be tested without waiting for it."""

import asyncio

import pytest

from counterflow_worker.clock import SystemClock


def test_time_never_runs_backwards() -> None:
    clock = SystemClock()
    seen = [clock.now_ms() for _ in range(100)]
    assert seen == sorted(seen)


async def test_sleep_takes_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    slept_seconds: list[float] = []

    async def sleep(seconds: float) -> None:
        slept_seconds.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    await SystemClock().sleep(1_500)
    assert slept_seconds == [1.5]
