"""What all searches share: operators of filters, orders, pages.

A filter's member may be a value or operators, of which all must hold; null and an empty list are no
condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import GenericAlias
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body


def _operator(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return "$" + first + "".join(map(str.capitalize, rest))


Compared: TypeAlias = Annotated[int, msgspec.Meta(description="Compared alone, however large it is.")]
"""A whole number that is kept nowhere: one that no row can have finds nothing."""


class TextOperators(Body, frozen=True, rename=_operator):
    """Conditions on a text, an id or a word of an enumeration."""

    eq: str | None = None
    neq: str | None = None
    exists: bool | None = None
    in_: list[str] | None = None
    not_in: list[str] | None = None
    like: str | None = None


class KeyOperators(Body, frozen=True, rename=_operator):
    """Conditions on a key."""

    eq: Compared | None = None
    neq: Compared | None = None
    exists: bool | None = None
    in_: list[Compared] | None = None
    not_in: list[Compared] | None = None


class NumberOperators(Body, frozen=True, rename=_operator):
    """Conditions on a number."""

    eq: Compared | None = None
    neq: Compared | None = None
    exists: bool | None = None
    gt: Compared | None = None
    gte: Compared | None = None
    lt: Compared | None = None
    lte: Compared | None = None
    in_: list[Compared] | None = None


class DateOperators(Body, frozen=True, rename=_operator):
    """Conditions on a moment."""

    eq: datetime | None = None
    neq: datetime | None = None
    exists: bool | None = None
    gt: datetime | None = None
    gte: datetime | None = None
    lt: datetime | None = None
    lte: datetime | None = None
    in_: list[datetime] | None = None


Operators: TypeAlias = TextOperators | KeyOperators | NumberOperators | DateOperators
Text: TypeAlias = str | TextOperators | None
Key: TypeAlias = Compared | KeyOperators | None
Number: TypeAlias = Compared | NumberOperators | None
Date: TypeAlias = datetime | DateOperators | None


class VariableWanted(Body, frozen=True):
    """A variable that must be there, with a value as JSON text."""

    name: str
    value: Text


class PageWanted(Body, frozen=True):
    """Which page: the first, from a number on, or behind or before a cursor."""

    limit: Compared | None = None
    from_: Compared | None = msgspec.field(default=None, name="from")
    after: str | None = None
    before: str | None = None


class PagePosition(Answered, frozen=True):
    """Where a page stands."""

    total_items: int
    has_more_total_items: bool
    start_cursor: str | None
    end_cursor: str | None


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def search_shape(name: str, fields: type[Any] | None, sorts: Sequence[str]) -> type[Any]:
    """The record of a search's body: what is wanted, in which order, and which page.

    `sorts` are the fields that may be sorted by, as they are called in JSON.
    """
    sort: Any = msgspec.defstruct(
        f"{name}Sort",
        [("field", Literal[tuple(sorts)]), ("order", Literal["ASC", "DESC"] | None, None)],
        bases=(Body,),
        frozen=True,
        namespace={"__doc__": "A field to sort by."},
    )
    return msgspec.defstruct(
        f"{name}Search",
        [
            *([("filter", fields | None, None)] if fields is not None else ()),
            ("sort", GenericAlias(list, (sort,)) | None, None),
            ("page", PageWanted | None, None),
        ],
        bases=(Body,),
        frozen=True,
        namespace={"__doc__": "What is searched for, in which order, and which page of it."},
    )


def page_shape(name: str, item: type[Any]) -> type[Any]:
    """The record of a search's answer."""
    return msgspec.defstruct(
        f"{name}Page",
        [("items", GenericAlias(list, (item,))), ("page", PagePosition)],
        bases=(Answered,),
        frozen=True,
        namespace={"__doc__": "A page of what was found."},
    )
