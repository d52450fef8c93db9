"""The first of many, in memory; the store has the rest, in the same order.

A window knows all there is up to its horizon. What lies behind that is in the store, but for what is not safe
on disk yet, which is remembered beside the window. When nothing is left before the horizon the next page is
read. So what is first is what the rows say, however many there are and wherever they stand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from counterflow.kernel.row import Row
from counterflow.kernel.state.queues import OldestFirst

PAGE = 500
"""Read at a time."""
_NEVER = sys.maxsize
"""The batch of what no batch brings into the store."""
Unsaved = Callable[[type[Row] | None, int], int | None]
"""The batch that brings the row with this key into the store; None where it is there."""


class KeyPage(NamedTuple):
    """Keys from the store that count, and how far was looked; None: there are no more."""

    keys: list[int]
    horizon: int | None


class Window(OldestFirst):
    """Keys, smallest first. `read` gives the page behind a key; `horizon` None: all there is, is here."""

    __slots__ = ("_beyond", "_read", "horizon")

    def __init__(self, read: Callable[[int], KeyPage], horizon: int | None) -> None:
        super().__init__()
        self._read = read
        self._beyond: dict[int, int] = {}
        """Keys behind the horizon that the store may not know of, with the batch that brings them there."""
        self.horizon = horizon

    def enter(self, key: int, batch: int) -> None:
        """Note a key, of a row that this batch brings into the store."""
        if self.horizon is not None and key > self.horizon:
            self._beyond[key] = batch
        else:
            self.add(key)

    def discard(self, key: int) -> None:
        """Forget a key."""
        if self._beyond:
            self._beyond.pop(key, None)
        OldestFirst.discard(self, key)

    def _next(self) -> int | None:
        while not self._live and self.horizon is not None:
            self._go_on(self.horizon)
        return self.first() if self._live else None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is known here but what the store says as well."""
        return not self._live and not self._beyond

    @property
    def is_settled(self) -> bool:
        """Whether nothing is remembered that waits for its commit."""
        return not self._beyond

    def is_saved(self, unsaved: Unsaved) -> bool:
        """Whether the store knows all that is known here."""
        return not self._beyond and all(unsaved(None, key) is None for key in self._live)

    def release(self, committed_batch: int, most: int, unsaved: Unsaved) -> None:
        """Put away what is safe on disk and lies behind the first `most`, once there are twice as many."""
        for key in [key for key, batch in self._beyond.items() if batch <= committed_batch]:
            del self._beyond[key]
        if len(self._live) > 2 * most:
            keys = sorted(self._live)
            self._heap, self._live, self.horizon = keys[:most], set(keys[:most]), keys[most - 1]
            for key in keys[most:]:
                batch = unsaved(None, key)
                if batch is not None:
                    self._beyond[key] = batch

    def _go_on(self, horizon: int) -> None:
        keys, self.horizon = self._read(horizon)
        for key in keys:
            self.add(key)
        for key in [key for key in self._beyond if self.horizon is None or key <= self.horizon]:
            del self._beyond[key]
            self.add(key)


class Due(NamedTuple):
    """Something that is due: the moment, and the row that waits for it."""

    due_ms: int
    key: int
    table: type[Row]


Moment = tuple[int, int]
"""When, and the key of what is due then."""
BEFORE_ALL: Moment = (-1, 0)


class DuePage(NamedTuple):
    """What is due behind a moment, as far as it counts, and how far was looked; None: there is no more."""

    due: list[Due]
    horizon: Moment | None


class DueTimes:
    """What is due when (epoch milliseconds), earliest first.

    Keys of rows stand here, each with one moment at most, and their table.

    What could not be triggered, through no fault of its own, is set aside: known, but not the first of
    anything until it is taken up again.
    """

    __slots__ = ("_aside", "_beyond", "_due", "_heap", "_later", "_read", "horizon")

    def __init__(self, read: Callable[[Moment], DuePage] | None = None) -> None:
        self._heap: list[Moment] = []
        self._due: dict[int, tuple[int, type[Row]]] = {}
        self._aside: dict[int, tuple[int, type[Row]]] = {}
        self._beyond: dict[int, tuple[Moment, type[Row], int]] = {}
        self._later: set[int] = set()
        """Keys whose moment here is later than their row says: the store is not asked for them again."""
        self._read = read
        self.horizon: Moment | None = None

    def __len__(self) -> int:
        return len(self._due)

    def set(self, key: int, due_ms: int, table: type[Row], batch: int = 0) -> None:
        """Give a key its moment, in place of the one it had; `batch` brings that into the store."""
        if self._later:
            self._later.discard(key)
        if self._aside:
            self._aside.pop(key, None)
        if self.horizon is not None:
            self._beyond.pop(key, None)
            if (due_ms, key) > self.horizon:
                self._due.pop(key, None)
                self._beyond[key] = (due_ms, key), table, batch
                return
        due, heap = self._due, self._heap
        due[key] = (due_ms, table)
        heappush(heap, (due_ms, key))
        if len(heap) > 2 * len(due) + 1024:
            self._heap = [(moment, key) for key, (moment, _) in due.items()]
            heapify(self._heap)

    def set_later(self, key: int, due_ms: int, table: type[Row]) -> None:
        """Give a key a moment that no row tells of."""
        self.set(key, due_ms, table, _NEVER)
        self._later.add(key)

    def discard(self, key: int) -> None:
        """Forget a key.

        Its place in the heap is cleared when it comes to the top, or with the next rebuilding.
        """
        self._due.pop(key, None)
        if self._aside:
            self._aside.pop(key, None)
        if self._later:
            self._later.discard(key)
        if self._beyond:
            self._beyond.pop(key, None)

    def set_aside(self, key: int) -> None:
        """Leave a key alone until `take_up`."""
        if key in self._due:
            self._aside[key] = self._due.pop(key)

    def take_up_one(self, key: int) -> None:
        """What was set aside may be triggered again."""
        aside = self._aside.pop(key, None)
        if aside is not None:
            self._set_again(key, *aside)

    def take_up(self) -> None:
        """All that was set aside may be triggered again."""
        for key in list(self._aside):
            self.take_up_one(key)

    def first(self) -> Due | None:
        """The earliest, which stays; None when nothing is due, ever."""
        due = self._due
        while True:
            heap = self._heap
            while heap:
                moment, key = heap[0]
                row = due.get(key)
                if row is not None and row[0] == moment:
                    return Due(moment, key, row[1])
                heappop(heap)
            if self.horizon is None or self._read is None:
                return None
            self._go_on(*self._read(self.horizon))

    def release(self, committed_batch: int, most: int, unsaved: Unsaved) -> None:
        """Put away what is safe on disk and comes after the first `most`, once there are twice as many."""
        for key in [key for key, (_, _, batch) in self._beyond.items() if batch <= committed_batch]:
            del self._beyond[key]
        if len(self._due) > 2 * most:
            moments = sorted((moment, key) for key, (moment, _) in self._due.items())
            self._heap, self.horizon = moments[:most], moments[most - 1]
            for moment in moments[most:]:
                _, table = self._due.pop(moment[1])
                batch = _NEVER if moment[1] in self._later else unsaved(table, moment[1])
                if batch is not None:
                    self._beyond[moment[1]] = moment, table, batch

    def _go_on(self, page: list[Due], horizon: Moment | None) -> None:
        self.horizon = horizon
        for due_ms, key, table in page:
            if key not in self._aside and key not in self._later:
                self.set(key, due_ms, table)
        for key, (moment, table, _) in list(self._beyond.items()):
            if horizon is None or moment <= horizon:
                del self._beyond[key]
                self._set_again(key, moment[0], table)

    def _set_again(self, key: int, due_ms: int, table: type[Row]) -> None:
        """As `set`; what no row tells of stays so."""
        (self.set_later if key in self._later else self.set)(key, due_ms, table)
