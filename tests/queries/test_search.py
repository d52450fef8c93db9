"""Every column of everything that is searched, filtered and sorted at random, against plain lists.

What each record is, is asked for without a filter; what a filter finds of it and in which order, these lists
say by themselves. Both stores must find it, page by page, forwards and backwards.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cmp_to_key
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from counterflow.kernel import ended, rows
from counterflow.kernel.row import Row
from counterflow.kernel.suspended import Suspension
from counterflow.kernel.vocabulary import Rejection
from counterflow.queries.search import sources
from counterflow.queries.search.pages import MOST_COUNTED, PagePlace, Wanted, search
from counterflow.store.memory import MemoryStore
from counterflow.store.open import open_store
from counterflow.store.port import SearchTooLong, Store
from counterflow.store.searching import (
    Alike,
    All,
    Among,
    Condition,
    Count,
    Field,
    Is,
    Missing,
    Not,
    OneOf,
    Question,
    Search,
    SearchSource,
    SortColumn,
    is_alike,
)
from tests.conformance.store_samples import batch, sample

SEARCHED: dict[str, tuple[tuple[SearchSource, ...], tuple[str, ...]]] = {
    "process instances": ((sources.PROCESS_INSTANCES,), ("process_instance_key",)),
    "elements": (sources.ELEMENTS, ("element_instance_key",)),
    "jobs": (sources.JOBS, ("job_key",)),
    "incidents": (sources.INCIDENTS, ("incident_key",)),
    "variables": (sources.VARIABLES, ("scope_key", "name")),
    "definitions": (sources.PROCESS_DEFINITIONS, ("process_definition_key",)),
}
TEXTS = ("", "a", "ab", "a*b", "A", "ä", "a[b]", "abc\nb", "?")
NUMBERS = (0, 1, 2, 3, 7)
TABLES: tuple[type[Row], ...] = (
    rows.ProcessInstance,
    rows.ProcessDefinition,
    Suspension,
    rows.ElementInstance,
    ended.EndedElement,
    rows.Job,
    ended.EndedJob,
    rows.Incident,
    ended.EndedIncident,
    rows.Variable,
    ended.EndedVariable,
)


def made(table: type[Row], number: int, chance: random.Random) -> Row:
    """A row of which all but the key is by chance, with None where it may be."""
    row = sample(table, number)
    changes: dict[str, Any] = {}
    for name in table.__struct_fields__:
        value = getattr(row, name)
        if name in table.key_fields and name != "name":
            continue
        if name in {"process_instance_key", "definition_key"}:
            changes[name] = chance.randrange(1, 9)
        elif name == "state":
            changes[name] = chance.choice(("active", "activated", "completed", "failed"))
        elif name in {"value", "headers"}:
            changes[name] = chance.choice(TEXTS).encode()
        elif isinstance(value, str):
            changes[name] = chance.choice(TEXTS)
        elif isinstance(value, int) and not isinstance(value, bool):
            changes[name] = chance.choice(NUMBERS)
        if (
            name in {"tags", "business_id", "ended_at_ms", "version_tag", "error_message"}
            and chance.random() < 0.4
        ):
            changes[name] = None if table is not ended.EndedJob or name != "ended_at_ms" else 1
    if table in {ended.EndedElement, ended.EndedIncident}:
        changes["ended_at_ms"] = chance.choice(NUMBERS)
    return sample(table, number, **changes)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/a.db")
    chance = random.Random(7)
    for place, table in enumerate(TABLES):
        first = 1 + (100 * place if table.table.startswith("ended") else 0)
        opened.commit(batch(*(made(table, number, chance) for number in range(first, first + 12))))
    yield opened
    opened.close()


def records_of(store: Store, searched: tuple[SearchSource, ...]) -> list[dict[str, Any]]:
    """What there is, as the store has it."""
    found = store.search([Search(each, All(), (), 1_000) for each in searched], 5)
    names = [*searched[0].columns]
    return [
        {name: record[[*source.columns].index(name)] for name in names}
        for source, part in zip(searched, found, strict=True)
        for record in part
    ]


def holds(condition: Condition, record: dict[str, Any]) -> bool:
    match condition:
        case Is(column, comparison, value):
            found = record[column]
            if found is None or isinstance(found, str) != isinstance(value, str):
                return False
            return bool(
                {
                    "=": found == value,
                    "<": found < value,
                    "<=": found <= value,
                    ">": found > value,
                    ">=": found >= value,
                }[comparison]
            )
        case Among(column, values):
            return record[column] in values
        case Missing(column):
            return record[column] is None
        case Alike(column, pattern):
            found = record[column]
            expression = "".join(
                {"*": "(.|\n)*", "?": "(.|\n)"}.get(each, re.escape(each)) for each in pattern
            )
            return isinstance(found, str) and re.fullmatch(expression, found) is not None
        case Not(inner):
            return not holds(inner, record)
        case All(several):
            return all(holds(each, record) for each in several)
        case OneOf(several):
            return any(holds(each, record) for each in several)
    raise AssertionError(condition)


def by_chance(
    columns: list[str], records: list[dict[str, Any]], chance: random.Random, depth: int = 2
) -> Condition:
    column = chance.choice(columns)
    values = [record[column] for record in records if record[column] is not None] or [1]
    value = chance.choice(values)
    kind = chance.randrange(8 if depth else 5)
    if kind == 0 and isinstance(value, str):
        return Alike(column, chance.choice(("*", "a*", "?", "*b*", "a?*", "*b")))
    if kind <= 1:
        return Is(column, chance.choice(("=", "<", "<=", ">", ">=")), value)
    if kind == 2:
        return Missing(column)
    if kind == 3:
        return Among(column, tuple(chance.sample(values, min(2, len(values)))))
    if kind == 4:
        return Is(column, "=", value)
    some = tuple(by_chance(columns, records, chance, depth - 1) for _ in range(chance.randrange(3)))
    return Not(All(some)) if kind == 5 else OneOf(some) if kind == 6 else All(some)


def in_order(records: list[dict[str, Any]], order: tuple[SortColumn, ...]) -> list[dict[str, Any]]:
    def compared(one: dict[str, Any], other: dict[str, Any]) -> int:
        for each in order:
            left, right = one[each.column], other[each.column]
            if left == right:
                continue
            is_less = right is not None and (left is None or left < right)
            return -1 if is_less != each.is_descending else 1
        return 0

    return sorted(records, key=cmp_to_key(compared))


@pytest.mark.parametrize("kind", SEARCHED)
def test_any_filter_and_order_page_by_page(store: Store, kind: str) -> None:
    searched, key = SEARCHED[kind]
    records = records_of(store, searched)
    assert len(records) == 12 * len(searched)
    columns = [*searched[0].columns]
    for seed in range(40):
        chance = random.Random(seed)
        where = by_chance(columns, records, chance)
        some = [each for each in chance.sample(columns, chance.randrange(3)) if each not in key]
        order = (*(SortColumn(each, chance.random() < 0.5) for each in some), *map(SortColumn, key))
        expected = in_order([record for record in records if holds(where, record)], order)
        wanted = Wanted(searched, where, order)
        limit = chance.randrange(1, 9)
        found, pages = [], []
        place = PagePlace(limit)
        while (page := search(store, wanted, place)).records:
            assert (page.total, page.has_more) == (len(expected), False)
            found += page.records
            pages.append(page)
            place = PagePlace(limit, after=page.end_cursor or "")
        assert found == expected, (where, order)
        for before, page in pairwise(pages):
            place = PagePlace(limit, before=page.start_cursor or "")
            assert search(store, wanted, place).records == before.records
        start = chance.randrange(5)
        assert search(store, wanted, PagePlace(limit, start)).records == expected[start : start + limit]


def test_a_count_ends_where_it_was_told_to(store: Store) -> None:
    assert store.search([Count(sources.PROCESS_INSTANCES, All(), 5)], 5) == [[(5,)]]


def test_a_pattern_is_matched_in_time_of_its_length(store: Store) -> None:
    """`re` would take hours over the last of them, and nobody else would have a turn meanwhile."""
    for text, pattern, is_so in (
        ("abc", "a*c", True),
        ("abc", "*", True),
        ("", "*", True),
        ("", "?", False),
        ("a*c", r"a\*c", True),
        ("abc", r"a\*c", False),
        ("a\nb", "a?b", True),
        ("aXbXc", "a*X?", True),
        ("aXbXcd", "a*X?", False),
        ("AD_HOC_SUB_PROCESS_INNER_INSTANCE", "*?" * 30 + "*!", False),
    ):
        assert is_alike(text, pattern) is is_so, (text, pattern)
    assert store.search([Count(sources.PROCESS_INSTANCES, Alike("state", "*?" * 30 + "*!"), 5)], 5) == [
        [(0,)]
    ]


def test_a_filter_of_very_many_branches_is_answered(store: Store) -> None:
    branches = OneOf(tuple(Is("process_instance_key", "=", number) for number in range(4_000)))
    assert store.search([Count(sources.PROCESS_INSTANCES, branches, 5)], 5) == [[(5,)]]


def test_what_cannot_be_counted_in_time_is_no_fewer_than_a_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = store.search

    def slow(questions: Sequence[Question], within_seconds: float) -> Any:
        if any(isinstance(question, Count) for question in questions):
            raise SearchTooLong("narrow the filter")
        return ask(questions, within_seconds)

    monkeypatch.setattr(store, "search", slow)
    searched, key = SEARCHED["jobs"]
    page = search(store, Wanted(searched, All(), tuple(map(SortColumn, key))), PagePlace(2, start=1))
    assert (page.total, page.has_more) == (MOST_COUNTED, True)


@pytest.mark.parametrize(
    "place, told",
    [
        (PagePlace(0), "limit between 1 and 10000"),
        (PagePlace(start=20_000), "'from' between 0 and 10000"),
        (PagePlace(start=1, after="x"), "one of 'from', 'after' and 'before'"),
        (PagePlace(after="0"), "a cursor that a page of this very order has given"),
        (PagePlace(after="WzEsMl0="), "a cursor that a page of this very order has given"),
    ],
)
def test_a_place_that_is_none(store: Store, place: PagePlace, told: str) -> None:
    searched, key = SEARCHED["jobs"]
    with pytest.raises(Rejection, match=re.escape(told)):
        search(store, Wanted(searched, All(), tuple(map(SortColumn, key))), place)


def test_what_takes_too_long_is_broken_off_and_says_so(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/a.db")
    row = sample(rows.ProcessInstance)
    opened.commit(batch(*(replace(row, key=number) for number in range(1, 20_001))))
    slow = SearchSource(
        rows.ProcessInstance, (), {**sources.PROCESS_INSTANCES.columns, "key": Field("it.key")}
    )
    slow = SearchSource(slow.table, sources.PROCESS_INSTANCES.joins, slow.columns)
    with pytest.raises(SearchTooLong, match="narrow the filter"):
        opened.search([Search(slow, All(), (SortColumn("state"),), 10)], 0.0)
    assert len(opened.search([Search(slow, All(), (SortColumn("key"),), 10)], 5)[0]) == 10
    opened.close()
