"""A page of what is searched for: several sources that are looked at as one, in one order.

What is there and what has ended lie in tables of their own, with the same columns here. A cursor is the place
behind a record in the order, so pages stay where they are while records come.
"""

from __future__ import annotations

import base64
import heapq
from collections.abc import Iterable, Sequence
from functools import cmp_to_key
from typing import Any, Final

import msgspec

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.store.port import SearchTooLong, Store
from counterflow.store.searching import (
    Condition,
    Count,
    Question,
    Record,
    Search,
    SearchSource,
    SortColumn,
    Value,
    rank,
)

MOST_COUNTED: Final = 10_000
"""Beyond it a total says that there are more."""
PAGE_SECONDS: Final = 5.0
"""How long a page is searched for."""
COUNT_SECONDS: Final = 0.5
"""How long is counted for a total; what was counted by then it is at least."""
DEFAULT_LIMIT: Final = 100
LARGEST_LIMIT: Final = 10_000
FURTHEST: Final = 10_000
"""How far a page may begin behind the first record; cursors go on from any place."""


class Wanted(msgspec.Struct, frozen=True):
    """What is searched for. `sources` have the same columns; `order` ends with what names a record."""

    sources: tuple[SearchSource, ...]
    where: Condition
    order: tuple[SortColumn, ...]


class PagePlace(msgspec.Struct, frozen=True):
    """Which page: of so many, from a number on, or behind or before a cursor."""

    limit: int = DEFAULT_LIMIT
    start: int = 0
    after: str = ""
    before: str = ""


class Found(msgspec.Struct, frozen=True):
    """A page of records, how many there are in all, and the cursors of the first and the last."""

    records: list[dict[str, Any]]
    total: int
    has_more: bool
    start_cursor: str | None
    end_cursor: str | None


def search(store: Store, search_for: Wanted, place: PagePlace) -> Found:
    """A page of what is wanted. Raises `Rejection` for a place that is none, and `SearchTooLong`."""
    _refuse_nonsense(place)
    is_back = bool(place.before)
    order = tuple(SortColumn(one.column, one.is_descending != is_back) for one in search_for.order)
    cursor = place.before or place.after
    after = _read_cursor(cursor, search_for) if cursor else None
    searches: list[Question] = [
        Search(source, search_for.where, order, place.start + place.limit, after)
        for source in search_for.sources
    ]
    parts = store.search(searches, PAGE_SECONDS)
    names = list(search_for.sources[0].columns)
    places = [names.index(one.column) for one in order]
    merged = _merged(parts, places, order)[place.start : place.start + place.limit]
    if is_back:
        merged.reverse()
    total, has_more = _total(store, search_for)
    return Found(
        [dict(zip(names, record, strict=True)) for record in merged],
        total,
        has_more,
        _cursor([merged[0][one] for one in places]) if merged else None,
        _cursor([merged[-1][one] for one in places]) if merged else None,
    )


def find(store: Store, sources: Sequence[SearchSource], where: Condition) -> dict[str, Any] | None:
    """The one record for which something holds, or None. Raises `SearchTooLong`."""
    parts = store.search([Search(source, where, (), 1) for source in sources], PAGE_SECONDS)
    for source, part in zip(sources, parts, strict=True):
        if part:
            return dict(zip(source.columns, part[0], strict=True))
    return None


def _merged(parts: list[list[Record]], places: list[int], order: tuple[SortColumn, ...]) -> list[Record]:
    def compared(one: Record, other: Record) -> int:
        for place, column in zip(places, order, strict=True):
            left, right = rank(one[place]), rank(other[place])
            if left != right:
                return -1 if (left < right) != column.is_descending else 1
        return 0

    return parts[0] if len(parts) == 1 else [*heapq.merge(*parts, key=cmp_to_key(compared))]


def _total(store: Store, search_for: Wanted) -> tuple[int, bool]:
    counts: list[Question] = [
        Count(source, search_for.where, MOST_COUNTED + 1) for source in search_for.sources
    ]
    try:
        answers = store.search(counts, COUNT_SECONDS)
    except SearchTooLong:
        return MOST_COUNTED, True  # no fewer: who reads page after page would stop there
    total = sum(int(answer[0][0] or 0) for answer in answers)
    return min(total, MOST_COUNTED), total > MOST_COUNTED


def _cursor(values: Iterable[Value]) -> str:
    return base64.b64encode(msgspec.json.encode(list(values))).decode()


def _read_cursor(cursor: str, search_for: Wanted) -> tuple[Value, ...]:
    try:
        values = msgspec.json.decode(
            base64.b64decode(cursor, validate=True), type=tuple[int | str | None, ...]
        )
    except (ValueError, msgspec.DecodeError):
        values = ()
    if len(values) != len(search_for.order) or any(
        isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values
    ):
        raise _invalid(
            "Expected a cursor that a page of this very order has given (startCursor, endCursor), but found "
            f"'{cursor[:100]}'"
        )
    return values


def _refuse_nonsense(place: PagePlace) -> None:
    if not 1 <= place.limit <= LARGEST_LIMIT:
        raise _invalid(f"Expected a limit between 1 and {LARGEST_LIMIT}, but found {place.limit}")
    if not 0 <= place.start <= FURTHEST:
        raise _invalid(
            f"Expected 'from' between 0 and {FURTHEST}, but found {place.start}; go on with 'after' and the "
            "endCursor of a page"
        )
    if bool(place.start) + bool(place.after) + bool(place.before) > 1:
        raise _invalid("Expected one of 'from', 'after' and 'before', but found several")


def _invalid(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)
