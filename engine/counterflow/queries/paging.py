"""Lists, newest first. A newer row has the greater key, and the store reads in order of key; so a list is
read from its end in windows of keys, each wider than the last while too little is found, narrower when one
holds too much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from counterflow.kernel.row import Row
from counterflow.kernel.rows import Partition
from counterflow.kernel.vocabulary import Rejection, RejectionType, first_key
from counterflow.queries.shapes import Page
from counterflow.store.port import Key, Store

RowType = TypeVar("RowType", bound=Row)
Item = TypeVar("Item")
Reader = Callable[[int, int], Sequence[Item]]
"""Items behind a number, so many at most, in the order of their numbers."""

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE_SIZE = 1_000
FIRST_WINDOW = 1_024
"""Keys, not rows: jobs, incidents and elements take theirs from the same counter."""
LARGEST_PORTION = 2_000

LOOKED_AT = 20_000
"""Rows. A page that has looked at as many ends where it is, and `next_page_key` goes on; so does a count,
which then says "at least".
"""
COUNTED = 10_000
"""Beyond it a count says \"at least\"."""


def _everything(_: Any) -> bool:
    return True


def _nothing(_: Any) -> bool:
    return False


class Sieve(NamedTuple):
    """What of a list is wanted, where equal columns do not say it: rows that `keep` accepts. They are wanted
    until one for which `is_past` holds.
    """

    keep: Callable[[Any], bool] = _everything
    is_past: Callable[[Any], bool] = _nothing


EVERYTHING = Sieve()


def newest_first(
    store: Store,
    table: type[RowType],
    where: Mapping[str, int | str | None],
    *,
    page_size: int = 0,
    page_key: int = 0,
) -> Page[RowType]:
    """A page of rows with a single integer key, those older than `page_key` (0: the newest).

    Raises `Rejection`.
    """
    size = size_of_page(page_size)
    return page_of(rows_from_end(store, table, where, page_key, size + 1), page_size=page_size)


def page_of(
    rows: Iterator[RowType], sieve: Sieve = EVERYTHING, *, page_size: int = 0, count: bool = False
) -> Page[RowType]:
    """What is wanted of rows that come newest first: a page of it, and with `count` how much there is.

    Raises `Rejection`.
    """
    size = size_of_page(page_size)
    items: list[RowType] = []
    total = looked_at = goes_on_behind = 0
    for looked_at, row in enumerate(rows, start=1):
        if sieve.is_past(row):
            break
        if sieve.keep(row):
            total += 1
            if total <= size:
                items.append(row)
            else:
                goes_on_behind = goes_on_behind or key_number(items[-1])
        if not goes_on_behind and looked_at == LOOKED_AT:
            goes_on_behind = key_number(row)
        if goes_on_behind and (not count or looked_at >= LOOKED_AT or total > COUNTED):
            return Page(items, goes_on_behind, min(total, COUNTED) if count else 0, total_is_at_least=count)
    return Page(items, goes_on_behind, total if count else 0)


def rows_from_end(
    store: Store,
    table: type[RowType],
    where: Mapping[str, int | str | None],
    page_key: int = 0,
    portion: int = DEFAULT_PAGE_SIZE,
) -> Iterator[RowType]:
    """Rows with a single integer key, those older than `page_key` (0: the newest) from the newest on.

    Raises `Rejection`.
    """
    _refuse_negative(page_key)

    def read(after: int, limit: int) -> Sequence[RowType]:
        return store.scan(table, where, after=(after,), limit=limit)

    return _from_end(store, read, key_number, page_key, portion)


def numbers_from_end(
    store: Store,
    table: type[Row],
    index: str,
    equal: Key,
    page_key: int = 0,
    portion: int = DEFAULT_PAGE_SIZE,
) -> Iterator[int]:
    """Keys that an index of a table leads to, behind columns that are equal, from the newest on.

    They are those older than `page_key` (0: all). Raises `Rejection`.
    """
    _refuse_negative(page_key)

    def read(after: int, limit: int) -> list[int]:
        return [number for number, *_ in store.walk(table, index, equal, after=(after,), limit=limit)]

    return _from_end(store, read, int, page_key, portion)


def size_of_page(page_size: int) -> int:
    """How many rows a page of this size holds: 0 means the usual size, and there is a largest.

    Raises `Rejection` for a negative one.
    """
    if page_size < 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a page size between 1 and {LARGEST_PAGE_SIZE}, but found {page_size}",
        )
    return min(page_size or DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE)


def key_number(row: Row) -> int:
    """The key of a row that is named by a single number."""
    number: Any = getattr(row, row.key_fields[0])
    return int(number)


def _refuse_negative(page_key: int) -> None:
    if page_key < 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT, f"Expected a page key of 0 or more, but found {page_key}"
        )


def _from_end(
    store: Store, read: Reader[Item], number: Callable[[Item], int], page_key: int, portion: int
) -> Iterator[Item]:
    for partition in sorted(store.scan(Partition, {}), key=lambda row: -row.id):
        before = min(page_key or partition.last_key + 1, partition.last_key + 1)
        while items := _read_back(read, number, before, first_key(partition.id), portion):
            yield from items
            if len(items) < portion:
                break
            before = number(items[-1])
            portion = min(2 * portion, max(portion, LARGEST_PORTION))


def _read_back(
    read: Reader[Item], number: Callable[[Item], int], before: int, lowest: int, most: int
) -> list[Item]:
    """The last `most` items with numbers from `lowest` to below `before`, newest first."""
    items: list[Item] = []
    width = FIRST_WINDOW
    while before > lowest and len(items) < most:
        start = max(lowest, before - width)
        too_many = 4 * most + 1
        window = [item for item in read(start - 1, too_many) if number(item) < before]
        if len(window) >= too_many and width > 1:
            width //= 2
            continue
        items += reversed(window)
        before = start
        width *= 2
    return items[:most]
