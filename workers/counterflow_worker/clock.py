"""Time as the SDK sees it: a door for tests, so that none of them ever waits."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where the SDK asks the time and waits; `testing.ManualClock` is one moved by hand."""

    def now_ms(self) -> int:
        """Milliseconds that never run backwards; only differences mean anything."""
        ...

    async def sleep(self, duration_ms: float) -> None:
        """Return once `duration_ms` milliseconds have passed."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now_ms(self) -> int:
        """Milliseconds of a clock that never runs backwards; only differences mean anything."""
        return time.monotonic_ns() // 1_000_000

    async def sleep(self, duration_ms: float) -> None:
        """Return once `duration_ms` milliseconds have passed."""
        await asyncio.sleep(duration_ms / 1000)
