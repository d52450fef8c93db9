"""Whoever has sent much at once has it carried out a piece at a time, in turn with others who have, and some
milliseconds of it between whatever else there is to do.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

TURNS = 2
"""Pieces that are carried out in one turn of the event loop, of whomever they are."""


class Sender(Protocol):
    """Who has sent more than is carried out at once."""

    def go_on(self) -> bool:
        """Carry out the next piece. Answers whether there is more."""
        ...


class Rounds:
    """Those of one server."""

    def __init__(self) -> None:
        self._waiting: deque[Sender] = deque()
        self._is_going = False

    def join(self, sender: Sender) -> None:
        """Have one's turn, again and again until nothing is left. Nobody joins twice at a time."""
        self._waiting.append(sender)
        if not self._is_going:
            self._is_going = True
            asyncio.get_running_loop().call_soon(self._go)

    def _go(self) -> None:
        for _ in range(min(TURNS, len(self._waiting))):
            sender = self._waiting.popleft()
            if sender.go_on():
                self._waiting.append(sender)
        self._is_going = bool(self._waiting)
        if self._is_going:
            asyncio.get_running_loop().call_soon(self._go)
