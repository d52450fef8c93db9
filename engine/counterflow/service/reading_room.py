"""Where files that were handed in are read: one deployment at a time, and for so long. They are read beside
everything else, in the order in which they came.

Whoever waits keeps their place in a short line. Nobody who stops the server waits for what is being read
here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from counterflow.aside import Aside
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.partition.refusals import STOPPING, Overloaded, Unavailable

Read = TypeVar("Read")


class ReadingRoom:
    """`limit_ms` is how long one reading may take, `places` how many may wait for theirs."""

    def __init__(self, limit_ms: int, places: int) -> None:
        self._limit_ms = limit_ms
        self._places = places
        self._aside = Aside("counterflow-reading")
        self._line: deque[asyncio.Future[None]] = deque()
        self._is_taken = False
        self._ended = False
        self._reading: asyncio.Future[Any] | None = None

    async def read(self, work: Callable[[], Read]) -> Read:
        """What comes of the work, in its turn. Raises what it raises, `Overloaded` where the line is full,
        `Rejection` where it takes too long, and `Unavailable` once the engine stops.
        """
        await self._turn()
        try:
            return await self._read(work)
        finally:
            self._next()

    def end(self) -> None:
        """The engine is stopping: nothing is read to its end."""
        self._ended = True
        self._aside.break_off()
        for waiting in (*self._line, self._reading):
            if waiting is not None and not waiting.done():
                waiting.set_exception(Unavailable(STOPPING))

    async def _turn(self) -> None:
        if self._ended:
            raise Unavailable(STOPPING)
        if not self._is_taken:
            self._is_taken = True
            return
        if len(self._line) >= self._places:
            raise Overloaded(
                f"{self._places} deployments wait to be read, which is as many as may (deployments_in_line); "
                "try again after a while"
            )
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self._next()  # it was given the room at the moment in which it went away
            raise
        finally:
            if mine in self._line:
                self._line.remove(mine)

    def _next(self) -> None:
        self._is_taken = False
        while self._line and not self._is_taken:
            first = self._line.popleft()
            if not first.done():
                self._is_taken = True
                first.set_result(None)

    async def _read(self, work: Callable[[], Read]) -> Read:
        reading = asyncio.get_running_loop().run_in_executor(self._aside, work)
        self._reading = reading
        try:
            async with asyncio.timeout(self._limit_ms / 1000):
                return await reading
        except TimeoutError:
            self._aside.break_off()
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected resources that are read within {self._limit_ms} ms (reading_ms), but these take "
                "longer; deploy them one by one, split a large one, or raise the setting",
            ) from None
        except asyncio.CancelledError:
            self._aside.break_off()
            raise
        finally:
            self._reading = None
            del reading  # what it has raised holds this frame, and with it what was read
