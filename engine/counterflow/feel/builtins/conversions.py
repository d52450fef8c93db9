"""Conversions between kinds (DMN 1.5, 10.3.4.1; those from and to JSON and base64 are Camunda's)."""

import base64
import re
from collections.abc import Callable
from typing import Final

from counterflow.feel import iso, json_text, json_values, numbers
from counterflow.feel.builtins.registry import builtin
from counterflow.feel.errors import FeelSyntaxError, FeelValueError
from counterflow.feel.run import Run, Value
from counterflow.feel.sizes import check_size
from counterflow.feel.tokens import FeelToken, tokenize
from counterflow.feel.values import Range, order, text

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NUMBER_FUEL: Final = 3
_GROUPINGS = {" ", ",", ".", None}
_DECIMALS = {".", ",", None}


@builtin("string(from: any)")
def string(run: Run, value: Value) -> Value:
    """A value's text as FEEL writes it, a string without quotes; null for null."""
    return None if value is None else text(run, value)


@builtin("number(from: number)")
def number_of_number(_run: Run, value: numbers.Number) -> Value:
    """The number as it is."""
    return value


@builtin("number(from: string, grouping separator?: string | null, decimal separator?: string | null)")
def number(run: Run, value: str, grouping: str | None = None, point: str | None = None) -> Value:
    """The number that a text spells; null, with a warning, if it spells none.

    `grouping` (a space, a comma or a dot) is taken out of the text first, `point` (a comma or a dot) stands
    before the decimals; the two differ.
    """
    if grouping not in _GROUPINGS or point not in _DECIMALS or (grouping is not None and grouping == point):
        return run.warn(
            "wrong value",
            "number takes the grouping separators space, comma and dot, and another one as decimal separator",
        )
    run.spend(_NUMBER_FUEL)
    plain = value.replace(grouping, "") if grouping else value
    plain = plain.replace(point, ".") if point else plain
    result = numbers.read(plain) if _NUMBER.fullmatch(plain) else None
    return (
        run.warn("wrong value", "number takes the text of a number, such as 1200.50")
        if result is None
        else result
    )


# Ranges

_RANGE_LENGTH: Final = 10_000
_RANGE_FUEL: Final = 20
_LEXED_PER_FUEL: Final = 2
_OPENING: Final = {"[": True, "(": False, "]": False}
_CLOSING: Final = {"]": True, ")": False, "[": False}
_TEMPORAL: Final[dict[str, Callable[[str], Value]]] = {
    "date": iso.date,
    "time": iso.time,
    "date and time": iso.date_time,
    "duration": iso.duration,
}


@builtin("range(from: string)")
def range_(run: Run, value: str) -> Value:
    """The range that a text such as `[18..21)` spells; null, with a warning, if it spells none.

    Its ends are literals, and one of them may be missing: `[18..)`.
    """
    if len(value) > _RANGE_LENGTH:
        return run.warn("wrong value", f"range takes a text of at most {_RANGE_LENGTH} characters")
    run.spend(_RANGE_FUEL + len(value) // _LEXED_PER_FUEL)
    spelled = _range(value)
    return (
        run.warn(
            "wrong value", "range takes the text of a range between literals, such as [18..21) or (..10]"
        )
        if spelled is None
        else spelled
    )


def _range(value: str) -> Range | None:
    try:
        tokens = tokenize(value)[:-1]
    except FeelSyntaxError:
        return None
    kinds = [token.kind for token in tokens]
    if kinds.count("..") != 1 or kinds[0] not in _OPENING or kinds[-1] not in _CLOSING:
        return None
    middle = kinds.index("..")
    low, high = tokens[1:middle], tokens[middle + 1 : -1]
    start, end = _end(low), _end(high)
    made = Range(start, end, _OPENING[kinds[0]], _CLOSING[kinds[-1]])
    return made if _is_range(made, bool(low), bool(high)) else None


def _is_range(made: Range, has_start: bool, has_end: bool) -> bool:
    """Ends that are there are values of one kind, in order; an end that is not there is not included."""
    if has_start and has_end:
        position = order(made.start, made.end)
        return position is not None and position <= 0
    if has_start:
        return made.start is not None and not made.end_included
    return has_end and made.end is not None and not made.start_included


def _end(tokens: list[FeelToken]) -> Value:
    """The value of a literal; None for anything else."""
    kinds = [token.kind for token in tokens]
    if kinds in (["number"], ["string"]):
        return tokens[0].value
    if kinds == ["-", "number"] and not isinstance(tokens[1].value, str):
        return numbers.negate(tokens[1].value)
    if kinds == ["temporal"]:
        return iso.read(str(tokens[0].value))
    if kinds[-3:] == ["(", "string", ")"]:
        read = _TEMPORAL.get(" ".join(token.text for token in tokens[:-3]))
        return None if read is None else read(str(tokens[-2].value))
    return None


# JSON and base64


@builtin("from json(value: string)")
def from_json(run: Run, value: str) -> Value:
    """The value that a JSON text says; null, with a warning, for other texts and numbers beyond FEEL's."""
    text_of = value.encode()
    run.spend(json_values.price(text_of, partly=False))
    try:
        return json_values.decode(text_of)
    except ValueError as error:
        return run.warn("wrong value", f"from json takes JSON: {error}")
    except RecursionError:
        return run.warn("wrong value", "from json takes JSON that nests less deeply")


@builtin("to json(value: any)")
def to_json(run: Run, value: Value) -> Value:
    """A value's JSON as a text; null, with a warning, for ranges and functions.

    Raises FeelFailure if it is too large.
    """
    check_size(run, value)
    try:
        return run.text(json_text.to_json(value).decode())
    except FeelValueError as error:
        return run.warn("wrong value", f"to json: {error}")


@builtin("to base64(value: string)")
def to_base64(run: Run, value: str) -> Value:
    """The base64 (RFC 4648, 4) of the text in UTF-8."""
    run.room(len(value) * 2)
    return base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
