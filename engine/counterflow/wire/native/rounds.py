"""Whoever has sent much at once has it carried out a piece at a time, in turn with others who have, and some
milliseconds of it between whatever else there is to do.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

TURNS = 2
"""Pieces that are carried out in one turn of the event loop, of whomever they are."""


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
        self._waiting: deque[Sender] = deque()
        self._is_going = False
        self._large: deque[Callable[[], None]] = deque()
        self._is_reading_large = False

    def join(self, sender: Sender) -> None:
        """Have one's turn, again and again until nothing is left. Nobody joins twice at a time."""
        self._waiting.append(sender)
        if not self._is_going:
            self._is_going = True
            asyncio.get_running_loop().call_soon(self._go)

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

    def _go(self) -> None:
        for _ in range(min(TURNS, len(self._waiting))):
            sender = self._waiting.popleft()
            if sender.go_on():
                self._waiting.append(sender)
        self._is_going = bool(self._waiting)
        if self._is_going:
            asyncio.get_running_loop().call_soon(self._go)


class Leaving:
    """Calls whose client has gone: so many of them are told so in a turn."""

    def __init__(self, calls: list[Ending]) -> None:
        self._calls = deque(calls)

    def go_on(self) -> bool:
        """Tell the next ones."""
        for _ in range(min(CALLS, len(self._calls))):
            self._calls.popleft().go()
        return bool(self._calls)
