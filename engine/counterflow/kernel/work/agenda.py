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
from typing import Any, Generic, Protocol, TypeVar

from counterflow.kernel.work.errands import NO_CAUSES, Arrival, Causes

Handle = TypeVar("Handle")
"""Of an element instance."""


class ToAsk(Protocol):
    """Conditions that are to be asked one after another, by key: one, or all that see certain changes."""

    @property
    def place(self) -> tuple[int, str]:
        """What is the same for those that are taken in."""

    @property
    def only(self) -> int:
        """The key where it is one; 0 of several."""

    def following(self, key: int) -> int:
        """The key of the next one, since they have been asked up to this key; 0 where there is none."""

    def take_in(self, others: Any) -> None:
        """Those of the same place are to be asked as well."""

    def has(self, key: int) -> bool:
        """Whether the condition of this key, to which it has come, is waited for and sees a change."""

    def is_to_come_to(self, key: int) -> bool:
        """Whether it is among those that have not been asked yet."""

    def waiting(self, key: int) -> Any:
        """Who waits for one of them."""

    def put_off(self, key: int) -> tuple[Callable[[Any], None], Any]:
        """What is to be done later, and at whom: these are asked from this key on."""


def _nothing_is(key: int, waiting: Any) -> bool:
    return False


class Agenda(Generic[Handle]):
    """Of one command, or of one page of it: it is full with so many events."""

    __slots__ = (
        *("_asking", "_asks", "to_ask", "came", "causes", "causes_of_timers", "coming"),
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
        self.to_ask: list[tuple[int, int, ToAsk]] = []
        """The conditions to be asked before anything else is done.

        A heap, by the key of the next one of each and by when they came.
        """
        self._asks = 0
        self._asking: dict[tuple[int, str], ToAsk] = {}
        """Those in `to_ask`, by place."""
        self.is_asked_later: Callable[[int, Handle], bool] = _nothing_is
        """Whether this page is still to come to where a condition is asked, by key and who waits for it."""
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

    def ask(self, conditions: ToAsk) -> None:
        """Conditions are to be asked when this turn is over, each once for all that has changed in it."""
        known = self._asking.setdefault(conditions.place, conditions)
        if known is not conditions:
            known.take_in(conditions)
        key = known.following(0)
        if key:
            self._asks += 1
            heapq.heappush(self.to_ask, (key, self._asks, known))
        elif known is conditions:
            del self._asking[conditions.place]

    def next_asked(self) -> tuple[int, list[ToAsk]]:
        """The key of the condition that is asked next, and what it may be one of.

        Outer scopes have waited for longer.
        """
        agenda, asking = self.to_ask, list[ToAsk]()
        key = agenda[0][0]
        while agenda and agenda[0][0] == key:
            _, number, conditions = heapq.heappop(agenda)
            if conditions not in asking:
                asking.append(conditions)
                following = conditions.following(key)
                if following:
                    heapq.heappush(agenda, (following, number, conditions))
                else:
                    del self._asking[conditions.place]
        return key, asking

    def take_asked(self, only: Callable[[int, ToAsk], bool] = lambda *_: True) -> list[tuple[int, ToAsk]]:
        """What is to be asked is not, for the time being: the key of the next one of each, in their order."""
        taken = {
            entry[2].place: entry for entry in sorted(self.to_ask, reverse=True) if only(entry[0], entry[2])
        }
        self.to_ask[:] = [entry for entry in self.to_ask if entry[2].place not in taken]
        heapq.heapify(self.to_ask)
        for index in taken:
            del self._asking[index]
        return [(key, conditions) for key, _, conditions in sorted(taken.values())]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.work or self.first or self.coming or self.to_ask)
