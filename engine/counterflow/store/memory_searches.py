"""How memory is searched: every record is looked at, as a database without indexes would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from counterflow.kernel.row import Row
from counterflow.store.searching import (
    MEMBER,
    Alike,
    All,
    Among,
    Chosen,
    Condition,
    Count,
    Field,
    Given,
    Has,
    Holds,
    Is,
    Member,
    Missing,
    Not,
    OneOf,
    Question,
    Record,
    Search,
    SearchSource,
    SortColumn,
    Value,
    is_alike,
    rank,
)

Rows = Mapping[type[Row], Mapping[Any, Row]]
Named = dict[str, Any]
"""The rows of a record, by the names that paths begin with."""

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}


def _plain(value: Any) -> Value:
    plain: Value = int(value) if isinstance(value, bool) else value
    return plain


def _date(value: str) -> int | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000)


FORMS: Mapping[str, Callable[[Any], Value]] = {
    "plain": _plain,
    "filled": lambda value: value or None,
    "document": lambda value: str(value, "utf-8"),
    "date": _date,
}


class _Member(msgspec.Struct, frozen=True):
    value: str


_MEMBERS = SearchSource(Row, (), {MEMBER: Field(f"it.{MEMBER}")})


class MemorySearch:
    """Searches these rows, which do not change meanwhile."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._by_fields: dict[tuple[type[Row], tuple[str, ...]], dict[Any, Row]] = {}

    def answer(self, question: Question) -> list[Record]:
        """What a database would say to a question."""
        source = question.source
        records = (one for one in self._records(source) if self._holds(question.where, source, one))
        if isinstance(question, Count):
            return [(sum(1 for _ in islice(records, question.most)),)]
        if not isinstance(question, Search):
            groups = Counter(self._values(source, question.by, one) for one in records)
            return [(*values, number) for values, number in islice(groups.items(), question.most)]
        names = [one.column for one in question.order]
        placed = [(self._values(source, names, one), one) for one in records]
        for place, one in reversed([*enumerate(question.order)]):
            placed.sort(key=lambda pair: rank(pair[0][place]), reverse=one.is_descending)
        if question.after is not None:
            after = question.after
            placed = [pair for pair in placed if _is_behind(pair[0], after, question.order)]
        return [self._values(source, source.columns, one) for _, one in placed[: question.limit]]

    def _records(self, source: SearchSource) -> Iterator[Named]:
        for row in [*self._rows[source.table].values()]:
            named: Named = {"it": row}
            for join in source.joins:
                fields = tuple(join.equal)
                values = tuple(_at(named, path) for path in join.equal.values())
                named[join.name] = self._found_by(join.table, fields).get(values)
            yield named

    def _found_by(self, table: type[Row], fields: tuple[str, ...]) -> dict[Any, Row]:
        if (table, fields) not in self._by_fields:
            rows = self._rows[table].values()
            self._by_fields[table, fields] = {
                tuple(getattr(row, field) for field in fields): row for row in rows
            }
        return self._by_fields[table, fields]

    def _values(self, source: SearchSource, names: Iterable[str], named: Named) -> Record:
        return tuple(self._value(source, name, named) for name in names)

    def _value(self, source: SearchSource, name: str, named: Named) -> Value:
        column = source.columns[name]
        if isinstance(column, Given):
            return column.value
        if isinstance(column, Chosen):
            return column.values.get(tuple(_at(named, path) for path in column.paths))
        if isinstance(column, Holds):
            return int(self._holds(column.condition, source, named))
        value = _at(named, column.path)
        return None if value is None else FORMS[column.form](value)

    def _holds(self, condition: Condition, source: SearchSource, named: Named) -> bool:
        match condition:
            case Is(column, comparison, value):
                held = self._value(source, column, named)
                return held is not None and COMPARISONS[comparison](held, value)
            case Among(column, values):
                return self._value(source, column, named) in values
            case Alike(column, pattern):
                held = self._value(source, column, named)
                return isinstance(held, str) and is_alike(held, pattern)
            case Member(column, inner):
                members: list[str] = msgspec.json.decode(str(self._value(source, column, named)))
                return any(self._holds(inner, _MEMBERS, {"it": _Member(one)}) for one in members)
            case Missing(column):
                return self._value(source, column, named) is None
            case Not(inner):
                return not self._holds(inner, source, named)
            case All(several):
                return all(self._holds(one, source, named) for one in several)
            case OneOf(several):
                return any(self._holds(one, source, named) for one in several)
        return self._has(condition, source, named)

    def _has(self, has: Has, outer: SearchSource, named: Named) -> bool:
        members = {mine: self._value(outer, theirs, named) for mine, theirs in has.equal.items()}
        return any(
            all(
                value is not None and self._value(has.source, mine, record) == value
                for mine, value in members.items()
            )
            and self._holds(has.where, has.source, record)
            for record in self._records(has.source)
        )


def _at(named: Named, path: str) -> Any:
    name, _, field = path.partition(".")
    row = named[name]
    return None if row is None else getattr(row, field)


def _is_behind(values: Record, after: Record, order: tuple[SortColumn, ...]) -> bool:
    for value, place, column in zip(values, after, order, strict=True):
        one, other = rank(value), rank(place)
        if one != other:
            return (one < other) if column.is_descending else (one > other)
    return False
