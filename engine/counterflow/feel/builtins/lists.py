"""Lists (DMN 1.5, 10.3.4.4).

Positions count from 1, or from -1 at the end; nothing changes a list, each function gives a new one.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Final

from counterflow.feel.builtins.registry import builtin, call_function
from counterflow.feel.numbers import shown
from counterflow.feel.run import TEXT_PER_FUEL, Run, Value
from counterflow.feel.values import Function, a_kind, as_list, ordered, same

Items = list[Value]
_GLANCES_PER_FUEL: Final = 4
"""Items that are looked at without being compared, for one unit of fuel."""
_COPIES_PER_FUEL: Final = 16
"""Items that go from one list into another, for one unit of fuel."""


# Questions


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: Items, element: Value) -> Value:
    """Whether an item is of the element's kind and equal to it; never null."""
    return any(same(run, item, element) for item in items)


@builtin("count(list: list)")
def count(_run: Run, items: Items) -> Value:
    """The number of items, null ones included."""
    return len(items)


@builtin("is empty(list: list)")
def is_empty(_run: Run, items: Items) -> Value:
    """Whether there are no items."""
    return not items


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: Items, match: Value) -> Value:
    """The positions, from 1 and ascending, of the items that are the same as `match`; maybe none."""
    return [position for position, item in enumerate(items, 1) if same(run, item, match)]


@builtin("all(list: list)", "all(list...: any)")
def all_(run: Run, items: Items) -> Value:
    """False if any item is false, true if all are true, else null; true for an empty list."""
    return _decided(run, items, decisive=False)


@builtin("any(list: list)", "any(list...: any)")
def any_(run: Run, items: Items) -> Value:
    """True if any item is true, false if all are false, else null; false for an empty list."""
    return _decided(run, items, decisive=True)


def _decided(run: Run, items: Items, *, decisive: bool) -> bool | None:
    run.spend(len(items) // _GLANCES_PER_FUEL)
    if any(item is decisive for item in items):
        return decisive
    return (not decisive) if all(isinstance(item, bool) for item in items) else None


# New lists


@builtin("append(list: list, item...: any)")
def append(run: Run, items: Items, added: Items) -> Value:
    """A new list: the items of this one, then those added."""
    _pay_for_copy(run, items)
    _pay_for_copy(run, added)
    return [*items, *added]


@builtin("concatenate(list...: any)")
def concatenate(run: Run, lists: Items) -> Value:
    """A new list with the items of all lists, one after another; another kind counts as a list of one."""
    return _joined(run, lists)


@builtin("union(list...: any)")
def union(run: Run, lists: Items) -> Value:
    """A new list with the items of all lists, each value once, where it came first."""
    return _distinct(run, _joined(run, lists))


def _joined(run: Run, lists: Items) -> Items:
    joined: Items = []
    for value in lists:
        items: Items = as_list(value) if value is not None else [None]
        _pay_for_copy(run, items)
        joined += items
    return joined


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: Items) -> Value:
    """A new list with each value once, where it came first."""
    return _distinct(run, items)


def _distinct(run: Run, items: Items) -> Items:
    run.spend(len(items) * _LOOK_UP_FUEL)
    distinct: Items = []
    scalars: set[tuple[type, Any]] = set()
    for item in items:
        key = _scalar_key(run, item)
        if key is None:
            if not any(same(run, item, other) for other in distinct):
                distinct.append(item)
        elif key not in scalars:
            scalars.add(key)
            distinct.append(item)
    return distinct


_LOOK_UP_FUEL: Final = 2


def _scalar_key(run: Run, value: Value) -> tuple[type, Any] | None:
    """What makes a number, string, boolean or null the same as another; None for all other kinds."""
    if isinstance(value, str):
        run.spend(len(value) // TEXT_PER_FUEL)
        return str, value
    if value is None or isinstance(value, bool):
        return type(value), value
    return (Decimal, value) if isinstance(value, int | Decimal) else None


@builtin("duplicate values(list: list)")
def duplicate_values(run: Run, items: Items) -> Value:
    """A new list with each value that is there more than once, in the order in which they came first."""
    distinct = _distinct(run, items)
    return [value for value in distinct if sum(same(run, item, value) for item in items) > 1]


@builtin("sublist(list: list, start position: integer, length?: integer)")
def sublist(run: Run, items: Items, start: int, length: int | None = None) -> Value:
    """A new list of `length` items from the start position on, or of all from there without a length.

    Null, with a warning, if there is no such position, or not so many items from there.
    """
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
    made = items[first:] if length is None else items[first : first + length]
    _pay_for_copy(run, made)
    return made


@builtin("insert before(list: list, position: integer, newItem: any)")
def insert_before(run: Run, items: Items, position: int, item: Value) -> Value:
    """A new list with the item before a position; null, with a warning, if there is no such position."""
    index = _index(run, "insert before", items, position)
    return None if index is None else [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: integer)")
def remove(run: Run, items: Items, position: int) -> Value:
    """A new list without the item at a position; null, with a warning, if there is no such position."""
    index = _index(run, "remove", items, position)
    return None if index is None else [*items[:index], *items[index + 1 :]]


@builtin("list replace(list: list, position: integer, newItem: any)")
def list_replace(run: Run, items: Items, position: int, item: Value) -> Value:
    """A new list with another item at a position; null, with a warning, if there is no such position."""
    index = _index(run, "list replace", items, position)
    return None if index is None else [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(run: Run, items: Items, match: Function, new: Value) -> Value:
    """A new list with the new item in place of each item for which the function of both is true.

    Null, with a warning, if the function has not two parameters, or answers anything but true or false.
    """
    if len(match.parameters) != 2:
        return run.warn(
            "wrong argument", "list replace takes a function of two parameters, the item and the new item"
        )
    answers = [call_function(run, match, item, new) for item in items]
    if not all(isinstance(answer, bool) for answer in answers):
        return run.warn("wrong type", "list replace takes a function that answers true or false")
    return [new if answer is True else item for item, answer in zip(items, answers, strict=True)]


def _index(run: Run, name: str, items: Items, position: int) -> int | None:
    """Where a copy of the list, which is paid for, changes; None, with a warning, if that is nowhere."""
    _pay_for_copy(run, items)
    if position == 0 or abs(position) > len(items):
        return run.warn(
            "out of range",
            f"{name} takes a position from 1 to {len(items)}, or from the end; found {shown(position)}",
        )
    return position - 1 if position > 0 else len(items) + position


@builtin("reverse(list: list)")
def reverse(run: Run, items: Items) -> Value:
    """A new list, the last item first."""
    _pay_for_copy(run, items)
    return items[::-1]


@builtin("flatten(list: list)")
def flatten(run: Run, items: Items) -> Value:
    """A new list in which lists, at any depth, have given way to their items."""
    flat: Items = []
    _flatten_into(run, items, flat)
    return flat


def _flatten_into(run: Run, items: Items, flat: Items) -> None:
    run.spend(1 + len(items) // _GLANCES_PER_FUEL)
    for item in items:
        if isinstance(item, list):
            _flatten_into(run, item, flat)
        else:
            flat.append(item)


@builtin("partition(list: list, size: integer)")
def partition(run: Run, items: Items, size: int) -> Value:
    """The items in lists of `size`, the last of what remains; null, with a warning, for a size below 1."""
    if size < 1:
        return run.warn("out of range", f"partition takes a size of at least 1; found {shown(size)}")
    _pay_for_copy(run, items)
    run.spend(len(items) // size)
    return [items[start : start + size] for start in range(0, len(items), size)]


@builtin("sort(list: list)", "sort(list: list, precedes: function)")
def sort(run: Run, items: Items, precedes: Function | None = None) -> Value:
    """A new list in order, by a function that says whether one item precedes another, or their own order.

    Items of which none precedes the other stay as they stood. Null, with a warning, if items have no order of
    their own.
    """
    run.spend(len(items) // _GLANCES_PER_FUEL)
    compare = _natural if precedes is None else _by(precedes)
    try:
        return sorted(items, key=cmp_to_key(lambda left, right: compare(run, left, right)))
    except _Unordered as fault:
        return run.warn("wrong type", str(fault))


class _Unordered(Exception):
    """Two items have no order; `sorted` can only be left by an exception."""


_COMPARISON_FUEL: Final = 2


def _natural(run: Run, left: Value, right: Value) -> int:
    run.spend(_COMPARISON_FUEL)
    position = ordered(run, left, right)
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


def _pay_for_copy(run: Run, items: Items) -> None:
    run.spend(len(items) // _COPIES_PER_FUEL)
