"""The kinds of FEEL values, and what is the same for all of them: equality, order, text and JSON.

Equality and order are three-valued (DMN 1.5, table 42 and 10.3.2.15): True, False, or None where the question
has no answer.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from counterflow.feel import numbers
from counterflow.feel.errors import FeelFailure, FeelValueError, MissingVariable
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


def listed(names: Iterable[str]) -> str:
    """The names of parameters for a message: `(a, b)`."""
    return f"({', '.join(names)})"


def no_variable(function_name: str) -> str:
    """The words for a message: nothing was found under the name of a function."""
    return f"there is no variable '{function_name}' (a function has this name)"


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
    """As `order`, with a warning where there is none."""
    _pay_for_texts(run, left, right)
    result = order(left, right)
    if result is None:
        found = f"found {a_kind(left)} and {a_kind(right)}"
        run.warn(
            "wrong type",
            f"`{operator}` compares two numbers, strings, dates, times or durations of one kind; {found}",
        )
    return result


def _pay_for_texts(run: Run, left: Value, right: Value) -> None:
    """Comparing two texts may read all of the shorter one."""
    if isinstance(left, str) and isinstance(right, str) and len(left) > TEXT_PER_FUEL:
        run.spend(min(len(left), len(right)) // TEXT_PER_FUEL)


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
    _pay_for_texts(run, left, right)
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
    if left.keys() != right.keys():
        return False
    run.spend(PAIR_FUEL * len(left))
    return _all(equal(run, left[key], right[key]) for key in left)


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


def to_text(value: Value) -> str:
    """Any value as it would be written in FEEL, for a person; of one that is too large for that, its kind."""
    limits = Limits()
    try:
        return _text(Run({}, 0, limits, limits.fuel), value)
    except (FeelFailure, RecursionError):
        return a_kind(value)


# JSON


_ENCODER: Final = msgspec.json.Encoder()


def to_json(value: Value) -> bytes:
    """The JSON of a value, in UTF-8. Raises FeelValueError for a range or a function, naming where it is.

    Numbers have no exponent; dates, times and durations are ISO 8601 strings.
    """
    try:
        return _ENCODER.encode(_jsonable(value, ""))
    except RecursionError:
        raise FeelValueError(
            "expected a value that fits into JSON, found one that nests too deeply"
        ) from None


def _jsonable(value: Value, path: str) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else msgspec.Raw(numbers.plain(value).encode())
    if isinstance(value, Decimal):
        return msgspec.Raw(numbers.plain(value).encode())
    if isinstance(value, list):
        return [_jsonable(item, f"{path}[{index}]") for index, item in enumerate(value, 1)]
    if isinstance(value, dict):
        return {key: _jsonable(item, f"{path}.{key}" if path else key) for key, item in value.items()}
    if type(value) in TEMPORAL:
        return str(value)
    where = f" at {path}" if path else ""
    if isinstance(value, Function) and value.name:
        raise MissingVariable(f"{no_variable(value.name)}{where}")
    raise FeelValueError(
        f"expected a value that JSON can say, found a {KINDS.get(type(value), type(value).__name__)}{where}"
    )


# Size


def check_size(run: Run, value: Value) -> None:
    """Raise FeelFailure if a result's JSON would be too large or too deep.

    Shared parts count each time they appear, but are measured once.
    """
    if isinstance(value, list | dict):
        _measure(run, value, {}, 1)
    elif isinstance(value, str):
        _fits(run, len(value))


def _measure(run: Run, value: Value, known: dict[int, tuple[int, int]], level: int) -> tuple[int, int]:
    """About how many bytes, and how many levels."""
    if isinstance(value, str):
        return len(value) + 2, 0
    if not isinstance(value, list | dict):
        return 8, 0
    if id(value) in known:
        return known[id(value)]
    _shallow(run, level)
    size = 2 + (sum(map(len, value)) + 4 * len(value) if isinstance(value, dict) else 0)
    height = 0
    for item in value.values() if isinstance(value, dict) else value:
        item_size, item_height = _measure(run, item, known, level + 1)
        size, height = size + item_size, max(height, item_height)
    _shallow(run, height + 1)
    _fits(run, size)
    known[id(value)] = size, height + 1
    return size, height + 1


def _shallow(run: Run, levels: int) -> None:
    if levels > run.limits.nesting:
        raise FeelFailure("nesting", f"the result nests more than {run.limits.nesting} levels deep")


def _fits(run: Run, size: int) -> None:
    if size > run.limits.result_bytes:
        raise FeelFailure("size", f"the result is larger than the limit of {run.limits.result_bytes} bytes")
