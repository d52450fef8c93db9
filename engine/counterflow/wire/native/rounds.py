"""Whoever has sent much at once has it carried out a piece at a time, in turn with others who have. It is
some milliseconds of it between whatever else there is to do. Where very many send at the same moment, some of
them are heard now, and the others in the next turns of the event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

WORK_IN_TURN: Final = 640
"""Units of work (`http2/patience.py`) that are done at once, as they come, in a turn of the event loop."""
ROUND_SECONDS: Final = 0.003
"""So long pieces are carried out in one turn, of whomever they are; one at least of each kind."""
CALLS: Final = 32
"""Calls that are ended in a turn, since their client has gone."""
LARGE_BYTES: Final = 262_144
"""A message that is longer may take a tenth of a second to read, however little there is in it."""
LONG_SECONDS: Final = 0.02
"""One that has taken as long is followed by a rest of the same length, for all others."""


class Sender(Protocol):
    """Who has sent more than is carried out at once."""

    def go_on(self) -> bool:
        """Carry out the next piece. Answers whether there is more."""
        ...


class Ending(Protocol):
    """A call that can be told that nobody waits for it any more."""

    def go(self) -> None:
        """Nobody does."""
        ...


class Rounds:
    """Those of one server."""

    def __init__(self) -> None:
        self._new: deque[Sender] = deque()
        self._waiting: deque[Sender] = deque()
        self._is_going = False
        self._work_left = WORK_IN_TURN
        self.is_full = False
        """Enough has been done in this turn: who sends now, joins."""
        self._large: deque[Callable[[], None]] = deque()
        self._is_reading_large = False

    def spend(self, work: int) -> None:
        """So much was done as it came. Nobody counts turns: it is full now and then where little is done too,
        and then somebody waits for a turn.
        """
        self._work_left -= work
        if self._work_left <= 0 and not self.is_full:
            self.is_full = True
            asyncio.get_running_loop().call_soon(self._begin_turn)

    def join(self, sender: Sender) -> None:
        """Have one's turn, again and again until nothing is left. Nobody joins twice at a time."""
        self._waiting.append(sender)
        self._go_soon()

    def join_new(self, sender: Sender) -> None:
        """As `join`, for one of whom nothing has been carried out yet: before those who have sent much."""
        self._new.append(sender)
        self._go_soon()

    def begin_large(self, begin: Callable[[], None]) -> None:
        """Call `begin`, which reads a large message: at once, or when those before it have been read."""
        self._large.append(begin)
        if not self._is_reading_large:
            self._is_reading_large = True
            self._read_large()

    def _read_large(self) -> None:
        self._is_reading_large = bool(self._large)
        if not self._large:
            return
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            self._large.popleft()()
        finally:
            taken = loop.time() - begun
            loop.call_later(taken if taken >= LONG_SECONDS else 0, self._read_large)

    def _begin_turn(self) -> None:
        self._work_left = WORK_IN_TURN
        self.is_full = False

    def _go_soon(self) -> None:
        if not self._is_going:
            self._is_going = True
            asyncio.get_running_loop().call_soon(self._go)

    def _go(self) -> None:
        self._is_going = False
        for senders in (self._new, self._waiting):
            until = time.perf_counter() + ROUND_SECONDS / 2
            for _ in range(len(senders)):
                sender = senders.popleft()
                if sender.go_on():
                    self._waiting.append(sender)
                if time.perf_counter() >= until:
                    break
        if self._new or self._waiting:
            self._go_soon()


class Leaving:
    """Calls whose client has gone: so many of them are told so in a turn."""

    def __init__(self, calls: list[Ending]) -> None:
        self._calls = deque(calls)

    def go_on(self) -> bool:
        """Tell the next ones."""
        for _ in range(min(CALLS, len(self._calls))):
            self._calls.popleft().go()
        return bool(self._calls)
