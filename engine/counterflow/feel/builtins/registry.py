"""How a built-in is declared and called.

A declaration is its FEEL signature, and the function below it is its meaning:

    @builtin("substring(string: string, start position: integer, length?: integer)")
    def substring(run: Run, text: str, start: int, length: int | None = None) -> Value: ...

A name may be declared several times; the first signature whose parameters admit the arguments is taken. `?`
marks an optional parameter, `...` one that takes all remaining arguments as a list. Arguments arrive checked
and coerced (DMN 1.5, 10.3.2.9.4); where none fits, the call is null with a warning.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeVar

from counterflow.feel import names, numbers
from counterflow.feel.numbers import BOUND, truncated
from counterflow.feel.run import ABSENT, TEXT_PER_FUEL, Run, Value
from counterflow.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.feel.values import KINDS, ZONE_FUEL, Function, Range, a_kind, has_named_zone

Meaning = Callable[..., Value]
M = TypeVar("M", bound=Meaning)

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "string": (str,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "context": (dict,),
    "date": (Date,),
    "time": (Time,),
    "date and time": (DateTime,),
    "days duration": (DaysDuration,),
    "months duration": (MonthsDuration,),
    "point": (int, Decimal, str, Date, Time, DateTime, DaysDuration, MonthsDuration),
    "range": (Range,),
    "function": (Function,),
}
_EVERY: Final = frozenset(KINDS)
_EXACT: Final[dict[str, frozenset[type]]] = {"integer": frozenset({int}), "list": frozenset({list})}
REFUSED: Final = object()
"""What an argument becomes that a parameter does not admit."""


Positions = tuple[int | None, ...]
"""Where each parameter finds its argument among the named ones; empty for positional arguments."""


@dataclass(frozen=True)
class BuiltinParameter:
    """A parameter of a built-in: which arguments it admits, and whether it may go without one.

    `kind` is `any`, `list`, `integer` (of any number, its whole part) or names of `_TYPES`, separated by |.
    """

    name: str
    kind: str
    optional: bool = False
    variadic: bool = False
    types: frozenset[type] = field(default=frozenset(), compare=False)

    @property
    def exact(self) -> frozenset[type]:
        """The Python types of arguments that need no coercion."""
        return _EVERY if self.kind == "any" else _EXACT.get(self.kind, self.types)

    def admit(self, value: Value) -> Value:
        """The argument as the function gets it; REFUSED if the parameter does not admit it."""
        if value is ABSENT:
            return None if self.optional else self.admit(None)
        if type(value) in self.types or self.kind == "any":
            return value
        if self.kind == "integer":
            return _integer(value)
        if self.kind == "list":
            return REFUSED if value is None else value if isinstance(value, list) else [value]
        # A list of one stands for its item.
        if isinstance(value, list) and len(value) == 1 and type(value[0]) in self.types:
            return value[0]
        return REFUSED


def _integer(value: Value) -> Value:
    if isinstance(value, list) and len(value) == 1:
        return _integer(value[0])
    if type(value) is int:
        return value
    return truncated(value) if type(value) is Decimal else REFUSED


@dataclass(frozen=True)
class Overload:
    """One signature of a built-in, and the Python function that answers it."""

    parameters: tuple[BuiltinParameter, ...]
    meaning: Meaning

    def takes(self, count: int) -> bool:
        """Whether so many positional arguments are enough for it, and not too many."""
        required = sum(not parameter.optional for parameter in self.parameters)
        return required <= count and (count <= len(self.parameters) or self.variadic)

    def knows(self, named: Sequence[str]) -> bool:
        """Whether all names are those of its parameters, each once.

        What is not supplied is null, or left out (10.3.2.13.5).
        """
        several = {parameter.name for parameter in self.parameters if parameter.variadic}
        return several <= set(named) <= {parameter.name for parameter in self.parameters} and len(
            set(named)
        ) == len(named)

    def positions(self, named: Sequence[str]) -> Positions:
        """For each parameter where its argument stands among the named ones; None if it is not there."""
        return tuple(
            named.index(parameter.name) if parameter.name in named else None for parameter in self.parameters
        )

    @property
    def variadic(self) -> bool:
        """Whether the last parameter takes all remaining arguments, as a list."""
        return bool(self.parameters) and self.parameters[-1].variadic

    def admit(self, arguments: Sequence[Value]) -> list[Value]:
        """The arguments as the function gets them, REFUSED in the place of each that does not fit."""
        if self.variadic:
            fixed = len(self.parameters) - 1
            arguments = [*arguments[:fixed], list(arguments[fixed:])]
        return [
            parameter.admit(argument) for parameter, argument in zip(self.parameters, arguments, strict=False)
        ]


Candidates = tuple[tuple[Overload, Positions], ...]


class Builtin:
    """A built-in function by its name, with all its signatures in the order in which they were declared."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.overloads: list[Overload] = []

    def candidates(self, count: int, named: Sequence[str] = ()) -> Candidates:
        """The overloads that a call with so many arguments, or with these names, may mean; empty if none."""
        if not named:
            return tuple((overload, ()) for overload in self.overloads if overload.takes(count))
        return tuple(
            (overload, overload.positions(named)) for overload in self.overloads if overload.knows(named)
        )

    def takes_function(self, key: int | str) -> bool:
        """Whether the parameter of that number (from 0) or name may be a function."""
        named = (
            parameter
            for overload in self.overloads
            for number, parameter in enumerate(overload.parameters)
            if key in (number, parameter.name)
        )
        return any("function" in parameter.kind.split(" | ") for parameter in named)

    def apply(self, run: Run, candidates: Candidates, arguments: Sequence[Value]) -> Value:
        """The answer of the first overload that admits the arguments; null, with a warning, if none does.

        It costs two steps, and one for every 64 characters of its texts.
        """
        run.spend(2)
        for overload, positions in candidates:
            ordered = (
                [ABSENT if index is None else arguments[index] for index in positions]
                if positions
                else arguments
            )
            admitted = overload.admit(ordered)
            if not any(argument is REFUSED for argument in admitted):
                pay_for(run, admitted)
                return overload.meaning(run, *admitted)
        run.spend(_COMPLAINT_FUEL)
        return run.warn("wrong argument", self._complaint(candidates, arguments))

    def as_value(self) -> Function:
        """The function as a FEEL value, for functions that take functions."""
        parameters = tuple(parameter.name for parameter in self.overloads[0].parameters)
        return Function(
            self.name,
            parameters,
            lambda run, arguments: self.apply(run, self.candidates(len(arguments)), arguments),
            by_name=lambda run, names, arguments: self.apply(
                run, self.candidates(len(arguments), names), arguments
            ),
        )

    def _complaint(self, candidates: Candidates, arguments: Sequence[Value]) -> str:
        given = ", ".join(a_kind(argument) for argument in arguments) or "no arguments"
        takes = " or ".join(
            _shown(overload) for overload in [overload for overload, _ in candidates] or self.overloads
        )
        return f"{self.name} takes {takes}; found ({given})"


def pay_for(run: Run, arguments: Iterable[Value]) -> None:
    """Pay for what is large among the arguments, all of which a function may read.

    Lists and contexts are paid for by the functions that walk them.
    """
    for argument in arguments:
        if isinstance(argument, str):
            run.spend(len(argument) // TEXT_PER_FUEL)
        elif isinstance(argument, int | Decimal):
            run.spend(numbers.magnitude(argument) // _DIGITS_PER_FUEL)
        elif isinstance(argument, Time | DateTime) and has_named_zone(argument):
            run.spend(ZONE_FUEL)


def is_small(argument: Value) -> bool:
    """Whether `pay_for` would ask nothing for an argument."""
    kind = type(argument)
    if kind is int:
        return -BOUND < argument < BOUND  # type: ignore[operator]  # it is a number
    if kind is str:
        return len(argument) < TEXT_PER_FUEL  # type: ignore[arg-type]  # it is a string
    if isinstance(argument, Time | DateTime):
        return not has_named_zone(argument)
    return kind is not Decimal or abs(argument.adjusted()) < _DIGITS_PER_FUEL  # type: ignore[attr-defined]  # it is a number


_DIGITS_PER_FUEL: Final = 48
_COMPLAINT_FUEL: Final = 5
"""What it takes to say what a function takes."""


def _shown(overload: Overload) -> str:
    parts = [
        f"{parameter.name}{'?' if parameter.optional else ''}{'...' if parameter.variadic else ''}: "
        f"{parameter.kind}"
        for parameter in overload.parameters
    ]
    return f"({', '.join(parts)})"


BUILTINS: Final[dict[str, Builtin]] = {}


def builtin(*signatures: str) -> Callable[[M], M]:
    """Declare the function below as the meaning of FEEL signatures, tried in the order of declaration."""

    def declare(meaning: M) -> M:
        for signature in signatures:
            name, _, parameters = signature.partition("(")
            _named(name).overloads.append(Overload(_parameters(parameters.removesuffix(")")), meaning))
        return meaning

    return declare


def _named(name: str) -> Builtin:
    if name not in BUILTINS:
        BUILTINS[name] = Builtin(name)
        names.enter(names.FUNCTIONS, name)
    return BUILTINS[name]


def _parameters(text: str) -> tuple[BuiltinParameter, ...]:
    return tuple(_parameter(part) for part in text.split(", ") if part)


def _parameter(text: str) -> BuiltinParameter:
    name, _, kind = text.partition(": ")
    variadic = name.endswith("...")
    optional = name.endswith("?")
    types = frozenset(python_type for part in kind.split(" | ") for python_type in _TYPES.get(part, ()))
    return BuiltinParameter(name.rstrip("?."), kind, optional, variadic, types)


def call_function(run: Run, function: Any, *arguments: Value) -> Value:
    """What a FEEL function answers to the arguments; null if it is no function."""
    return function.call(run, list(arguments)) if isinstance(function, Function) else None
