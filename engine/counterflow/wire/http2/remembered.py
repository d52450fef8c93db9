"""What was worked out once, kept by a key for the next time, within a bound of bytes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """Values by keys. What would be too much makes it forget all and begin anew: who uses few keys never
    notices.
    """

    def __init__(self, most_bytes: int) -> None:
        self._values: dict[Key, Value] = {}
        self._most_bytes = most_bytes
        self._bytes = 0
        self.get = self._values.get
        """The value of a key, or None."""

    def __len__(self) -> int:
        return len(self._values)

    def keep(self, key: Key, value: Value, size: int) -> None:
        """Keep a value that takes so many bytes with its key; one that is too large by itself is not."""
        if size > self._most_bytes:
            return
        if self._bytes + size > self._most_bytes:
            self.clear()
        self._values[key] = value
        self._bytes += size

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
        self._bytes = 0
