"""What a command has still to do, in the order in which it is done.

    what a full page has broken off → the work-list → what comes from outside, when all else is at rest

After each turn come the conditions that are to be asked since, those of outer scopes first.

What comes from outside (a message, to each of those who wait for it) is not part of the course: it comes
`at_rest`, one after another, each when all that the one before has brought about is done. So nothing reaches
an element that is being swept away, and what is not received is there for others. After Zeebe, where each
correlation is a command of its own.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from counterflow.kernel.work.errands import NO_CAUSES, Arrival, Causes

Handle = TypeVar("Handle")
"""Of an element instance."""


def _nothing_is(_: int) -> bool:
    return False


class Agenda(Generic[Handle]):
    """Of one command, or of one page of it: it is full with so many events."""

    __slots__ = (
        *("_asked_in_order", "asked", "came", "causes", "causes_of_timers", "coming"),
        *("first", "is_asked_later", "is_in_parts", "page", "page_end", "undertaking_key", "work"),
    )

    def __init__(self, page_events: int) -> None:
        self.page_end = page_events
        """The number of events with which the page is full."""
        self.page: Any = None
        """Of a page that goes on: what it has taken up (`pages.py`)."""
        self.undertaking_key = 0
        """The undertaking that what comes of this command is part of, where something of it is put off."""
        self.work: deque[tuple[Callable[[Handle], None], Handle]] = deque()
        self.first: list[tuple[Callable[[Handle], None], Handle]] = []
        """What a full page has broken off: it goes on before all other work."""
        self.asked: dict[int, Handle] = {}
        """The conditions to be asked before anything else is done, and who waits for each, by key."""
        self._asked_in_order: list[int] = []
        self.is_asked_later: Callable[[int], bool] = _nothing_is
        """Whether this page is still to come to where a condition is asked, by key."""
        self.coming: deque[Arrival] = deque()
        """What comes from outside when the course is at rest, one after another."""
        self.came = 0
        """How many of them have come."""
        self.is_in_parts = False
        """Whether the first of what comes has come to some already, and is to come to others."""
        self.causes: Causes = NO_CAUSES
        """The throwing events, by definition and element, but for which nothing would be done at present."""
        self.causes_of_timers: Causes = NO_CAUSES
        """Those but for which no timer would be due that was scheduled for no later than now."""

    def at_rest(self, arrival: Arrival, causes: Causes | None = None) -> None:
        """Something comes from outside, when the course is at rest and all that was put here before has come.
        Its causes are those of the present, unless they are told.
        """
        causes = self.causes if causes is None else causes
        self.coming.append(arrival._replace(causes=causes) if causes else arrival)

    def ask(self, key: int, waiting: Handle) -> None:
        """A condition is to be asked when this turn is over, once for all that has changed in it."""
        if not self.is_asked_later(key):
            self.ask_next(key, waiting)

    def ask_next(self, key: int, waiting: Handle) -> None:
        """A condition is to be asked before anything else is done."""
        if key not in self.asked:
            self.asked[key] = waiting
            heapq.heappush(self._asked_in_order, key)

    def next_asked(self) -> int:
        """The key of the condition that is asked next, of those that there are. Outer scopes have waited for
        longer.
        """
        while (key := heapq.heappop(self._asked_in_order)) not in self.asked:
            pass
        return key

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.work or self.first or self.coming or self.asked)
