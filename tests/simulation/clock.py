"""Virtual time: an event loop that never waits. When nothing is ready it jumps to the next thing that is due.

Work that would go to another thread is done on this one, after a stretch of virtual time that the world
chooses; so a run depends on its seed alone.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

EPOCH_MS = 1_700_000_000_000


class Deadlock(Exception):
    """Nothing is ready and nothing will ever be due: someone waits for what cannot come."""


class Clock:
    """The one clock of a world; it goes on while the engine is down. What the machine shows of it is set now
    and then.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._set_by_ms = 0
        self._logged_ms = 0
        self._logged_at = 0.0

    def now_ms(self) -> int:
        """Epoch milliseconds, as the machine's wall clock shows them to the engine."""
        return EPOCH_MS + self._set_by_ms + round(self.seconds * 1_000_000) // 1_000

    def set_by(self, ms: int) -> None:
        """Somebody sets the wall clock ahead, or back."""
        self._set_by_ms += ms

    def logged(self, ms: int) -> None:
        """The engine has written this moment into its log."""
        self._logged_ms, self._logged_at = ms, self.seconds

    def begun(self) -> None:
        """The engine begins: where the wall clock has been set back meanwhile, its log is all that tells it
        how late it is.
        """
        self._logged_at = self.seconds

    def must_be_ms(self) -> int:
        """What time it must be by now for an engine whose time never stands still: the wall clock's, or, where
        that has been set back, what has passed since the last entry of its log, or since it began on that, but
        for a hundredth.
        """
        passed_ms = (self.seconds - self._logged_at) * 1_000
        return max(self.now_ms(), self._logged_ms + int(0.99 * passed_ms))

    def monotonic_ms(self) -> float:
        """Milliseconds since the world began."""
        return self.seconds * 1_000


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: moves the clock instead."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock
        self._clock.seconds += max(timeout, 0.0)
        return []


Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")
Execute = Callable[["asyncio.Future[Any]", Callable[[], Any]], None]


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """One life of the engine's process."""

    def __init__(self, clock: Clock, execute: Execute, latency_s: Callable[[], float]) -> None:
        super().__init__(_Jumping(clock))
        self._virtual = clock
        self._execute = execute
        self._latency_s = latency_s

    def time(self) -> float:
        return self._virtual.seconds

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Result], *args: *Arguments
    ) -> asyncio.Future[Result]:
        future: asyncio.Future[Result] = self.create_future()
        self.call_later(self._latency_s(), self._execute, future, lambda: func(*args))
        return future

    def end(self) -> None:
        """Drop everything that is under way, as a process that dies does; what its last breath begins too."""
        while tasks := asyncio.all_tasks(self):
            for task in tasks:
                task.cancel()
            self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.close()


def fault_of(context: Mapping[str, Any]) -> BaseException:
    """What an event loop tells its exception handler."""
    found = context.get("exception")
    return found if isinstance(found, BaseException) else RuntimeError(str(context.get("message")))
