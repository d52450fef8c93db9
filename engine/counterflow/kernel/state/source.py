"""Where rows come from that are not in memory, and how many may be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from counterflow.kernel.row import Row

RowType = TypeVar("RowType", bound=Row)
Key = tuple[int | str, ...]


class CacheLimits(NamedTuple):
    """How much may stay in memory of what is safe on disk.

    Process instances are counted by number and by bytes, models by the bytes of their files, what waits by
    number (the first of what is due, and of the jobs that can be taken; all messages, and all that waits for
    one, if they are no more), messages by bytes as well.
    """

    instances: int = 4_000
    instance_bytes: int = 64 * 1024 * 1024
    model_bytes: int = 4 * 1024 * 1024
    waiting: int = 10_000
    message_bytes: int = 8 * 1024 * 1024


class Source(Protocol):
    """Where rows come from that are not in memory: the store, as the last commit left it."""

    def load_instance(self, key: int) -> Mapping[type[Row], Sequence[Any]]:
        """All rows of one process instance, by table; empty when there is no such instance.

        Raises `DamagedInstance` where they are not what was written.
        """
        ...

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """One row by its primary key."""
        ...

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """As `Store.walk`."""
        ...


class EmptySource:
    """A source with nothing in it: what a replay from the beginning starts on."""

    def load_instance(self, key: int) -> Mapping[type[Row], Sequence[Any]]:
        """Nothing."""
        return {}

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """Nothing."""
        return None

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """Nothing."""
        return ()
