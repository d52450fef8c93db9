"""How much may be asked at once: how many wait for things to happen, how many bytes of requests are kept
meanwhile; and, since a server that stops lets all of them end first, who is still there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from counterflow.partition.refusals import STOPPING, Overloaded, Unavailable
from counterflow.service.callers import Visitor
from counterflow.settings import Settings


class Admission:
    """Who is let in. Every `begun` has its `ended`, every `hold` its `let_go`."""

    def __init__(self, settings: Settings) -> None:
        self._most_waiting = settings.waiting_calls
        self._most_bytes = settings.waiting_bytes
        self._under_way = 0
        self._waiting = 0
        self._held_bytes = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.is_closed = True
        """Whether nobody is let in: not yet, or not any more."""

    def open(self) -> None:
        """Let callers in."""
        self.is_closed = False

    def close(self) -> None:
        """Let nobody in any more."""
        self.is_closed = True

    def check(self) -> None:
        """Raises `Unavailable` where nobody is let in any more."""
        if self.is_closed:
            raise Unavailable(STOPPING)

    async def idle(self) -> None:
        """Wait until nothing that was asked for is under way."""
        await self._idle.wait()

    def begun(self) -> None:
        """Something that was asked for is under way."""
        self._under_way += 1
        self._idle.clear()

    def ended(self) -> None:
        """It is not any more."""
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def begun_waiting(self) -> None:
        """Somebody waits for things to happen. Raises `Overloaded` where as many do as may."""
        room = self._most_waiting
        if self._waiting >= room:
            raise Overloaded(
                f"{room} polls, streams and calls for a result are open, which is as many as may; try again "
                "after a while"
            )
        self._waiting += 1
        self.begun()

    def ended_waiting(self) -> None:
        """They do not any more."""
        self._waiting -= 1
        self.ended()

    def hold(self, visitor: Visitor) -> None:
        """A request is kept in memory while it waits. Raises `Overloaded` where there is no room; while none
        waits there is for any.
        """
        size = visitor.request_bytes
        if self._held_bytes and self._held_bytes + size > self._most_bytes:
            raise Overloaded(
                f"{self._held_bytes} bytes of requests wait for their turn or their answer, and {size} more "
                "would be too many; try again after a while"
            )
        self._held_bytes += size

    def let_go(self, visitor: Visitor) -> None:
        """It is not kept any more."""
        self._held_bytes -= visitor.request_bytes

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """What the block does was asked for, and a stop waits for it. Raises `Unavailable`."""
        self.check()
        self.begun()
        try:
            yield
        finally:
            self.ended()

    @contextmanager
    def visit(self, visitor: Visitor) -> Iterator[None]:
        """A visitor is let in and their request is kept while the block runs. Raises `Unavailable` and
        `Overloaded`.
        """
        self.check()
        self.hold(visitor)
        self.begun()
        try:
            yield
        finally:
            self.let_go(visitor)
            self.ended()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """The block waits for things to happen. Raises `Overloaded`."""
        self.begun_waiting()
        try:
            yield
        finally:
            self.ended_waiting()
