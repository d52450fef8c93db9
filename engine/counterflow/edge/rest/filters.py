"""Filters of searches as conditions: each member with the operators that it came with.

What is not equal to a value includes what has none. Words of enumerations are compared as people write them,
and become those that rows have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from counterflow.edge.rest.shapes.searching import (
    DateOperators,
    KeyOperators,
    NumberOperators,
    TextOperators,
)
from counterflow.service.refusals import Invalid
from counterflow.store.searching import (
    Alike,
    All,
    Among,
    Comparison,
    Condition,
    Has,
    Is,
    Missing,
    Not,
    OneOf,
    is_alike,
)

OPERATORS: Final = (TextOperators, KeyOperators, NumberOperators, DateOperators)
MOST_VALUES: Final = 5_000
"""How many values all conditions of a filter may compare with."""
LONGEST_PATTERN: Final = 500
"""How many characters a pattern of `$like` may have."""
SMALLEST, LARGEST = -(2**63), 2**63 - 1
COMPARISONS: Mapping[str, Comparison] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

Words = Mapping[str, tuple[str, ...]]
"""Per word of an enumeration, those that rows have for it."""
Special = Callable[[Any], Condition]


class FilterRules(msgspec.Struct, frozen=True):
    """How the members of a filter are meant that are not just a column of the same name."""

    words: Mapping[str, Words] = {}
    special: Mapping[str, Special] = {}
    joint: Mapping[tuple[str, ...], Special] = {}
    """Members that speak together of one other thing; what they mean is made of the whole filter."""


def condition_of(fields: Any, rules: FilterRules) -> Condition:
    """What a filter says; of None, nothing. Raises `Invalid`."""
    condition = All(tuple(_conditions(fields, rules))) if fields is not None else All()
    if (values := _values_in(condition)) > MOST_VALUES:
        raise Invalid(
            f"Expected a filter that compares with at most {MOST_VALUES} values, but found {values}; ask in "
            "several searches"
        )
    return condition


def _conditions(fields: Any, rules: FilterRules) -> Iterator[Condition]:
    jointly = {name for names in rules.joint for name in names}
    for names, special in rules.joint.items():
        if any(getattr(fields, name) is not None for name in names):
            yield special(fields)
    for name in fields.__struct_fields__:
        value = getattr(fields, name)
        if value is None or value == [] or name in jointly:
            continue
        if name in rules.special:
            yield rules.special[name](value)
        elif name == "any_of":
            yield OneOf(tuple(All(tuple(_conditions(branch, rules))) for branch in value))
        elif name in rules.words:
            yield among_words(name, value, rules.words[name])
        else:
            yield compared(name, value)


def compared(column: str, value: Any) -> Condition:
    """A column is as a member of a filter says, by value or by operators."""
    if not isinstance(value, OPERATORS):
        return _equal(column, value)
    return All(tuple(_operated(column, name, operand) for name, operand in _told(value)))


def among_words(column: str, value: Any, words: Words) -> Condition:
    """A column has a word, as a member of a filter says of words."""
    return Among(column, tuple(inner for word in meant_words(value, words) for inner in words[word]))


def meant_words(value: Any, words: Iterable[str]) -> list[str]:
    """The words that a member of a filter means. Raises `Invalid` for one that there is not."""
    known = [*words]
    unknown = [operand for operand in _named(value) if operand not in known]
    if unknown:
        raise Invalid(f"Expected one of {', '.join(known)}, but found '{unknown[0][:100]}'")
    return [word for word in known if _is_meant(word, value)]


def all_lines(column: str) -> Special:
    """A column that keeps texts one a line has all of these."""

    def wanted(texts: list[str]) -> Condition:
        return All(tuple(_has_line(column, text) for text in texts))

    return wanted


def all_variables(has: Callable[[str, Condition], Condition]) -> Special:
    """Each of these variables is there, with such a value; `has` says it of one, by name and by its value."""
    return lambda filters: All(tuple(has(one.name, _of_value(one.value)) for one in filters))


def holds_for(value: Any, number: int) -> bool:
    """Whether a number is as a member of a filter says."""
    if isinstance(value, int):
        return number == value
    operators: NumberOperators = value
    bounds = (
        operators.gt is None or number > operators.gt,
        operators.gte is None or number >= operators.gte,
        operators.lt is None or number < operators.lt,
        operators.lte is None or number <= operators.lte,
    )
    return (
        all(bounds)
        and (operators.eq is None or number == operators.eq)
        and (operators.neq is None or number != operators.neq)
        and (not operators.in_ or number in operators.in_)
        and operators.exists is not False
    )


def is_so(condition: Condition) -> Special:
    """A condition holds, or does not, as a truth value says."""
    return lambda value: condition if value else Not(condition)


def milliseconds(moment: datetime) -> tuple[int, int]:
    """The epoch milliseconds at or before a moment, and at or behind it."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return microseconds // 1_000, -(-microseconds // 1_000)


def _of_value(value: Any) -> Condition:
    return compared("value", value) if value is not None else All()


def _told(operators: Any) -> Iterator[tuple[str, Any]]:
    for name in operators.__struct_fields__:
        value = getattr(operators, name)
        if value is not None and value != []:
            yield name, value


def _operated(column: str, name: str, value: Any) -> Condition:
    match name:
        case "eq":
            return _equal(column, value)
        case "neq":
            return Not(_equal(column, value))
        case "exists":
            return Not(Missing(column)) if value else Missing(column)
        case "in_":
            return (
                OneOf(tuple(_equal(column, one) for one in value))
                if isinstance(value[0], datetime)
                else _in(column, value)
            )
        case "not_in":
            return Not(_in(column, value))
        case "like":
            _refuse_long_pattern(value)
            return Alike(column, value)
    return _beyond(column, name, value)


def _beyond(column: str, name: str, value: Any) -> Condition:
    if isinstance(value, datetime):
        floor, ceiling = milliseconds(value)
        value = floor if name in {"gt", "lte"} else ceiling
    if not SMALLEST <= value <= LARGEST:
        value = max(SMALLEST, min(value, LARGEST))
    return Is(column, COMPARISONS[name], value)


def _equal(column: str, value: Any) -> Condition:
    if isinstance(value, datetime):
        floor, ceiling = milliseconds(value)
        return Is(column, "=", floor) if floor == ceiling else Among(column, ())
    if isinstance(value, bool):
        return Is(column, "=", int(value))
    return _in(column, [value]) if isinstance(value, int) else Is(column, "=", value)


def _in(column: str, values: list[Any]) -> Condition:
    known = tuple(one for one in values if not isinstance(one, int) or SMALLEST <= one <= LARGEST)
    return Is(column, "=", known[0]) if len(known) == 1 else Among(column, known)


def _named(value: Any) -> list[str]:
    """The words that a member of a filter names as they stand."""
    if isinstance(value, str):
        return [value]
    operators: TextOperators = value
    _refuse_long_pattern(operators.like or "")
    single = [one for one in (operators.eq, operators.neq) if one is not None]
    return [*single, *(operators.in_ or ()), *(operators.not_in or ())]


def _is_meant(word: str, value: Any) -> bool:
    if isinstance(value, str):
        return word == value
    operators: TextOperators = value
    return (
        (operators.eq is None or word == operators.eq)
        and (operators.neq is None or word != operators.neq)
        and (not operators.in_ or word in operators.in_)
        and (not operators.not_in or word not in operators.not_in)
        and (operators.like is None or is_alike(word, operators.like))
        and operators.exists is not False
    )


def _refuse_long_pattern(pattern: str) -> None:
    """Time goes with the length of a pattern by that of the texts, and nothing breaks off in between."""
    if len(pattern) > LONGEST_PATTERN:
        raise Invalid(
            f"Expected a pattern of at most {LONGEST_PATTERN} characters in $like, but found {len(pattern)}; "
            "leave out what the rest implies"
        )


def _has_line(column: str, text: str) -> Condition:
    plain = re.sub(r"([*?\\])", r"\\\1", text)
    patterns = (plain, f"{plain}\n*", f"*\n{plain}", f"*\n{plain}\n*")
    return OneOf(tuple(Alike(column, pattern) for pattern in patterns))


def _values_in(condition: Condition) -> int:
    if isinstance(condition, All | OneOf):
        return sum(map(_values_in, condition.conditions)) + 1
    if isinstance(condition, Not):
        return _values_in(condition.condition)
    if isinstance(condition, Has):
        return _values_in(condition.where) + 1
    return len(condition.values) if isinstance(condition, Among) else 1
