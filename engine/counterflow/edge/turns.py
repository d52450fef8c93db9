"""New work waits its turn, so that work under way can end.

A call that begins something (an instance, a message) costs its own turn and brings several more with it: jobs to give out, and their
completions. Callers who begin things as fast as they are answered would leave little time for those. So few such calls are carried
out at a time, some more wait in line in the order of their arrival, and whoever finds the line full is refused: late, since a caller
who asks again at once would otherwise keep the server busy with refusals. Refusals on their way are bounded as well; beyond that
they are sent at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType

from counterflow.loop import Overloaded
from counterflow.settings import Settings

LATE_REFUSALS = 10_000
"""Callers who may wait for their refusal at once."""


class Turns:
    """`async with turns:` around the work of one such call. Raises `Overloaded` when the line is full."""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.new_calls_at_once
        self._line_length = settings.new_calls_in_line
        self._pause_seconds = settings.refusal_pause_ms / 1000
        self._line: deque[asyncio.Future[None]] = deque()
        self._refusals = 0

    @property
    def waiting(self) -> int:
        """Calls in line."""
        return len(self._line)

    async def __aenter__(self) -> None:
        if self._free:
            self._free -= 1
            return
        if len(self._line) >= self._line_length:
            await self._refuse()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._next()  # its turn had just come
            elif turn in self._line:
                self._line.remove(turn)
            raise

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._next()

    def _next(self) -> None:
        """A turn has ended: it goes to the first in line who is still there."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    async def _refuse(self) -> None:
        if self._refusals < LATE_REFUSALS:
            self._refusals += 1
            try:
                await asyncio.sleep(self._pause_seconds)
            finally:
                self._refusals -= 1
        raise Overloaded(
            f"{len(self._line)} calls that begin something wait for their turn already; work under way comes first: try again after a while"
        )
