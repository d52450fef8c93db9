"""Where to begin reading so that no event behind a position is missed."""

from __future__ import annotations

import pytest

from counterflow.kernel.vocabulary import LogEntry
from counterflow.queries.log import entries, start_of_entry_behind
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch


def store_with(*positions: int) -> MemoryStore:
    """A store whose log has entries of instance 9 at these positions."""
    store = MemoryStore()
    store.commit(Batch({}, {}, [LogEntry(position, 9, 0, "Command", 1, b"") for position in positions]))
    return store


@pytest.mark.parametrize(
    "positions,asked",
    [
        ((1, 50, 3_000), 2_999),
        ((1, 50, 3_000), 3_000),
        ((1,), 100_000),
        ((), 77),
        ((1, 2, 3), 0),
        ((500,), 10),
    ],
)
def test_the_last_entry_that_begins_at_or_before_a_position_is_read(
    positions: tuple[int, ...], asked: int
) -> None:
    store = store_with(*positions)
    start = start_of_entry_behind(store, 9, asked)
    read = [entry.position for entry in entries(store, 9, start)]
    before = [position for position in positions if position <= asked]
    assert set(before[-1:]) <= set(read)
    assert [position for position in read if position > asked] == [
        position for position in positions if position > asked
    ]
