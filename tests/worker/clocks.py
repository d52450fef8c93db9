"""Time for tests that do not care when, and the running of a worker for as long as a test looks at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from counterflow_worker import Worker


class InstantClock:
    """Every sleep is over at once, and is remembered; time is what has been slept."""

    def __init__(self) -> None:
        self.slept_ms: list[float] = []

    def now_ms(self) -> int:
        return int(sum(self.slept_ms))

    async def sleep(self, duration_ms: float) -> None:
        self.slept_ms.append(duration_ms)
        await asyncio.sleep(0)


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    """Run the worker beside the body, and drain it at the end."""
    run = asyncio.create_task(worker.run(handle_signals=False))
    try:
        yield run
    finally:
        worker.stop()
        async with asyncio.timeout(20):
            await run
