"""How large a value is before anything walks it: as JSON, by its tree.

A list that holds one list twice, which holds one twice, …, is a megabyte after twenty steps, and twenty short
lists in memory. So each list and context is measured once however often it is held, and counts each time.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from counterflow.feel import numbers
from counterflow.feel.errors import FeelFailure
from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import KINDS as TEMPORAL

_ITEMS_PER_FUEL: Final = 8
"""Items that are measured, and later written, for one unit of fuel."""
_SCALAR: Final = 8
_LONG_INTEGER: Final = 256
_HOLDING: Final = frozenset({list, dict})
_FLAT: Final = frozenset({type(None), bool, *TEMPORAL})


def check_size(run: Run, value: Value) -> None:
    """Raise FeelFailure if a result's JSON would be too large or too deep."""
    Sizes().of(run, value)


class Sizes:
    """The sizes of the values of one evaluation, for as long as these are held."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Value, int, int]] = {}

    def of(self, run: Run, value: Value) -> int:
        """About how many bytes the JSON of a value takes, paid for. Raises FeelFailure past the limits."""
        if isinstance(value, list | dict):
            return self._measured(run, value, 1)[0]
        size = _scalar(value)
        _fits(run, size)
        return size

    def _measured(self, run: Run, value: list[Value] | dict[str, Value], level: int) -> tuple[int, int]:
        """About how many bytes, and how many levels."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1:]
        _shallow(run, level)
        run.spend(1 + len(value) // _ITEMS_PER_FUEL)
        names = sum(map(len, value)) + 4 * len(value) if isinstance(value, dict) else 0
        inner, height = self._inside(run, value.values() if isinstance(value, dict) else value, level)
        size = 2 + names + inner
        _shallow(run, height + 1)
        _fits(run, size)
        self._known[id(value)] = value, size, height + 1
        return size, height + 1

    def _inside(self, run: Run, items: Collection[Value], level: int) -> tuple[int, int]:
        kinds = set(map(type, items))
        if kinds.isdisjoint(_HOLDING):
            return _of_scalars(kinds, items), 0
        size = height = 0
        for item in items:
            if isinstance(item, list | dict):
                inner, levels = self._measured(run, item, level + 1)
                size, height = size + inner, max(height, levels)
            else:
                size += _scalar(item)
        return size, height


def _of_scalars(kinds: set[type], items: Collection[Value]) -> int:
    if kinds <= _FLAT:
        return _SCALAR * len(items)
    return sum(map(_scalar, items))


def _scalar(value: Value) -> int:
    if isinstance(value, str):
        return len(value) + 2
    if type(value) is int:
        return _SCALAR if -numbers.BOUND < value < numbers.BOUND else _LONG_INTEGER
    return _SCALAR + (abs(value.adjusted()) if isinstance(value, Decimal) else 0)


def _shallow(run: Run, levels: int) -> None:
    if levels > run.limits.nesting:
        raise FeelFailure("nesting", f"the result nests more than {run.limits.nesting} levels deep")


def _fits(run: Run, size: int) -> None:
    if size > run.limits.result_bytes:
        raise FeelFailure("size", f"the result is larger than the limit of {run.limits.result_bytes} bytes")
