"""JSON of the wire as Python's values and back, whole numbers of any length included.

The engine knows numbers of 6,145 digits, and msgspec leaves whole numbers to Python, whose limit for text is
4,300 digits. What it refuses is done a second time, by slower means; nothing else pays for that.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

import msgspec

_Kind = TypeVar("_Kind")

ANYTHING: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()
VARIABLES: Final = msgspec.json.Decoder(dict[str, Any])

LONGEST_WHOLE: Final = 6_145
"""Digits of the longest whole number that the engine computes; longer ones it carries as a Decimal."""
_AT_ONCE: Final = 4_000
_ITS_OWN: Final = range(-(2**63), 2**64)
"""Whole numbers that msgspec writes by itself."""


def decode(text: str | bytes, decoder: msgspec.json.Decoder[_Kind]) -> _Kind:
    """The value that JSON text says, of the kind that a decoder reads. Raises `msgspec.DecodeError`.

    A fraction that no float holds (`1e400`) is a Decimal where any value is welcome.
    """
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        msgspec.json.decode(text, type=msgspec.Raw)
        said = json.loads(text, parse_int=_whole, parse_float=_fraction)
        try:
            return cast("_Kind", msgspec.convert(said, decoder.type, str_keys=True))
        except msgspec.ValidationError:
            raise error from None


def encode(value: object) -> bytes:
    """The JSON of a value. Raises TypeError and ValueError as msgspec does, and ValueError for a NaN or an
    infinity, which it would turn into null unseen.
    """
    try:
        text = msgspec.json.encode(value)
    except ValueError:
        text = msgspec.json.encode(_spelled(msgspec.to_builtins(value)))
    if b"null" in text:
        _refuse_what_json_cannot_say(msgspec.to_builtins(value))
    return text


def _refuse_what_json_cannot_say(value: Any) -> None:
    inside = [value]
    while inside:
        found = inside.pop()
        if isinstance(found, float) and not math.isfinite(found):
            raise ValueError(f"JSON has no number {found}; leave it out, or send a text or None")
        if isinstance(found, dict):
            inside += found.values()
        elif isinstance(found, list | tuple):
            inside += found


def _whole(digits: str) -> int | Decimal:
    if len(digits) > LONGEST_WHOLE + digits.startswith("-"):
        return Decimal(digits)
    tail = digits[_AT_ONCE:]
    return (
        int(digits)
        if not tail
        else int(digits[:_AT_ONCE]) * 10 ** len(tail) + int(f"{'-' * digits.startswith('-')}{tail}")
    )


def _fraction(text: str) -> float | Decimal:
    number = float(text)
    return Decimal(text) if number in {float("inf"), float("-inf")} else number


def _spelled(value: Any) -> Any:
    """The same value, with long whole numbers as JSON text."""
    if isinstance(value, dict):
        return {name: _spelled(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(inner) for inner in value]
    is_long = isinstance(value, int) and value not in _ITS_OWN
    return msgspec.Raw(format(Decimal(value), "f").encode()) if is_long else value
