"""What is asked across instances: which jobs of a type can be taken, and what is due next.

Both follow the job rows (`State.put` keeps them) and are rebuilt from the store at start, so both give an answer that
depends on the rows alone: the smallest key first, the earliest moment first.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import NamedTuple

from counterflow.kernel.rows import Row


class Due(NamedTuple):
    """Something that is due: the moment, and the row that waits for it."""

    due_ms: int
    key: int
    table: type[Row]


class ReadyJobs:
    """The keys of the activatable jobs of one type, smallest first."""

    __slots__ = ("_heap", "_live")

    def __init__(self) -> None:
        self._heap: list[int] = []
        self._live: set[int] = set()

    def __len__(self) -> int:
        return len(self._live)

    def add(self, key: int) -> None:
        """Note that a job can be taken."""
        if key not in self._live:
            self._live.add(key)
            heappush(self._heap, key)

    def discard(self, key: int) -> None:
        """Note that a job can no longer be taken. Its place in the heap is cleared when it comes to the top."""
        self._live.discard(key)

    def first(self) -> int | None:
        """The smallest key, which stays; None when there is none."""
        heap, live = self._heap, self._live
        while heap and heap[0] not in live:
            heappop(heap)
        return heap[0] if heap else None


class DueTimes:
    """What is due when (epoch milliseconds), earliest first: keys of rows, each with one moment at most, and their table.

    What could not be triggered, through no fault of its own, is set aside: known, but not the first of anything until it is
    taken up again.
    """

    __slots__ = ("_aside", "_due", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._due: dict[int, tuple[int, type[Row]]] = {}
        self._aside: dict[int, tuple[int, type[Row]]] = {}

    def __len__(self) -> int:
        return len(self._due)

    def set(self, key: int, due_ms: int, table: type[Row]) -> None:
        """Give a key its moment, in place of the one it had."""
        self._aside.pop(key, None)
        self._due[key] = (due_ms, table)
        heappush(self._heap, (due_ms, key))
        if len(self._heap) > 2 * len(self._due) + 1024:
            self._heap = [(moment, key) for key, (moment, _) in self._due.items()]
            heapify(self._heap)

    def discard(self, key: int) -> None:
        """Forget a key. Its place in the heap is cleared when it comes to the top, or with the next rebuilding."""
        self._due.pop(key, None)
        self._aside.pop(key, None)

    def set_aside(self, key: int) -> None:
        """Leave a key alone until `take_up`."""
        if key in self._due:
            self._aside[key] = self._due.pop(key)

    def take_up(self) -> None:
        """What was set aside may be triggered again."""
        for key, (due_ms, table) in list(self._aside.items()):
            self.set(key, due_ms, table)

    def first(self) -> Due | None:
        """The earliest, which stays; None when nothing is due, ever."""
        heap, due = self._heap, self._due
        while heap:
            moment, key = heap[0]
            found = due.get(key)
            if found is not None and found[0] == moment:
                return Due(moment, key, found[1])
            heappop(heap)
        return None
