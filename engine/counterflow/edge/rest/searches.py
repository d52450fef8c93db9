"""How searches are answered: what is asked for becomes conditions, order and place, what is found records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from counterflow.edge.rest.filters import FilterRules, condition_of
from counterflow.edge.rest.operations import RestCall
from counterflow.edge.rest.shapes.searching import PagePosition
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.search.pages import DEFAULT_LIMIT, Found, PagePlace, Wanted, find, search
from counterflow.service.refusals import Invalid
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.store.searching import All, Column, Condition, SearchSource, SortColumn

Shaped = Callable[[Store, list[dict[str, Any]]], list[Any]]
"""Records of a page as what is answered, with what is beside them in the store."""
_NEXT_WORD = re.compile(r"(?=[A-Z])")
NO_RULES = FilterRules()


class Searched(msgspec.Struct, frozen=True):
    """One kind of thing that is searched for, and how it is answered."""

    sources: tuple[SearchSource, ...]
    key: tuple[str, ...]
    """The columns that name a record."""
    shaped: Shaped
    page: type[Any]
    rules: Callable[[Store], FilterRules] = lambda _: NO_RULES
    named: Mapping[str, Callable[[Store], Column]] = {}
    """Columns whose values are in files and not in rows; they are read where a search speaks of them."""


class Searches:
    """Answers searches from a service's store, in threads beside the engine."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def page(self, call: RestCall, searched: Searched, within: Condition = All()) -> Any:  # noqa: B008 - a frozen record
        """A page of what a request searches for, of that for which `within` holds."""
        body = call.body
        order, place = order_of(body.sort or (), searched.key), place_of(body.page)
        fields = getattr(body, "filter", None)

        def question(store: Store) -> tuple[Found, list[Any]]:
            where = All((within, condition_of(fields, searched.rules(store))))
            mentioned = {*_members(fields), *(one.column for one in order)}
            columns = {name: read(store) for name, read in searched.named.items() if name in mentioned}
            sources = tuple(replace(one, columns={**one.columns, **columns}) for one in searched.sources)
            result = search(store, Wanted(sources, where, order), place)
            return result, searched.shaped(store, result.records)

        result, items = await self.ask(call, question)
        info = PagePosition(
            total_items=result.total,
            has_more_total_items=result.has_more,
            start_cursor=result.start_cursor,
            end_cursor=result.end_cursor,
        )
        return searched.page(items=items, page=info)

    async def one(self, call: RestCall, searched: Searched, kind: str, where: Condition) -> Any:
        """The one thing for which something holds. Raises `Rejection` where there is none."""

        def question(store: Store) -> Any:
            record = find(store, searched.sources, where)
            if record is None:
                raise Rejection(
                    RejectionType.NOT_FOUND,
                    f"Expected to find a {kind} with key '{next(iter(call.path.values()))[:100]}', but none "
                    "was found",
                )
            return searched.shaped(store, [record])[0]

        return await self.ask(call, question)

    async def ask(self, call: RestCall, question: Callable[[Store], Any]) -> Any:
        """The answer to any question, in its turn."""
        with self._service.admission.waiting(call.visitor.account):
            return await self._service.questions.ask(question)


def _members(fields: Any) -> Iterator[str]:
    """The members of a filter that are there, also of those that it has one of."""
    if fields is None:
        return
    for name in fields.__struct_fields__:
        value = getattr(fields, name)
        if name == "any_of":
            for one in value or ():
                yield from _members(one)
        elif value is not None:
            yield name


def order_of(sort: Sequence[Any], key: tuple[str, ...]) -> tuple[SortColumn, ...]:
    """The order that was asked for, and by the key where that leaves something open."""
    order: dict[str, SortColumn] = {}
    for one in sort:
        column = snake(one.field)
        if column in order:
            raise Invalid(f"Expected each field once in sort, but found '{one.field}' twice")
        order[column] = SortColumn(column, one.order == "DESC")
    for column in key:
        order.setdefault(column, SortColumn(column))
    return tuple(order.values())


def place_of(page: Any) -> PagePlace:
    """The place that was asked for."""
    if page is None:
        return PagePlace()
    limit = DEFAULT_LIMIT if page.limit is None else page.limit
    return PagePlace(limit, page.from_ or 0, page.after or "", page.before or "")


def snake(name: str) -> str:
    """A member of JSON as its column is called."""
    return "_".join(_NEXT_WORD.split(name)).lower()


def key_text(key: int | None) -> str | None:
    """A key as texts in answers have it, None where there is none."""
    return str(key) if key else None


def moment(milliseconds: int | None) -> str | None:
    """Epoch milliseconds as a moment in ISO 8601."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
