"""Variables that are searched for by name and value, of scopes that are there or have ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from counterflow.edge.rest.calls import long_key_of
from counterflow.edge.rest.families.found import root_of
from counterflow.edge.rest.filters import FilterRules
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.searches import Searched, Searches
from counterflow.edge.rest.shapes.found import FoundVariable, Truncation, VariablePage, VariableSearch
from counterflow.edge.rest.shapes.searching import KeyOperators
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.search import sources
from counterflow.queries.search.pages import find
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.store.searching import All, Condition, Not

LONGEST_VALUE: Final = 8_191
"""Characters of a value that a search shows unless it is asked for whole ones."""


class VariableOperations:
    """The questions about variables."""

    def __init__(self, service: Service) -> None:
        self._searches = Searches(service)

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "searchVariables",
                "POST",
                "/variables/search",
                "Variables with their last values; long ones are cut unless truncateValues=false.",
                self.search,
                VariableSearch,
                VariablePage,
                Truncation,
            ),
            Operation(
                "getVariable",
                "GET",
                "/variables/{variableKey}",
                "One variable, whole.",
                self.get,
                None,
                FoundVariable,
            ),
        )

    async def search(self, call: RestCall) -> Any:
        """A page of variables."""
        return await self._searches.page(call, CUT if call.query.truncate_values else WHOLE)

    async def get(self, call: RestCall) -> FoundVariable:
        """One variable."""
        key = long_key_of(call, "variableKey")

        def question(store: Store) -> FoundVariable:
            record = find(store, sources.VARIABLES, sources.with_variable_keys(store, [key]))
            if record is None:
                raise Rejection(
                    RejectionType.NOT_FOUND,
                    f"Expected to find a variable with key '{key}', but none was found",
                )
            return _variable(store, record, is_whole=True)

        variable: FoundVariable = await self._searches.ask(call, question)
        return variable


def _rules(store: Store) -> FilterRules:
    return FilterRules(
        special={
            "variable_key": lambda value: _with_key(store, value),
            "is_truncated": lambda value: _is_long(is_long=value),
        }
    )


def _with_key(store: Store, value: Any) -> Condition:
    if not isinstance(value, KeyOperators):
        return sources.with_variable_keys(store, [value])
    conditions: list[Condition] = []
    if value.eq is not None:
        conditions.append(sources.with_variable_keys(store, [value.eq]))
    if value.in_:
        conditions.append(sources.with_variable_keys(store, value.in_))
    if value.neq is not None:
        conditions.append(Not(sources.with_variable_keys(store, [value.neq])))
    if value.not_in:
        conditions.append(Not(sources.with_variable_keys(store, value.not_in)))
    if value.exists is False:
        conditions.append(Not(All()))
    return All(tuple(conditions))


def _is_long(*, is_long: bool) -> Condition:
    long = sources.longer_than(LONGEST_VALUE)
    return long if is_long else Not(long)


def _variable(store: Store, record: dict[str, Any], *, is_whole: bool) -> FoundVariable:
    value: str = record["value"]
    is_cut = not is_whole and len(value) > LONGEST_VALUE
    return FoundVariable(
        variable_key=str(sources.variable_key(record["scope_key"], record["name"])),
        name=record["name"],
        value=value[:LONGEST_VALUE] if is_cut else value,
        is_truncated=is_cut,
        scope_key=str(record["scope_key"]),
        process_instance_key=str(record["process_instance_key"]),
        root_process_instance_key=root_of(store, record["process_instance_key"], record["parent"]),
        tenant_id=record["tenant_id"],
    )


def _searched(*, is_whole: bool) -> Searched:
    return Searched(
        sources.VARIABLES,
        ("scope_key", "name"),
        lambda store, records: [_variable(store, record, is_whole=is_whole) for record in records],
        VariablePage,
        _rules,
    )


WHOLE: Final = _searched(is_whole=True)
CUT: Final = _searched(is_whole=False)
