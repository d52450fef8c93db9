"""Identity: whether two values are the same element of FEEL's domain (DMN 1.5, 10.3.2.2).

It is more than that they are equal.
"""

from collections.abc import Callable
from typing import Any, Final

from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import DateTime, Time
from counterflow.feel.values import PAIR_FUEL, Range, form, kind, same


def identical(run: Run, left: Value, right: Value) -> bool:
    """Whether two values are the same element of FEEL's domain (10.3.2.2), never null.

    That is equality, but of moments field by field; a zone by name is no other one, nor any offset.
    """
    run.spend()
    if kind(left) != kind(right):
        return False
    of_kind = _IDENTICAL.get(type(left))
    return same(run, left, right) if of_kind is None else of_kind(run, left, right)


def _identical_lists(run: Run, left: list[Value], right: list[Value]) -> bool:
    run.spend(PAIR_FUEL * len(left))
    return len(left) == len(right) and all(identical(run, *pair) for pair in zip(left, right, strict=True))


def _identical_contexts(run: Run, left: dict[str, Value], right: dict[str, Value]) -> bool:
    run.spend(PAIR_FUEL * len(left))
    return left.keys() == right.keys() and all(
        identical(run, value, right[key]) for key, value in left.items()
    )


def _identical_ranges(run: Run, left: Range, right: Range) -> bool:
    return form(left) == form(right) and identical(run, [left.start, left.end], [right.start, right.end])


_IDENTICAL: Final[dict[type, Callable[[Run, Any, Any], bool]]] = {
    list: _identical_lists,
    dict: _identical_contexts,
    Range: _identical_ranges,
    Time: lambda _run, left, right: left == right,
    DateTime: lambda _run, left, right: left == right,
}
