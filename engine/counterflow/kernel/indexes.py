"""What is asked across instances: which jobs of a type can be taken, and what is due next.

Both follow the job rows (`State.put` keeps them) and are rebuilt from the store at start, so both give an answer that
depends on the rows alone: the smallest key first, the earliest moment first.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush


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
    """Keys by the moment at which they are due (epoch milliseconds), earliest first; a key has one moment at most."""

    __slots__ = ("_due", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._due: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._due)

    def set(self, key: int, due_ms: int) -> None:
        """Give a key its moment, in place of the one it had."""
        self._due[key] = due_ms
        heappush(self._heap, (due_ms, key))
        if len(self._heap) > 2 * len(self._due) + 1024:
            self._heap = [(moment, key) for key, moment in self._due.items()]
            heapify(self._heap)

    def discard(self, key: int) -> None:
        """Forget a key. Its place in the heap is cleared when it comes to the top, or with the next rebuilding."""
        self._due.pop(key, None)

    def first(self) -> tuple[int, int] | None:
        """The earliest moment and its key, which stay; None when nothing is due, ever."""
        heap, due = self._heap, self._due
        while heap and due.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return heap[0] if heap else None
