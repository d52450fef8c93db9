"""Lists from their end: complete and in order, whatever lies between the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.row import Row
from counterflow.kernel.rows import Partition, Quarantine
from counterflow.kernel.vocabulary import first_key
from counterflow.queries.paging import key_number, newest_first
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch, Key, Where


class CountingStore(MemoryStore):
    """Counts the rows it has read out."""

    read = 0

    def scan(
        self,
        table: type[Any],
        where: Where,
        *,
        after: Key | None = None,
        limit: int | None = None,
    ) -> Sequence[Any]:
        found = super().scan(table, where, after=after, limit=limit)
        self.read += len(found)
        return found


def store_with(keys: Iterable[int], last_key: int, partition_id: int = 1) -> CountingStore:
    """A store with quarantined instances under these numbers of a partition."""
    store = CountingStore()
    base = first_key(partition_id)
    rows: list[Row] = [Quarantine(base + key, "reason", 0) for key in keys]
    store.commit(Batch({Quarantine: rows, Partition: [Partition(partition_id, base + last_key, 0)]}, {}, []))
    return store


def pages(store: MemoryStore, page_size: int) -> list[list[int]]:
    """Every page, as numbers of the partition."""
    found = []
    key = 0
    while True:
        page = newest_first(store, Quarantine, {}, page_size=page_size, page_key=key)
        found.append([key_number(row) - first_key(1) for row in page.items])
        key = page.next_page_key
        if not key:
            return found


@given(st.sets(st.integers(1, 200_000), max_size=60), st.integers(1, 7))
def test_pages_put_together_are_the_whole_list(keys: set[int], page_size: int) -> None:
    found = pages(store_with(keys, 200_000), page_size)
    assert [key for page in found for key in page] == sorted(keys, reverse=True)
    assert all(len(page) == page_size for page in found[:-1])


LAYOUTS = {
    "one close to another": range(1, 20_001),
    "all of them long ago": range(1, 5_001),
    "far from each other": range(1, 10_000_000, 5_000),
}


@pytest.mark.parametrize("keys", LAYOUTS.values(), ids=LAYOUTS)
def test_a_page_costs_what_it_holds_and_not_what_the_table_holds(keys: range) -> None:
    store = store_with(keys, 10_000_000)
    page = newest_first(store, Quarantine, {}, page_size=10)
    assert [key_number(row) - first_key(1) for row in page.items] == list(keys)[:-11:-1]
    assert store.read < 1_500


def test_a_page_ends_where_the_list_ends() -> None:
    store = store_with(range(1, 4), 10)
    assert newest_first(store, Quarantine, {}, page_size=3).next_page_key == 0
    assert newest_first(store, Quarantine, {}, page_size=2).next_page_key == first_key(1) + 2


def test_an_empty_store_has_an_empty_page() -> None:
    assert newest_first(MemoryStore(), Quarantine, {}).items == []


def test_a_page_has_a_hundred_rows_unless_asked_and_a_thousand_at_most() -> None:
    store = store_with(range(1, 2_001), 2_000)
    assert len(newest_first(store, Quarantine, {}).items) == 100
    assert len(newest_first(store, Quarantine, {}, page_size=5_000).items) == 1_000


def test_a_later_partition_comes_first() -> None:
    store = store_with([1, 2], 2)
    second = first_key(2)
    store.commit(
        Batch(
            {Quarantine: [Quarantine(second + 1, "reason", 0)], Partition: [Partition(2, second + 1, 0)]},
            {},
            [],
        )
    )
    first = newest_first(store, Quarantine, {}, page_size=2)
    assert [key_number(row) for row in first.items] == [second + 1, first_key(1) + 2]
    rest = newest_first(store, Quarantine, {}, page_size=2, page_key=first.next_page_key)
    assert [key_number(row) for row in rest.items] == [first_key(1) + 1]
