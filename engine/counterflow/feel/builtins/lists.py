"""Lists (DMN 1.5, 10.3.4.4). Positions count from 1, or from -1 at the end; nothing changes a list, each
function gives a new one.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from counterflow.feel import numbers
from counterflow.feel.builtins.registry import builtin, call_function
from counterflow.feel.numbers import CONTEXT, Number, shown
from counterflow.feel.operators import calculate
from counterflow.feel.run import Run, Value
from counterflow.feel.values import Function, a_kind, as_list, order, same

Items = list[Value]


# Questions


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: Items, element: Value) -> Value:
    return any(same(run, item, element) for item in items)


@builtin("count(list: list)")
def count(_run: Run, items: Items) -> Value:
    return len(items)


@builtin("is empty(list: list)")
def is_empty(_run: Run, items: Items) -> Value:
    return not items


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: Items, match: Value) -> Value:
    return [position for position, item in enumerate(items, 1) if same(run, item, match)]


@builtin("all(list: list)", "all(list...: any)")
def all_(run: Run, items: Items) -> Value:
    return _decided(run, items, decisive=False)


@builtin("any(list: list)", "any(list...: any)")
def any_(run: Run, items: Items) -> Value:
    return _decided(run, items, decisive=True)


def _decided(run: Run, items: Items, *, decisive: bool) -> bool | None:
    run.spend(len(items))
    if any(item is decisive for item in items):
        return decisive
    return (not decisive) if all(isinstance(item, bool) for item in items) else None


# Aggregates


@builtin("min(list: list)", "min(list...: any)")
def min_(run: Run, items: Items) -> Value:
    return _extreme(run, items, -1)


@builtin("max(list: list)", "max(list...: any)")
def max_(run: Run, items: Items) -> Value:
    return _extreme(run, items, 1)


def _extreme(run: Run, items: Items, sign: int) -> Value:
    run.spend(len(items))
    if not items:
        return None
    best = items[0]
    for item in items:
        position = order(item, best)
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
    factors = _numbers(run, "product", items)
    if not factors:
        return None
    result: Value = 1
    for factor in factors:
        result = calculate(run, "*", result, factor, "product")
    return result


@builtin("mean(list: list)", "mean(list...: any)")
def mean(run: Run, items: Items) -> Value:
    total = _summed(run, "mean", items)
    return None if total is None else calculate(run, "/", total, len(items), "mean")


@builtin("median(list: list)", "median(list...: any)")
def median(run: Run, items: Items) -> Value:
    ordered = sorted(_numbers(run, "median", items) or [])
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return calculate(run, "/", calculate(run, "+", ordered[middle - 1], ordered[middle]), 2)


@builtin("mode(list: list)", "mode(list...: any)")
def mode(run: Run, items: Items) -> Value:
    found = _numbers(run, "mode", items)
    if found is None:
        return None
    frequencies: dict[Number, int] = {}
    for number in found:
        frequencies[number] = frequencies.get(number, 0) + 1
    highest = max(frequencies.values(), default=0)
    return sorted(number for number, frequency in frequencies.items() if frequency == highest)


@builtin("stddev(list: list)", "stddev(list...: any)")
def stddev(run: Run, items: Items) -> Value:
    """The deviation of a sample: divided by one less than the count."""
    found = _numbers(run, "stddev", items)
    if found is None or len(found) < 2:
        return None
    deviation = numbers.compute(_deviation, *found)
    if deviation is None:
        return run.warn("wrong value", "stddev has no result for numbers this large or this far apart")
    return numbers.whole(deviation)


def _deviation(*found: Number) -> Decimal:
    """Raises DecimalException where a sum or a square leaves the range."""
    exact = [numbers.exact(number) for number in found]
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
    found = [item for item in items if isinstance(item, int | Decimal) and not isinstance(item, bool)]
    if len(found) != len(items):
        return run.warn("wrong type", f"{name} takes numbers; found another kind among them")
    return found


# New lists


@builtin("append(list: list, item...: any)")
def append(run: Run, items: Items, added: Items) -> Value:
    return _made(run, [*items, *added])


@builtin("concatenate(list...: any)")
def concatenate(run: Run, lists: Items) -> Value:
    return _joined(run, lists)


@builtin("union(list...: any)")
def union(run: Run, lists: Items) -> Value:
    return _distinct(run, _joined(run, lists))


def _joined(run: Run, lists: Items) -> Items:
    joined: Items = []
    for each in lists:
        items = as_list(each) if each is not None else [None]
        run.spend(len(items))
        joined += items
    return joined


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: Items) -> Value:
    return _distinct(run, items)


def _distinct(run: Run, items: Items) -> Items:
    run.spend(len(items))
    distinct: Items = []
    scalars: set[tuple[type, Any]] = set()
    for item in items:
        key = _scalar_key(item)
        if key is None:
            if not any(same(run, item, other) for other in distinct):
                distinct.append(item)
        elif key not in scalars:
            scalars.add(key)
            distinct.append(item)
    return distinct


def _scalar_key(value: Value) -> tuple[type, Any] | None:
    """What makes a number, string, boolean or null the same as another; None for all other kinds."""
    if value is None or isinstance(value, bool | str):
        return type(value), value
    return (Decimal, value) if isinstance(value, int | Decimal) else None


@builtin("duplicate values(list: list)")
def duplicate_values(run: Run, items: Items) -> Value:
    distinct = _distinct(run, items)
    return [each for each in distinct if sum(same(run, item, each) for item in items) > 1]


@builtin("sublist(list: list, start position: integer, length?: integer)")
def sublist(run: Run, items: Items, start: int, length: int | None = None) -> Value:
    if start == 0 or abs(start) > len(items):
        return run.warn(
            "out of range",
            f"sublist starts at a position from 1 to {len(items)}, or from the end; found {shown(start)}",
        )
    first = start - 1 if start > 0 else len(items) + start
    if length is not None and (length < 1 or first + length > len(items)):
        return run.warn(
            "out of range",
            f"sublist of a list of {len(items)} from {shown(start)} has no {shown(length)} items",
        )
    return _made(run, items[first:] if length is None else items[first : first + length])


@builtin("insert before(list: list, position: integer, newItem: any)")
def insert_before(run: Run, items: Items, position: int, item: Value) -> Value:
    index = _index(run, "insert before", items, position)
    return None if index is None else _made(run, [*items[:index], item, *items[index:]])


@builtin("remove(list: list, position: integer)")
def remove(run: Run, items: Items, position: int) -> Value:
    index = _index(run, "remove", items, position)
    return None if index is None else _made(run, [*items[:index], *items[index + 1 :]])


@builtin("list replace(list: list, position: integer, newItem: any)")
def list_replace(run: Run, items: Items, position: int, item: Value) -> Value:
    index = _index(run, "list replace", items, position)
    return None if index is None else _made(run, [*items[:index], item, *items[index + 1 :]])


@builtin("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(run: Run, items: Items, match: Function, new: Value) -> Value:
    """Replaces each item for which the function of item and new item is true."""
    if len(match.parameters) != 2:
        return run.warn(
            "wrong argument", "list replace takes a function of two parameters, the item and the new item"
        )
    answers = [call_function(run, match, item, new) for item in items]
    if not all(isinstance(answer, bool) for answer in answers):
        return run.warn("wrong type", "list replace takes a function that answers true or false")
    return _made(run, [new if answer is True else item for item, answer in zip(items, answers, strict=True)])


def _index(run: Run, name: str, items: Items, position: int) -> int | None:
    if position == 0 or abs(position) > len(items):
        return run.warn(
            "out of range",
            f"{name} takes a position from 1 to {len(items)}, or from the end; found {shown(position)}",
        )
    return position - 1 if position > 0 else len(items) + position


@builtin("reverse(list: list)")
def reverse(run: Run, items: Items) -> Value:
    return _made(run, items[::-1])


@builtin("flatten(list: list)")
def flatten(run: Run, items: Items) -> Value:
    flat: Items = []
    _flatten_into(run, items, flat)
    return flat


def _flatten_into(run: Run, items: Items, flat: Items) -> None:
    run.spend(len(items))
    for item in items:
        if isinstance(item, list):
            _flatten_into(run, item, flat)
        else:
            flat.append(item)


@builtin("partition(list: list, size: integer)")
def partition(run: Run, items: Items, size: int) -> Value:
    if size < 1:
        return run.warn("out of range", f"partition takes a size of at least 1; found {shown(size)}")
    return _made(run, [items[start : start + size] for start in range(0, len(items), size)], len(items))


@builtin("sort(list: list)", "sort(list: list, precedes: function)")
def sort(run: Run, items: Items, precedes: Function | None = None) -> Value:
    """By a function that says whether one item precedes another; without one, by their natural order."""
    compare = _natural if precedes is None else _by(precedes)
    try:
        return sorted(items, key=cmp_to_key(lambda left, right: compare(run, left, right)))
    except _Unordered as fault:
        return run.warn("wrong type", str(fault))


class _Unordered(Exception):
    """Two items have no order; `sorted` can only be left by an exception."""


def _natural(run: Run, left: Value, right: Value) -> int:
    run.spend()
    position = order(left, right)
    if position is None:
        raise _Unordered(f"sort takes items that can be compared; found {a_kind(left)} and {a_kind(right)}")
    return position


def _by(precedes: Function) -> Callable[[Run, Value, Value], int]:
    def compare(run: Run, left: Value, right: Value) -> int:
        run.spend()
        if call_function(run, precedes, left, right) is True:
            return -1
        return 1 if call_function(run, precedes, right, left) is True else 0

    return compare


def _made(run: Run, items: Items, cost: int | None = None) -> Items:
    """A new list, paid for by its length."""
    run.spend(len(items) if cost is None else cost)
    return items
