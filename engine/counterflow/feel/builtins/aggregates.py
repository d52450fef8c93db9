"""Aggregates of lists: one value of all items (DMN 1.5, 10.3.4.4)."""

from decimal import Decimal
from typing import Final

from counterflow.feel import numbers
from counterflow.feel.builtins.registry import builtin
from counterflow.feel.numbers import CONTEXT, Number
from counterflow.feel.operators import calculate
from counterflow.feel.run import Run, Value
from counterflow.feel.values import a_kind, ordered

Items = list[Value]
_COMPARISON_FUEL: Final = 2
_SORTING_FUEL: Final = 4
"""What a number costs that is put in order, or is looked up, among all others: decimals take it."""
_SQUARE_FUEL: Final = 8


@builtin("min(list: list)", "min(list...: any)")
def min_(run: Run, items: Items) -> Value:
    """The least item; null for an empty list and, with a warning, for items without an order."""
    return _extreme(run, items, -1)


@builtin("max(list: list)", "max(list...: any)")
def max_(run: Run, items: Items) -> Value:
    """The greatest item; null for an empty list and, with a warning, for items without an order."""
    return _extreme(run, items, 1)


def _extreme(run: Run, items: Items, sign: int) -> Value:
    run.spend(len(items) * _COMPARISON_FUEL)
    if not items:
        return None
    best = items[0]
    for item in items:
        position = ordered(run, item, best)
        if position is None:
            return run.warn(
                "wrong type",
                f"min and max take values that can be compared; found {a_kind(item)} beside {a_kind(best)}",
            )
        if position == sign:
            best = item
    return best


@builtin("sum(list: list)", "sum(list...: any)")
def sum_(run: Run, items: Items) -> Value:
    """The sum of numbers or durations; null for an empty list and, with a warning, for other kinds."""
    return _summed(run, "sum", items)


def _summed(run: Run, function: str, items: Items) -> Value:
    if not items:
        return None
    run.spend(len(items))
    total = items[0]
    if not _is_summand(total):
        return run.warn("wrong type", f"{function} takes numbers or durations; found {a_kind(total)}")
    for item in items[1:]:
        total = calculate(run, "+", total, item, function)
        if total is None:
            return None
    return total


def _is_summand(value: Value) -> bool:
    return a_kind(value) in {"a number", "a days and time duration", "a years and months duration"}


@builtin("product(list: list)", "product(list...: any)")
def product(run: Run, items: Items) -> Value:
    """The product of numbers; null for an empty list and, with a warning, for other kinds."""
    factors = _numbers(run, "product", items)
    if not factors:
        return None
    result: Value = 1
    for factor in factors:
        result = calculate(run, "*", result, factor, "product")
    return result


@builtin("mean(list: list)", "mean(list...: any)")
def mean(run: Run, items: Items) -> Value:
    """The sum divided by the count; null for an empty list and, with a warning, for other kinds."""
    total = _summed(run, "mean", items)
    return None if total is None else calculate(run, "/", total, len(items), "mean")


@builtin("median(list: list)", "median(list...: any)")
def median(run: Run, items: Items) -> Value:
    """The number in the middle of the sorted ones, or the mean of the two there; null for an empty list.

    Null, with a warning, for other kinds.
    """
    run.spend(len(items) * _SORTING_FUEL)
    ascending = sorted(_numbers(run, "median", items) or [])
    if not ascending:
        return None
    middle = len(ascending) // 2
    if len(ascending) % 2:
        return ascending[middle]
    return calculate(run, "/", calculate(run, "+", ascending[middle - 1], ascending[middle]), 2)


@builtin("mode(list: list)", "mode(list...: any)")
def mode(run: Run, items: Items) -> Value:
    """The numbers that are there most often, ascending; null, with a warning, for other kinds."""
    run.spend(len(items) * _SORTING_FUEL)
    counted = _numbers(run, "mode", items)
    if counted is None:
        return None
    frequencies: dict[Number, int] = {}
    for number in counted:
        frequencies[number] = frequencies.get(number, 0) + 1
    highest = max(frequencies.values(), default=0)
    return sorted(number for number, frequency in frequencies.items() if frequency == highest)


@builtin("stddev(list: list)", "stddev(list...: any)")
def stddev(run: Run, items: Items) -> Value:
    """The deviation of a sample, so divided by one less than the count; null for fewer than two numbers.

    Null, with a warning, for other kinds, and where a square leaves the range of numbers.
    """
    run.spend(len(items) * _SQUARE_FUEL)
    sample = _numbers(run, "stddev", items)
    if sample is None or len(sample) < 2:
        return None
    deviation = numbers.compute(_deviation, *sample)
    if deviation is None:
        return run.warn("wrong value", "stddev has no result for numbers this large or this far apart")
    return numbers.whole(deviation)


def _deviation(*sample: Number) -> Decimal:
    """Raises DecimalException where a sum or a square leaves the range."""
    exact = [numbers.exact(number) for number in sample]
    average = CONTEXT.divide(_total(exact), Decimal(len(exact)))
    squares = _total([CONTEXT.power(CONTEXT.subtract(number, average), Decimal(2)) for number in exact])
    return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(exact) - 1)))


def _total(summands: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for summand in summands:
        total = CONTEXT.add(total, summand)
    return total


def _numbers(run: Run, name: str, items: Items) -> list[Number] | None:
    run.spend(len(items))
    numeric = [item for item in items if isinstance(item, int | Decimal) and not isinstance(item, bool)]
    if len(numeric) != len(items):
        return run.warn("wrong type", f"{name} takes numbers; found another kind among them")
    return numeric
