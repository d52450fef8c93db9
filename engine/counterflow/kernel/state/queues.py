"""What is asked across instances: keys in their order, and the messages that wait.

All follow the rows (`State.put` keeps them), so all give an answer that depends on the rows alone: the
smallest key first. None of them costs more the more there is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush


class OldestFirst:
    """Keys, smallest first: the activatable jobs of one type, for instance."""

    __slots__ = ("_heap", "_live")

    def __init__(self) -> None:
        self._heap: list[int] = []
        self._live: set[int] = set()

    def __len__(self) -> int:
        return len(self._live)

    def add(self, key: int) -> None:
        """Note a key."""
        if key not in self._live:
            self._live.add(key)
            heappush(self._heap, key)

    def discard(self, key: int) -> None:
        """Forget a key.

        Its place in the heap is cleared when it comes to the top, or with the next rebuilding.
        """
        self._live.discard(key)
        if len(self._heap) > 2 * len(self._live) + 1024:
            self._heap = sorted(self._live)

    def first(self) -> int | None:
        """The smallest key, which stays; None when there is none."""
        heap, live = self._heap, self._live
        while heap and heap[0] not in live:
            heappop(heap)
        return heap[0] if heap else self._next()

    def _next(self) -> int | None:
        """The smallest key where none is at hand."""
        return None

    def __iter__(self) -> Iterator[int]:
        """All keys, smallest first.

        Costs little where only the first is asked for; what is forgotten meanwhile may still come.
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
        """Those that have not reached this process.

        `reached` is asked of each message the first time that the process is.
        """
        unreached = self._unreached.get(process_id)
        if unreached is None:
            unreached = self._unreached[process_id] = OldestFirst()
            for key in self:
                if not reached(key):
                    unreached.add(key)
        return unreached
