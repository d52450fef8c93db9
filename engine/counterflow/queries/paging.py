"""Lists, newest first. A newer row has the greater key, and the store reads in order of key; so a list is read from its end
in windows of keys, each wider than the last while too little is found, narrower when one holds too much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from counterflow.kernel.records import Rejection, RejectionType, first_key
from counterflow.kernel.rows import Partition, Row
from counterflow.queries.shapes import Page
from counterflow.store.port import Store

RowType = TypeVar("RowType", bound=Row)

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE_SIZE = 1_000
FIRST_WINDOW = 1_024
"""Keys, not rows: jobs, incidents and elements take theirs from the same counter."""


def newest_first(
    store: Store, table: type[RowType], where: Mapping[str, int | str | None], *, page_size: int = 0, page_key: int = 0
) -> Page[RowType]:
    """A page of rows with a single integer key, those older than `page_key` (0: the newest). Raises `Rejection`."""
    wanted = _page_size(page_size)
    if page_key < 0:
        raise Rejection(RejectionType.INVALID_ARGUMENT, f"Expected a page key of 0 or more, but found {page_key}")
    found: list[RowType] = []
    for partition in sorted(store.scan(Partition, {}), key=lambda row: -row.id):
        lowest = first_key(partition.id)
        before = min(page_key or partition.last_key + 1, partition.last_key + 1)
        found += _read_back(store, table, where, before, lowest, wanted + 1 - len(found))
    more = found[wanted - 1] if len(found) > wanted else None
    return Page(found[:wanted], key_number(more) if more is not None else 0)


def key_number(row: Row) -> int:
    """The row's one key."""
    number: Any = getattr(row, row.key_fields[0])
    return int(number)


def _read_back(
    store: Store, table: type[RowType], where: Mapping[str, int | str | None], before: int, lowest: int, wanted: int
) -> list[RowType]:
    """The last `wanted` rows with keys between `lowest` and `before`, newest first."""
    found: list[RowType] = []
    window = FIRST_WINDOW
    while before > lowest and len(found) < wanted:
        start = max(lowest, before - window)
        most = 4 * wanted
        rows = [row for row in store.scan(table, where, after=(start - 1,), limit=most + 1) if key_number(row) < before]
        if len(rows) > most and window > 1:
            window //= 2
            continue
        found += reversed(rows)
        before = start
        window *= 2
    return found[:wanted]


def _page_size(asked: int) -> int:
    if asked < 0:
        raise Rejection(RejectionType.INVALID_ARGUMENT, f"Expected a page size between 1 and {LARGEST_PAGE_SIZE}, but found {asked}")
    return min(asked or DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE)
