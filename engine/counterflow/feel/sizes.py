"""How large a value is before anything walks it: as JSON, by its tree.

A list that holds one list twice, which holds one twice, …, is a megabyte after twenty steps, and twenty short
lists in memory. So each list and context is measured once however often it is held, and counts each time.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final, NoReturn

from counterflow.feel import numbers
from counterflow.feel.errors import FeelFailure
from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import KINDS as TEMPORAL

_ITEMS_PER_FUEL: Final = 8
"""Items that are measured for one unit of fuel."""
_WRITTEN_PER_FUEL: Final = 4
"""Items that are written as JSON for one unit of fuel."""
_SCALAR: Final = 8
_LONG_INTEGER: Final = 256
_HOLDING: Final = frozenset({list, dict})
_FLAT: Final = frozenset({type(None), bool, *TEMPORAL})


def check_size(run: Run, value: Value) -> None:
    """Pay for a result that is to be written. Raises FeelFailure if it would be too large or too deep."""
    Sizes().to_write(run, value)


class Sizes:
    """The sizes of the values of one evaluation, for as long as these are held."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Value, int, int, int]] = {}

    def of(self, run: Run, value: Value) -> int:
        """About how many bytes the JSON of a value takes, paid for. Raises FeelFailure past the limits."""
        if isinstance(value, list | dict):
            return self._measured(run, value, 1)[0]
        size = _scalar(value)
        _fits(run, size)
        return size

    def to_write(self, run: Run, value: Value) -> int:
        """As `of`, and pays for what writing takes: an item that is held many times is written each time."""
        size = self.of(run, value)
        known = self._known.get(id(value))
        if known is not None:
            run.spend(known[3] // _WRITTEN_PER_FUEL)
        return size

    def _measured(self, run: Run, value: list[Value] | dict[str, Value], level: int) -> tuple[int, int, int]:
        """About how many bytes, how many levels, and how many items in all."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1:]
        count, limits = len(value), run.limits
        run.fuel -= 1 + count // _ITEMS_PER_FUEL
        if run.fuel < 0:
            run.exhausted()
        items: Collection[Value] = value
        size, height, total = 2, 0, count
        if isinstance(value, dict):
            items, size = value.values(), 2 + sum(map(len, value)) + 4 * count
        if _HOLDING.isdisjoint(map(type, items)):
            size += _of_scalars(items)
        else:
            inner, height, more = self._inside(run, items, level)
            size, total = size + inner, total + more
        if level > limits.nesting or height >= limits.nesting:
            _refuse_depth(run)
        if size > limits.result_bytes:
            _fits(run, size)
        self._known[id(value)] = value, size, height + 1, total
        return size, height + 1, total

    def _inside(self, run: Run, items: Collection[Value], level: int) -> tuple[int, int, int]:
        size = height = total = 0
        if level >= run.limits.nesting:
            _refuse_depth(run)
        for item in items:
            if isinstance(item, list | dict):
                inner, levels, more = self._measured(run, item, level + 1)
                size, total = size + inner, total + more
                height = max(height, levels)
            else:
                size += _scalar(item)
        return size, height, total


def _of_scalars(items: Collection[Value]) -> int:
    return _SCALAR * len(items) if _FLAT.issuperset(map(type, items)) else sum(map(_scalar, items))


def _scalar(value: Value) -> int:
    if isinstance(value, str):
        return len(value) + 2
    if type(value) is int:
        return _SCALAR if -numbers.BOUND < value < numbers.BOUND else _LONG_INTEGER
    return _SCALAR + (abs(value.adjusted()) if isinstance(value, Decimal) else 0)


def _refuse_depth(run: Run) -> NoReturn:
    raise FeelFailure("nesting", f"the result nests more than {run.limits.nesting} levels deep")


def _fits(run: Run, size: int) -> None:
    if size > run.limits.result_bytes:
        raise FeelFailure("size", f"the result is larger than the limit of {run.limits.result_bytes} bytes")
