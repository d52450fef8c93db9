"""One evaluation: the variables it may ask for, the fuel it has left, the warnings it has given.

Closures are called with `(run, local)`: the run, shared by all of them, and the local names, a tuple whose
positions the compiler has assigned. Whatever can repeat or grow pays with `spend`; a single comparison costs
nothing.
"""

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from typing import Any, Final, Never, NoReturn, Protocol

import msgspec

from counterflow.feel import json_values, numbers, temporal
from counterflow.feel.errors import FeelFailure, FeelWarning, WarningKind, quoted
from counterflow.feel.surrogates import well_formed

Value = object
"""None, bool, int, Decimal, str, list, dict, the kinds of `temporal`, Range or Function (`values.KINDS`)."""

Null = Never | None  # noqa: RUF020  # plain None would forbid `return run.warn(...)` where a value is due
"""The null that `warn` answers with: None, but meant as a value."""

Local = tuple[Value, ...]

WARNING_LIMIT: Final = 100
"""A loop that goes wrong in one way is told once; one that goes wrong in many ways, a hundred times."""

TEXT_PER_FUEL: Final = 64
"""Characters that may be copied for one unit of fuel."""

_WARNING_FUEL: Final = 2


class Variables(Protocol):
    """What an expression may ask of the process: one variable by its name."""

    def get(self, name: str, default: Any, /) -> Any:
        """The variable of that name, as a FEEL value or `msgspec.Raw` JSON; `default` if there is none."""


class Limits(msgspec.Struct, frozen=True):
    """What one evaluation may cost; it fails where it would cost more.

    `fuel` repeated steps, `nesting` levels of forms and of calls, `result_bytes` of text or JSON.
    """

    fuel: int = 150_000
    nesting: int = 200
    result_bytes: int = 4 * 1024 * 1024


class _NoDecoders(dict[str, "msgspec.json.Decoder[Any] | None"]):
    def __missing__(self, name: str) -> None:
        return None


NO_DECODERS: Final = _NoDecoders()
"""Every variable is decoded as a whole."""


class Run(msgspec.Struct):
    """One evaluation: its variables, time, fuel and warnings.

    `decoders` make of some variables only what the expression asks for (`demand`); `seed` brings back what
    chance has `drawn`.
    """

    variables: Variables
    now_ms: int
    limits: Limits
    fuel: int
    decoders: Mapping[str, "msgspec.json.Decoder[Any] | None"] = NO_DECODERS
    seed: str = ""
    drawn: int = 0
    depth: int = 0
    decoded: dict[str, Value] = {}
    warned: dict[FeelWarning, None] = {}
    patterns: dict[tuple[str, str], Any] = {}

    def variable(self, name: str) -> Value:
        """A top-level variable, decoded the first time it is asked for; `ABSENT` if there is none."""
        raw = self.variables.get(name, ABSENT)
        value = raw if raw is ABSENT else self._decode(name, raw)
        self.decoded[name] = value
        return value

    def _decode(self, name: str, raw: object) -> Value:
        if type(raw) is not msgspec.Raw:
            return self._admit(name, raw)
        text, partly = bytes(raw), self.decoders[name]
        if len(text) < json_values.SMALL:
            self.fuel -= 1
            try:
                return (partly or json_values.DECODER).decode(text)
            except (ValueError, DecimalException):
                pass  # told below, where it is read once more
        self.spend(json_values.price(text, partly=partly is not None))
        try:
            if partly is not None and not json_values.has_long_number(text):
                return self._decode_partly(text, partly)
            return json_values.decode(text)
        except ValueError as error:
            return self.warn("wrong value", f"the variable {quoted(name)} cannot be read: {error}")

    def _decode_partly(self, text: bytes, decoder: "msgspec.json.Decoder[Any]") -> Value:
        try:
            return decoder.decode(text)
        except (msgspec.DecodeError, DecimalException):
            # Another shape than the expression expects, or no JSON: the whole is read to see.
            self.spend(json_values.price(text, partly=False))
            return json_values.decode(text)

    def _admit(self, name: str, value: object) -> Value:
        admit = ADMITTED.get(type(value))
        if admit is None:
            return self.warn(
                "wrong type",
                f"the variable {quoted(name)} holds a Python {type(value).__name__}, which is no FEEL value",
            )
        return admit(self, name, value)

    def warn(self, kind: WarningKind, message: str) -> Null:
        """Keep why a value is null, and answer that null. What the message quotes has been cut (`quoted`)."""
        self.fuel -= _WARNING_FUEL
        if len(self.warned) < WARNING_LIMIT:
            self.warned[FeelWarning(kind, message)] = None
        return None

    def spend(self, amount: int = 1) -> None:
        """Pay so many steps of fuel. Raises FeelFailure if there are not so many left."""
        self.fuel -= amount
        if self.fuel < 0:
            self.exhausted()

    @property
    def fuel_used(self) -> int:
        """The steps that were paid, at most as many as were given."""
        return self.limits.fuel - max(self.fuel, 0)

    def exhausted(self) -> NoReturn:
        """Raise FeelFailure: the fuel is used up."""
        raise FeelFailure(
            "fuel", f"the expression took more than {self.limits.fuel} steps: iterate over fewer items"
        )

    def text(self, text: str) -> str:
        """The text, paid for by its length if it is long. Raises FeelFailure if it is too large."""
        if len(text) > TEXT_PER_FUEL:
            self.room(len(text))
        return text

    def room(self, length: int) -> None:
        """Pay for a text of so many characters before it is made.

        Raises FeelFailure if it would be too large.
        """
        if length > self.limits.result_bytes:
            raise FeelFailure(
                "size",
                f"a text of {length} characters is longer than the limit of {self.limits.result_bytes}",
            )
        self.spend(length // TEXT_PER_FUEL)

    def enter(self) -> None:
        """Count one more function call inside another. Raises FeelFailure if they nest too deeply.

        Whoever calls counts `depth` down again.
        """
        self.depth += 1
        if self.depth > self.limits.nesting:
            raise FeelFailure(
                "nesting", f"functions call each other more than {self.limits.nesting} levels deep"
            )


class _Absent:
    """No such name, which is not the same as a name that means null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


_MOST_BITS: Final = (10**6144).bit_length() - 1
"""Whole numbers of so many bits are numbers of FEEL, with as many digits as they came with."""


def _admit_list(run: Run, name: str, value: list[object]) -> Value:
    run.spend(len(value))
    return [run._admit(name, item) for item in value]


def _admit_context(run: Run, name: str, value: Mapping[object, object]) -> Value:
    run.spend(len(value))
    return {well_formed(str(key)): run._admit(name, item) for key, item in value.items()}


def _admit_text(_run: Run, _name: str, value: str) -> Value:
    return well_formed(value)


def _admit_int(run: Run, name: str, value: int) -> Value:
    if -numbers.BOUND < value < numbers.BOUND:
        return value
    if value.bit_length() <= _MOST_BITS:
        return Decimal(value)
    return run.warn(
        "wrong value",
        f"the variable {quoted(name)} holds a number beyond 10 ** 6144, which is no FEEL number",
    )


def _admit_float(run: Run, name: str, value: float) -> Value:
    read = numbers.read(repr(value))
    return (
        run.warn("wrong value", f"the variable {quoted(name)} holds {value}, which is no FEEL number")
        if read is None
        else read
    )


def _as_is(_run: Run, _name: str, value: Value) -> Value:
    return value


ADMITTED: dict[type, Callable[[Run, str, Any], Value]] = {
    **dict.fromkeys((type(None), bool, Decimal, *temporal.KINDS), _as_is),
    int: _admit_int,
    float: _admit_float,
    str: _admit_text,
    list: _admit_list,
    tuple: _admit_list,
    dict: _admit_context,
    datetime.datetime: lambda _run, _name, value: temporal.DateTime.of_python(value),
    datetime.date: lambda _run, _name, value: temporal.Date(value.year, value.month, value.day),
    datetime.timedelta: lambda _run, _name, value: temporal.DaysDuration.of_python(value),
}
"""What a Python value means in FEEL. A type that is not here stays outside: nothing of it can be reached."""
