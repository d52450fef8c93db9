"""What a row is, and how its class describes the table that it is a row of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import ClassVar, TypeVar

import msgspec


def lines_of(text: str | None) -> list[str]:
    """What a column keeps one a line; nothing where it is empty, or there is none."""
    return text.split("\n") if text else []


def by(**columns: str) -> Mapping[str, tuple[str, ...]]:
    """Indexes over a single column each, by their names."""
    return {name: (column,) for name, column in columns.items()}


class Home(Enum):
    """Where the rows of a table are while the engine runs."""

    INSTANCE = auto()
    """With their process instance: loaded when it is touched, put away when it is safe on disk."""
    PARTITION = auto()
    """In memory, all of them, from the start on."""
    BOTH = auto()
    """In the store; in memory all of them while they are few, and those that are not safe on disk."""
    STORE = auto()
    """In the store alone."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of some table; its class says of the table what `stored` was told."""

    table: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]]
    home: ClassVar[Home]
    instance_field: ClassVar[str]
    owned: ClassVar[bool]
    known_at_start: ClassVar[bool]
    stands_still: ClassVar[bool]
    indexed_by: ClassVar[str]
    indexes: ClassVar[Mapping[str, tuple[str, ...]]]


RowType = TypeVar("RowType", bound=Row)


def stored(  # noqa: PLR0913 - what there is to say of a table
    home: Home,
    *,
    key: tuple[str, ...] = ("key",),
    instance_field: str = "process_instance_key",
    owned: bool = False,
    known_at_start: bool = False,
    stands_still: bool = False,
    indexed_by: str = "",
    indexes: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    table: str = "",
) -> Callable[[type[RowType]], type[RowType]]:
    """Describe the table of a row.

    Its name is that of the class unless it is told, its columns are the fields, of those types.

    `key` are the fields that name a row. Of rows at home in a process instance: `instance_field` holds its
    key; `owned` rows lead to their instance by their own key; those `known_at_start` are asked for across
    instances, before theirs is loaded, and those that `stand_still` are not while it is in quarantine.
    `indexed_by` is a field by whose value rows are found that are in memory from the start. `indexes` are the
    columns that databases find rows by, beside the key and the instance, by a name for each index; where the
    kernel walks along one, the columns behind those that it asks for give the order.
    """

    def describe(row: type[RowType]) -> type[RowType]:
        row.table = table or _NEXT_WORD.sub("_", row.__name__).lower()
        row.key_fields, row.home, row.indexes = key, home, indexes
        row.instance_field = instance_field if home is Home.INSTANCE else ""
        row.owned, row.stands_still, row.indexed_by = owned, stands_still, indexed_by
        row.known_at_start = known_at_start or home in {Home.PARTITION, Home.BOTH}
        return row

    return describe


_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
