"""The kinds of FEEL values, and what is the same for all of them: equality, order, text and JSON.

Equality and order are three-valued (DMN 1.5, table 42 and 10.3.2.15): True, False, or None where the question
has no answer.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import msgspec

from counterflow.feel import numbers
from counterflow.feel.errors import FeelFailure, cut
from counterflow.feel.run import TEXT_PER_FUEL, Limits, Local, Run, Value
from counterflow.feel.temporal import SECOND_NS, Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.feel.tree import TypeName

Code = Callable[[Run, Local], Value]
"""A compiled expression."""


class Range(msgspec.Struct, frozen=True, eq=False):
    """`[1..3]`; an end that is None is no end at all.

    `(> 3)` keeps its `operator`; in `(!= 3)` both ends are what is left out.
    """

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True
    operator: str = ""

    def __str__(self) -> str:
        if self.operator:
            return f"({self.operator}{written(self.end if self.start is None else self.start)})"
        start, end = written(self.start), written(self.end)
        return f"{'[' if self.start_included else '('}{start}..{end}{']' if self.end_included else ')'}"


class Function(msgspec.Struct, frozen=True, eq=False):
    """Something that can be called with positional arguments, by `call`.

    `parameters` are their names, `types` their types and `result` the type of the answer, each as far as it
    is known. `name` is that of a built-in; all others have none. `by_name` calls one that may be declared
    several times, with other parameters each time.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[[Run, list[Value]], Value]
    types: tuple[TypeName | None, ...] = ()
    result: TypeName | None = None
    by_name: Callable[[Run, tuple[str, ...], list[Value]], Value] | None = None

    def __str__(self) -> str:
        return f"function({', '.join(self.parameters)})"


KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
    Range: "range",
    Function: "function",
}
TEMPORAL: Final = frozenset({Date, Time, DateTime, DaysDuration, MonthsDuration})


def kind(value: Value) -> str:
    """The name of a value's type, as `instance of` spells it."""
    return KINDS[type(value)]


_LISTED: Final = 10


def listed(names: Iterable[str]) -> str:
    """The names of parameters for a message: `(a, b)`."""
    first = [cut(name) for name in islice(names, _LISTED + 1)]
    return f"({', '.join(first[:_LISTED])}{', …' if len(first) > _LISTED else ''})"


def no_variable(function_name: str) -> str:
    """The words for a message: nothing was found under the name of a function."""
    return f"there is no variable '{cut(function_name)}' (a function has this name)"


def a_kind(value: Value) -> str:
    """A value's kind with an article, for messages; a built-in's name, for a variable may have been meant."""
    if isinstance(value, Function) and value.name:
        return f"the function {value.name!r}"
    name = kind(value)
    return name if name == "null" else f"a {name}"


# Order

_ORDER: Final[dict[type, Callable[[Any], Any]]] = {
    int: lambda value: value,
    Decimal: lambda value: value,
    str: lambda value: value,
    Date: lambda value: value,
    Time: lambda value: value.instant,
    DateTime: lambda value: value.instant,
    DaysDuration: lambda value: value.nanoseconds,
    MonthsDuration: lambda value: value.months,
}


def order(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None if the two have no order."""
    key = _ORDER.get(type(left))
    if key is None or kind(left) != kind(right):
        return None
    first, second = (
        (key(left), _ORDER[type(right)](right))
        if _same_clock(left, right)
        else (_reading(left), _reading(right))
    )
    return 1 if first > second else -1 if first < second else 0


def _reading(moment: Any) -> int:
    """The nanoseconds that order a local moment and one with a zone: the local one is taken to be in it.

    DMN 1.5, table 54.
    """
    nanoseconds: int = moment.nanoseconds
    return nanoseconds


def compare(run: Run, operator: str, left: Value, right: Value) -> int | None:
    """As `order`, paid for, with a warning where there is none."""
    result = ordered(run, left, right)
    if result is None:
        kinds = f"found {a_kind(left)} and {a_kind(right)}"
        run.warn(
            "wrong type",
            f"`{operator}` compares two numbers, strings, dates, times or durations of one kind; {kinds}",
        )
    return result


_COSTLY: Final = frozenset({str, Time, DateTime})


def ordered(run: Run, left: Value, right: Value) -> int | None:
    """As `order`, paid for."""
    if type(left) in _COSTLY:
        pay_for_order(run, left, right)
    return order(left, right)


_CLOCK_FUEL: Final = 2
ZONE_FUEL: Final = 12
"""What it takes to ask a zone of the tz database for its offset, at two moments."""


def pay_for_order(run: Run, left: Value, right: Value) -> None:
    """Pay for one comparison: of texts all of the shorter one may be read, and moments ask their zones."""
    if isinstance(left, str) and isinstance(right, str):
        run.spend(min(len(left), len(right)) // TEXT_PER_FUEL)
    elif isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime):
        run.spend(ZONE_FUEL if has_named_zone(left) or has_named_zone(right) else _CLOCK_FUEL)


def has_named_zone(moment: Time | DateTime) -> bool:
    """Whether the moment's offset has to be asked of the tz database."""
    zone = moment.zone if isinstance(moment, Time) else moment.time.zone
    return zone is not None and bool(zone.name)


def _same_clock(left: Value, right: Value) -> bool:
    # A local time and one with a zone are not the same.
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        return (left.time.zone is None) == (right.time.zone is None)
    if isinstance(left, Time) and isinstance(right, Time):
        return (left.zone is None) == (right.zone is None)
    return True


# Equality


def equal(run: Run, left: Value, right: Value) -> bool | None:
    """Whether two values are the same; None, with a warning, if they are of different kinds."""
    run.spend()
    if type(left) in _COSTLY:
        pay_for_order(run, left, right)
    if left is None or right is None:
        return left is right
    if kind(left) != kind(right):
        run.warn("wrong type", f"`=` compares values of one kind; found {a_kind(left)} and {a_kind(right)}")
        return None
    same = _EQUAL.get(type(left))
    return left == right if same is None else same(run, left, right)


def same(run: Run, left: Value, right: Value) -> bool:
    """Whether two values are of one kind and equal, without a warning where they are not."""
    run.spend()
    return kind(left) == kind(right) and equal(run, left, right) is True


PAIR_FUEL: Final = 3
"""What a pair inside two lists or contexts costs beyond its own comparison."""


def _equal_lists(run: Run, left: list[Value], right: list[Value]) -> bool | None:
    if len(left) != len(right):
        return False
    run.spend(PAIR_FUEL * len(left))
    return _all(equal(run, first, second) for first, second in zip(left, right, strict=True))


def _equal_contexts(run: Run, left: dict[str, Value], right: dict[str, Value]) -> bool | None:
    if not same_keys(run, left, right):
        return False
    return _all(equal(run, left[key], right[key]) for key in left)


def same_keys(run: Run, left: dict[str, Value], right: dict[str, Value]) -> bool:
    """Whether two contexts have the same entries; paid for, with what asking for these will take."""
    if len(left) != len(right):
        return False
    run.spend(PAIR_FUEL * len(left) + sum(map(len, left)) // TEXT_PER_FUEL)
    return left.keys() == right.keys()


def form(of: Range) -> tuple[bool, bool, str]:
    """A range without its ends: whether they are included, and its operator."""
    return of.start_included, of.end_included, of.operator


def _equal_ranges(run: Run, left: Range, right: Range) -> bool | None:
    if form(left) != form(right):
        return False
    return _all(equal(run, *pair) for pair in ((left.start, right.start), (left.end, right.end)))


def _all(answers: Any) -> bool | None:
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _equal_moments(_run: Run, left: Time | DateTime, right: Time | DateTime) -> bool:
    # The standard compares whole seconds (10.3.2.3.5: value_t); order looks at the fractions, too.
    return _same_clock(left, right) and left.instant // SECOND_NS == right.instant // SECOND_NS


_EQUAL: Final[dict[type, Callable[[Run, Any, Any], bool | None]]] = {
    list: _equal_lists,
    dict: _equal_contexts,
    Range: _equal_ranges,
    Time: _equal_moments,
    DateTime: _equal_moments,
    Function: lambda _run, left, right: left is right,
}


# Ranges and lists


def contains(run: Run, container: Range, value: Value) -> bool | None:
    """Whether a value lies in a range; None if it cannot be compared with the range's ends."""
    if container.operator == "!=":
        same = equal(run, container.start, value)
        return None if same is None else not same
    above = _beyond(run, value, container.start, container.start_included)
    below = _beyond(run, container.end, value, container.end_included) if container.end is not None else True
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def _beyond(run: Run, value: Value, limit: Value, included: bool) -> bool | None:
    if limit is None:
        return True
    position = compare(run, "in", value, limit)
    return None if position is None else position > 0 or (included and position == 0)


def as_list(value: Value) -> list[Value]:
    """A list as it is, null as an empty one, anything else as a list of one (DMN 1.5, 10.3.2.9.4)."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


# Text

_FOR_A_PERSON: Final = Limits(fuel=2_000, result_bytes=20_000)


def text(run: Run, value: Value) -> str:
    """What string() gives: a string as it is, everything else as it would be written in FEEL."""
    return value if isinstance(value, str) else _text(run, value)


def _text(run: Run, value: Value) -> str:
    run.spend()
    if isinstance(value, list):
        return run.text("[" + ", ".join([_text(run, item) for item in value]) + "]")
    if isinstance(value, dict):
        return run.text("{" + ", ".join([f"{key}: {_text(run, item)}" for key, item in value.items()]) + "}")
    return run.text(written(value))


def written(value: Value) -> str:
    """A value that holds no others, as it would be written in FEEL."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | Decimal):
        return numbers.plain(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def to_text(value: Value, limits: Limits = _FOR_A_PERSON) -> str:
    """Any value as it would be written in FEEL, for a person; of one that is too large for that, its kind."""
    try:
        return _text(Run({}, 0, limits, limits.fuel), value)
    except (FeelFailure, RecursionError):
        return a_kind(value)
