"""What is asked across instances: which jobs of a type can be taken, what is due next, which messages wait,
and who for them.

All follow the rows (`State.put` keeps them) and are rebuilt from the store at start, so all give an answer
that depends on the rows alone: the smallest key first, the earliest moment first. None of them costs more the
more there is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from counterflow.kernel.row import Row


class Due(NamedTuple):
    """Something that is due: the moment, and the row that waits for it."""

    due_ms: int
    key: int
    table: type[Row]


class OldestFirst:
    """Keys, smallest first: the activatable jobs of one type, for instance."""

    __slots__ = ("_heap", "_live")

    def __init__(self) -> None:
        self._heap: list[int] = []
        self._live: set[int] = set()

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, key: int) -> bool:
        return key in self._live

    def add(self, key: int) -> None:
        """Note a key."""
        if key not in self._live:
            self._live.add(key)
            heappush(self._heap, key)

    def discard(self, key: int) -> None:
        """Forget a key. Its place in the heap is cleared when it comes to the top, or with the next
        rebuilding.
        """
        self._live.discard(key)
        if len(self._heap) > 2 * len(self._live) + 1024:
            self._heap = sorted(self._live)

    def first(self) -> int | None:
        """The smallest key, which stays; None when there is none."""
        heap, live = self._heap, self._live
        while heap and heap[0] not in live:
            heappop(heap)
        return heap[0] if heap else None

    def __iter__(self) -> Iterator[int]:
        """All keys, smallest first. Costs little where only the first is asked for; what is forgotten
        meanwhile may still come.
        """
        first = self.first()
        if first is not None:
            yield first
            yield from sorted(key for key in self._live if key != first)


class BufferedMessages:
    """The messages of one name and correlation key that may still find a receiver."""

    __slots__ = ("_ids", "_keys", "_unreached")

    def __init__(self) -> None:
        self._keys: dict[int, None] = {}
        self._ids: dict[str, int] = {}
        self._unreached: dict[str, OldestFirst] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._keys))

    def add(self, key: int, message_id: str) -> None:
        """A message that has reached nobody."""
        self._keys[key] = None
        if message_id:
            self._ids[message_id] = key
        for unreached in self._unreached.values():
            unreached.add(key)

    def discard(self, key: int, message_id: str) -> None:
        """The message is no more."""
        self._keys.pop(key, None)
        if message_id:
            self._ids.pop(message_id, None)
        for unreached in self._unreached.values():
            unreached.discard(key)

    def has_id(self, message_id: str) -> bool:
        """Whether a message with this id of its publisher is here."""
        return message_id in self._ids

    def set_reached(self, key: int, process_id: str, *, is_reached: bool) -> None:
        """The message has reached this process, or that was taken back."""
        unreached = self._unreached.get(process_id)
        if unreached is not None:
            (unreached.discard if is_reached else unreached.add)(key)

    def unreached_by(self, process_id: str, reached: Callable[[int], bool]) -> OldestFirst:
        """Those that have not reached this process. `reached` is asked of each message the first time that
        the process is.
        """
        unreached = self._unreached.get(process_id)
        if unreached is None:
            unreached = self._unreached[process_id] = OldestFirst()
            for key in self:
                if not reached(key):
                    unreached.add(key)
        return unreached


class DueTimes:
    """What is due when (epoch milliseconds), earliest first: keys of rows, each with one moment at most, and
    their table.

    What could not be triggered, through no fault of its own, is set aside: known, but not the first of
    anything until it is taken up again.
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
        """Forget a key. Its place in the heap is cleared when it comes to the top, or with the next
        rebuilding.
        """
        self._due.pop(key, None)
        self._aside.pop(key, None)

    def set_aside(self, key: int) -> None:
        """Leave a key alone until `take_up`."""
        if key in self._due:
            self._aside[key] = self._due.pop(key)

    def take_up_one(self, key: int) -> None:
        """What was set aside may be triggered again."""
        aside = self._aside.pop(key, None)
        if aside is not None:
            self.set(key, *aside)

    def take_up(self) -> None:
        """All that was set aside may be triggered again."""
        for key in list(self._aside):
            self.take_up_one(key)

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
