"""What a store may be searched for, as data: sources of records, conditions, an order and a place in it.

A source is one table, with rows of others beside its own: `it` is the row itself, other names are those of
its joins. The columns of a source have names of their own, which conditions and orders speak of. Conditions
hold or do not hold: what compares with a value that is not there (None) does not hold, and `Not` turns that
round. None comes before every value; texts are in the order of their code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from counterflow.kernel.row import Row

Value: TypeAlias = int | str | None
Comparison: TypeAlias = Literal["=", "<", "<=", ">", ">="]


class RowBeside(msgspec.Struct, frozen=True):
    """The row of another table beside each row, if there is one: whose fields equal paths before it."""

    name: str
    table: type[Row]
    equal: Mapping[str, str]


Form: TypeAlias = Literal["plain", "filled", "document", "date"]


class Field(msgspec.Struct, frozen=True):
    """The value at a path, such as `it.key`.

    In which form: `plain` as it is; `filled` without those that are empty or 0, which are no value; of a
    `document` the text that its bytes are; of a `date` in ISO 8601 the epoch milliseconds.
    """

    path: str
    form: Form = "plain"


class Given(msgspec.Struct, frozen=True):
    """The same value everywhere."""

    value: Value


class Chosen(msgspec.Struct, frozen=True):
    """The value that stands here for what is at some paths; none where that is not among them."""

    paths: tuple[str, ...]
    values: Mapping[tuple[int | str, ...], str]


class Holds(msgspec.Struct, frozen=True):
    """1 where a condition holds, else 0."""

    condition: Condition


class SearchSource(msgspec.Struct, frozen=True):
    """Records to search: the rows of a table with others beside them, in columns by name."""

    table: type[Row]
    joins: tuple[RowBeside, ...]
    columns: Mapping[str, Column]


class Is(msgspec.Struct, frozen=True):
    """A column compares so with a value."""

    column: str
    comparison: Comparison
    value: int | str


class Among(msgspec.Struct, frozen=True):
    """A column has one of these values."""

    column: str
    values: tuple[int | str, ...]


class Alike(msgspec.Struct, frozen=True):
    r"""A column's whole text is like a pattern.

    There `*` is any run and `?` one character; `\` takes that from the next one.
    """

    column: str
    pattern: str


class Member(msgspec.Struct, frozen=True):
    """One of the texts in a column, which is a JSON array of them, is as a condition on `value` says."""

    column: str
    where: Condition


class Missing(msgspec.Struct, frozen=True):
    """A column has no value."""

    column: str


class Not(msgspec.Struct, frozen=True):
    """A condition does not hold."""

    condition: Condition


class All(msgspec.Struct, frozen=True):
    """Each of these holds; so do none at all."""

    conditions: tuple[Condition, ...] = ()


class OneOf(msgspec.Struct, frozen=True):
    """At least one of these holds; of none at all none does."""

    conditions: tuple[Condition, ...]


class Has(msgspec.Struct, frozen=True):
    """Another source has a record for which something holds; `equal` are its columns that equal ours."""

    source: SearchSource
    equal: Mapping[str, str]
    where: Condition = All()


Column: TypeAlias = Field | Given | Chosen | Holds
Condition: TypeAlias = Is | Among | Alike | Member | Missing | Not | All | OneOf | Has


class SortColumn(msgspec.Struct, frozen=True):
    """A column that records are in the order of."""

    column: str
    is_descending: bool = False


class Search(msgspec.Struct, frozen=True):
    """At most `limit` records for which `where` holds, in an order, behind `after` in its columns."""

    source: SearchSource
    where: Condition
    order: tuple[SortColumn, ...]
    limit: int
    after: tuple[Value, ...] | None = None


class Count(msgspec.Struct, frozen=True):
    """How many records there are for which `where` holds, counted up to `most`."""

    source: SearchSource
    where: Condition
    most: int


class Groups(msgspec.Struct, frozen=True):
    """How many records there are per different values of some columns: those values, then the number."""

    source: SearchSource
    where: Condition
    by: tuple[str, ...]
    most: int = 100_000


Question: TypeAlias = Search | Count | Groups
Record: TypeAlias = tuple[Value, ...]
"""The values of a source's columns, in the order in which it names them."""


MEMBER = "value"
"""What a condition on a member calls it."""


def rank(value: Value) -> tuple[Any, ...]:
    """Where a value stands in an order: None before every value, numbers before texts."""
    return (0,) if value is None else (1, isinstance(value, str), value)


def is_alike(text: str, pattern: str) -> bool:
    """Whether a text is as a pattern says, in time of the length of one by that of the other at most.

    Only the last run is ever made longer: what an earlier one could take besides, the last one takes as well.
    """
    parts = alike_parts(pattern)
    at = part = 0
    run, run_from = -1, 0
    while at < len(text):
        if part < len(parts) and parts[part] is None:
            run, run_from, part = part, at, part + 1
        elif part < len(parts) and parts[part] in ("", text[at]):
            at, part = at + 1, part + 1
        elif run >= 0:
            run_from += 1
            at, part = run_from, run + 1
        else:
            return False
    return all(left is None for left in parts[part:])


def alike_parts(pattern: str) -> list[str | None]:
    """A pattern as literal texts, with None for any run and the empty text for one character."""
    parts: list[str | None] = []
    is_escaped = False
    for character in pattern:
        if is_escaped or character not in "*?\\":
            parts.append(character)
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == "?":
            parts.append("")
        elif parts[-1:] != [None]:
            parts.append(None)
    if is_escaped:
        parts.append("\\")
    return parts
