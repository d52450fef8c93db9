"""The statements of the store, as text that every database understands, each written once.

Parameters are positional. The hot ones are written when the store opens; scans when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES
from counterflow.store.port import Key, StoreError, Where
from counterflow.store.sql.dialects import DatabaseKind
from counterflow.store.sql.tables import EVENT_LOG, PARTIAL_INDEXES, TABLE_OF, DatabaseTable

Parameters = tuple[int | str | None, ...]


class ScanShape(msgspec.Struct, frozen=True):
    """What makes one scan's text differ from another's.

    That is the columns compared with a parameter, those compared with several of them (and with how many),
    and those spelled out.
    """

    table: str
    bound: tuple[str, ...]
    among: tuple[tuple[str, int], ...]
    null: tuple[str, ...]
    literal: tuple[str, ...]
    after: bool
    limit: bool


class Statements:
    """Every statement that one dialect needs, by row struct."""

    def __init__(self, dialect: DatabaseKind) -> None:
        self._mark = mark = dialect.parameter
        self._scans: dict[ScanShape, str] = {}
        self._walks: dict[tuple[type[Row], str, int, int], str] = {}
        self.upsert = {row: _upsert(table, mark) for row, table in TABLE_OF.items()}
        self.delete = {row: _delete(table, mark) for row, table in TABLE_OF.items()}
        self.get = {
            row: f"{_select(table)} WHERE {_all(_equals(table.key, mark))}" for row, table in TABLE_OF.items()
        }
        self.instance = [
            self._scan(TABLE_OF[row], {row.instance_field: 0}, None, None)[0] for row in INSTANCE_TABLES
        ]
        self.instance_rows = _instance_rows(mark)
        self.append = _insert(EVENT_LOG, mark)
        self.supersede = _delete(EVENT_LOG, mark)

    def scan(
        self, row: type[Row], where: Where, after: Key | None, limit: int | None
    ) -> tuple[str, Parameters]:
        """Rows whose columns are as `where` says, in order of key, as text and parameters."""
        return self._scan(TABLE_OF[row], where, after, limit)

    def walk(self, row: type[Row], index: str, equal: int, after: int) -> str:
        """The statement for entries of an index in order, behind a place. For so many columns that are equal
        and so many of the place to go on behind; parameters are those, then the limit.
        """
        shape = row, index, equal, after
        text = self._walks.get(shape)
        if text is None:
            names = row.key_fields if index == "key" else row.indexes[index]
            text = self._walks[shape] = _walk(TABLE_OF[row], names, equal, after, self._mark)
        return text

    def read_log(self, where: Where, after: int, limit: int | None) -> tuple[str, Parameters]:
        """Log entries whose columns are as `where` says, in order of position, as text and parameters."""
        return self._scan(EVENT_LOG, where, (after,), limit)

    def _scan(
        self, table: DatabaseTable, where: Where, after: Key | None, limit: int | None
    ) -> tuple[str, Parameters]:
        literal = tuple(
            name for name, value in where.items() if PARTIAL_INDEXES.get(table.name) == (name, value)
        )
        null = tuple(name for name, value in where.items() if value is None)
        sets = {name: _filled_up(value) for name, value in where.items() if isinstance(value, frozenset)}
        bound = tuple(name for name in where if name not in (*literal, *null, *sets))
        among = tuple((name, len(values)) for name, values in sets.items())
        shape = ScanShape(table.name, bound, among, null, literal, after is not None, limit is not None)
        text = self._scans.get(shape)
        if text is None:
            text = self._scans[shape] = _query(table, shape, self._mark)
        return text, (
            *(cast("int | str", where[name]) for name in bound),
            *(value for values in sets.values() for value in values),
            *(after or ()),
            *(() if limit is None else (limit,)),
        )


def _query(table: DatabaseTable, shape: ScanShape, mark: str) -> str:
    names = (*shape.bound, *shape.null, *dict(shape.among))
    if unknown := [name for name in names if name not in table.columns]:
        raise StoreError(
            f"table {table.name} has no column {unknown[0]!r}; it has {', '.join(table.columns)}"
        )
    where = _where(_all(_conditions(table, shape, mark)))
    limit = f" LIMIT {mark}" if shape.limit else ""
    return f"{_select(table)}{where} ORDER BY {', '.join(table.key)}{limit}"


def _conditions(table: DatabaseTable, shape: ScanShape, mark: str) -> Iterator[str]:
    """Of a scan, in the order of its parameters.

    A value that a partial index is made for is spelled out: behind a parameter the planner cannot see it.
    """
    yield from _equals(shape.bound, mark)
    yield from (f"{name} IN ({_several(count, mark)})" for name, count in shape.among)
    yield from (f"{name} IS NULL" for name in shape.null)
    yield from (f"{name} = '{PARTIAL_INDEXES[table.name][1]}'" for name in shape.literal)
    if shape.after:
        yield _follows(table.key, mark)


def _walk(table: DatabaseTable, names: tuple[str, ...], equal: int, after: int, mark: str) -> str:
    """Only columns of the index, so that a database reads nothing else."""
    behind = names[equal:]
    conditions = [
        *_equals(names[:equal], mark),
        *([_follows(behind[:after], mark)] if after else ()),
        *(f"{name} IS NOT NULL" for name in behind if table.columns[name].is_null),
    ]
    columns = ", ".join(behind)
    where = _where(_all(conditions))
    return f"SELECT {columns} FROM {table.name}{where} ORDER BY {columns} LIMIT {mark}"


def _instance_rows(mark: str) -> str:
    """How many rows an instance has, as the last entry of its log says."""
    last = f"SELECT max(position) FROM event_log WHERE process_instance_key = {mark}"
    return f"SELECT instance_rows FROM event_log WHERE position = ({last})"


def _filled_up(values: frozenset[int]) -> tuple[int | None, ...]:
    """As many values as the next power of two, so that sets of all sizes need few texts.

    No value equals NULL.
    """
    return (*values, *[None] * ((1 << (len(values) - 1).bit_length()) - len(values) if values else 1))


def _select(table: DatabaseTable) -> str:
    return f"SELECT {', '.join(table.columns)} FROM {table.name}"


def _insert(table: DatabaseTable, mark: str) -> str:
    values = _several(len(table.columns), mark)
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({values})"


def _upsert(table: DatabaseTable, mark: str) -> str:
    """Unlike REPLACE it leaves the row, and indexes over unchanged columns, in place."""
    values = ", ".join(f"{name} = excluded.{name}" for name in table.columns if name not in table.key)
    return f"{_insert(table, mark)} ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {values}"


def _delete(table: DatabaseTable, mark: str) -> str:
    return f"DELETE FROM {table.name} WHERE {_all(_equals(table.key, mark))}"


def _where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


def _all(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions)


def _equals(names: Iterable[str], mark: str) -> list[str]:
    return [f"{name} = {mark}" for name in names]


def _follows(names: tuple[str, ...], mark: str) -> str:
    if len(names) == 1:
        return f"{names[0]} > {mark}"
    return f"({', '.join(names)}) > ({_several(len(names), mark)})"


def _several(count: int, mark: str) -> str:
    return ", ".join([mark] * count)
