"""Which process instances are wanted: by their rows, when they began, and what is in their variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from counterflow.kernel import rows
from counterflow.kernel.row import lines_of
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.paging import Sieve
from counterflow.store.port import Store

STATES = ("active", "completed", "terminated")
CLOCK_SLACK_MS = 3_600_000
"""By how much the clock may have been set back between two runs of the server, in ms. A younger instance has
the greater key and the later start, but for that.
"""


class InstanceFilter(NamedTuple):
    """What is left empty does not narrow.

    `variable_json` is a value in JSON, compared as a value and not as text.
    """

    bpmn_process_id: str = ""
    definition_key: int = 0
    state: str = ""
    with_incidents: bool = False
    started_after_ms: int = 0
    started_before_ms: int = 0
    variable_name: str = ""
    variable_json: str = ""
    roots_only: bool = False
    business_id: str = ""
    tag: str = ""

    def where(self) -> dict[str, int | str | None]:
        """The columns that a row must have, by their values: what a store can narrow by itself."""
        is_alive = self.variable_name or self.with_incidents
        columns: dict[str, int | str | None] = {
            "bpmn_process_id": self.bpmn_process_id,
            "definition_key": self.definition_key,
            "business_id": self.business_id,
            "state": self.state or ("active" if is_alive else ""),
        }
        where: dict[str, int | str | None] = {column: value for column, value in columns.items() if value}
        if self.roots_only:
            where["parent_instance_key"] = 0
        return where

    def sieve(self, store: Store) -> Sieve:
        """What must hold of each row besides, and where to stop looking.

        Raises `Rejection` for a filter that makes no sense.
        """
        self._refuse_nonsense()
        has_variable = self._variable_test(store)
        after_ms, before_ms = self.started_after_ms, self.started_before_ms or 2**63

        def keep(row: rows.ProcessInstance) -> bool:
            is_tagged = not self.tag or self.tag in lines_of(row.tags)
            return is_tagged and after_ms <= row.started_at_ms < before_ms and has_variable(row.key)

        return Sieve(keep, lambda row: row.started_at_ms < after_ms - CLOCK_SLACK_MS)

    def _refuse_nonsense(self) -> None:
        if self.state and self.state not in STATES:
            raise _invalid(f"Expected a state of {', '.join(STATES)}, but found '{self.state}'")
        if self.state not in {"", "active"} and (self.variable_name or self.with_incidents):
            raise _invalid(
                "Expected to look for variables or incidents among active instances, but found the state "
                f"'{self.state}'; an instance that has ended has neither any more, and its history tells "
                "what it had"
            )
        if self.variable_json and not self.variable_name:
            raise _invalid("Expected the name of a variable with its value, but found none")

    def _variable_test(self, store: Store) -> Callable[[int], bool]:
        name = self.variable_name
        if not name:
            return lambda _: True
        if not self.variable_json:
            return lambda key: store.get(rows.Variable, (key, name)) is not None
        value = _read(self.variable_json)

        def has_it(key: int) -> bool:
            variable = store.get(rows.Variable, (key, name))
            return variable is not None and _same(_read(variable.value.decode()), value)

        return has_it


EVERY_INSTANCE = InstanceFilter()


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except ValueError as error:
        raise _invalid(
            f"Expected the value of a variable as JSON, but found '{text[:60]}': {error}"
        ) from error


def _same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same value: numbers by what they are worth, and true is no 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(one == other)


def _invalid(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)
