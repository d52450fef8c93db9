"""The statements of the store: SQLAlchemy builds them for a dialect, each is compiled to text once.

Parameters are positional in every dialect. The hot ones are compiled when the store opens; scans when first
asked for.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.sql.compiler import SQLCompiler

from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES
from counterflow.store.port import Key, StoreError, Where
from counterflow.store.sql.dialects import DatabaseKind
from counterflow.store.sql.tables import EVENT_LOG, PARTIAL_INDEXES, TABLE_OF

Parameters = tuple[int | str | None, ...]


class Statement(msgspec.Struct, frozen=True):
    """SQL text, and the constants that the dialect wants after the caller's parameters.

    For SQLite that is an OFFSET of 0.
    """

    text: str
    constants: Parameters


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
        self._dialect = dialect
        self._scans: dict[ScanShape, Statement] = {}
        self._walks: dict[tuple[type[Row], str, int, int], Statement] = {}
        self.upsert = {row: self._compile(dialect.upsert(table)).text for row, table in TABLE_OF.items()}
        self.delete = {
            row: self._compile(delete(table).where(*_equals_key(table))).text
            for row, table in TABLE_OF.items()
        }
        self.get = {
            row: self._compile(select(table).where(*_equals_key(table))).text
            for row, table in TABLE_OF.items()
        }
        self.instance = [
            self._scan(TABLE_OF[row], {row.instance_field: 0}, None, None)[0] for row in INSTANCE_TABLES
        ]
        self.instance_rows = self._compile(_instance_rows()).text
        self.append = self._compile(insert(EVENT_LOG)).text
        self.supersede = self._compile(delete(EVENT_LOG).where(*_equals_key(EVENT_LOG))).text

    def scan(
        self, row: type[Row], where: Where, after: Key | None, limit: int | None
    ) -> tuple[str, Parameters]:
        """Rows whose columns are as `where` says, in order of key, as text and parameters."""
        return self._scan(TABLE_OF[row], where, after, limit)

    def walk(self, row: type[Row], index: str, equal: int, after: int) -> tuple[str, Parameters]:
        """Entries of an index in order: its text, for so many columns that are equal and so many of the place
        to go on behind; parameters are those, then the limit, then what else is answered here.
        """
        shape = row, index, equal, after
        statement = self._walks.get(shape)
        if statement is None:
            names = row.key_fields if index == "key" else row.indexes[index]
            statement = self._walks[shape] = self._compile(_walk(TABLE_OF[row], names, equal, after))
        return statement.text, statement.constants

    def read_log(self, where: Where, after: int, limit: int | None) -> tuple[str, Parameters]:
        """Log entries whose columns are as `where` says, in order of position, as text and parameters."""
        return self._scan(EVENT_LOG, where, (after,), limit)

    def _scan(
        self, table: Table, where: Where, after: Key | None, limit: int | None
    ) -> tuple[str, Parameters]:
        literal = tuple(
            name for name, value in where.items() if PARTIAL_INDEXES.get(table.name) == (name, value)
        )
        null = tuple(name for name, value in where.items() if value is None)
        sets = {name: _filled_up(value) for name, value in where.items() if isinstance(value, frozenset)}
        bound = tuple(name for name in where if name not in (*literal, *null, *sets))
        among = tuple((name, len(values)) for name, values in sets.items())
        shape = ScanShape(table.name, bound, among, null, literal, after is not None, limit is not None)
        statement = self._scans.get(shape)
        if statement is None:
            statement = self._scans[shape] = self._compile(_query(table, shape))
        return statement.text, (
            *(cast("int | str", where[name]) for name in bound),
            *(value for values in sets.values() for value in values),
            *(after or ()),
            *(() if limit is None else (limit,)),
            *statement.constants,
        )

    def _compile(self, element: ClauseElement) -> Statement:
        compiled = cast("SQLCompiler", element.compile(dialect=self._dialect.sqlalchemy))
        constants = (compiled.params[name] for name in compiled.positiontup or ())
        return Statement(str(compiled), tuple(value for value in constants if value is not None))


def _query(table: Table, shape: ScanShape) -> Select[tuple[object, ...]]:
    """A scan.

    A value that a partial index is made for is spelled out: behind a parameter the planner cannot see it.
    """
    sets = dict(shape.among)
    if unknown := [name for name in (*shape.bound, *shape.null, *sets) if name not in table.c]:
        raise StoreError(
            f"table {table.name} has no column {unknown[0]!r}; it has {', '.join(table.c.keys())}"
        )
    query = select(table).order_by(*table.primary_key)
    query = query.where(*(table.c[name] == bindparam(name) for name in shape.bound))
    query = query.where(
        *(
            table.c[name].in_([bindparam(f"{name}_{number}") for number in range(count)])
            for name, count in shape.among
        )
    )
    query = query.where(*(table.c[name].is_(None) for name in shape.null))
    query = query.where(
        *(table.c[name] == literal_column(f"'{PARTIAL_INDEXES[table.name][1]}'") for name in shape.literal)
    )
    if shape.after:
        query = query.where(_follows_key(table))
    return query.limit(bindparam("limit")) if shape.limit else query


def _walk(table: Table, names: tuple[str, ...], equal: int, after: int) -> Select[Any]:
    """Only columns of the index, so that a database reads nothing else."""
    columns = [table.c[name] for name in names]
    behind = columns[equal:]
    query = select(*behind).order_by(*behind).limit(bindparam("limit"))
    query = query.where(*(column == bindparam(f"equal_{column.name}") for column in columns[:equal]))
    query = query.where(*(column.is_not(None) for column in behind if column.nullable))
    if after == 1:
        query = query.where(behind[0] > bindparam("after"))
    elif after:
        place = (bindparam(f"after_{column.name}", type_=column.type) for column in behind[:after])
        query = query.where(tuple_(*behind[:after]) > tuple_(*place))
    return query


def _instance_rows() -> Select[tuple[object, ...]]:
    """How many rows an instance has, as the last entry of its log says."""
    columns = EVENT_LOG.c
    last = select(func.max(columns.position)).where(columns.process_instance_key == bindparam("instance"))
    return select(columns.instance_rows).where(columns.position == last.scalar_subquery())


def _filled_up(values: frozenset[int]) -> tuple[int | None, ...]:
    """As many values as the next power of two, so that sets of all sizes need few texts.

    No value equals NULL.
    """
    return (*values, *[None] * ((1 << (len(values) - 1).bit_length()) - len(values) if values else 1))


def _equals_key(table: Table) -> list[ColumnElement[bool]]:
    return [column == bindparam(f"key_{column.name}") for column in table.primary_key]


def _follows_key(table: Table) -> ColumnElement[bool]:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0] > bindparam("after")
    return tuple_(*columns) > tuple_(
        *(bindparam(f"after_{column.name}", type_=column.type) for column in columns)
    )
