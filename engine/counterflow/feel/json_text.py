"""FEEL values as JSON text (RFC 8259), and the beginning of one for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from counterflow.feel import numbers
from counterflow.feel.errors import FeelValueError, MissingVariable
from counterflow.feel.run import Value
from counterflow.feel.temporal import KINDS as TEMPORAL
from counterflow.feel.values import KINDS, Function, no_variable

_ENCODER: Final = msgspec.json.Encoder()
_AS_THEY_ARE: Final = frozenset({type(None), bool, str})
_ONLY_INTEGERS: Final = frozenset({int})
_SHORTEST: Final = -(2**63)
_LONGEST: Final = 2**63 - 1
_PATH: Final = 200
_DEEP: Final = "expected a value that fits into JSON, found one that nests too deeply"


def to_json(value: Value) -> bytes:
    """The JSON of a value, in UTF-8. Raises FeelValueError for a range or a function, naming where it is.

    Numbers have no exponent; dates, times and durations are ISO 8601 strings.
    """
    try:
        return _ENCODER.encode(_jsonable(value))
    except _NotInJson as fault:
        raise _complaint(fault) from None
    except RecursionError:
        raise FeelValueError(_DEEP) from None


class _NotInJson(Exception):
    """A value that JSON cannot say, and the way to it, from its end."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.path: list[str] = []


def _jsonable(value: Value) -> Any:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, int):
        return value if _SHORTEST <= value <= _LONGEST else msgspec.Raw(numbers.plain(value).encode())
    if isinstance(value, dict):
        return value if _says_json(value.values()) else _entries(value)
    if isinstance(value, list):
        return value if _says_json(value) else _items(value)
    if isinstance(value, Decimal):
        return msgspec.Raw(numbers.plain(value).encode())
    if kind in _TEMPORAL:
        return str(value)
    raise _NotInJson(value)


def _entries(value: dict[str, Value]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    key = ""
    try:
        for key, item in value.items():
            made[key] = _jsonable(item)
    except _NotInJson as fault:
        fault.path.append(f".{key}")
        raise
    return made


def _items(value: list[Value]) -> list[Any]:
    made: list[Any] = []
    try:
        made.extend(map(_jsonable, value))  # those before the fault are in it
    except _NotInJson as fault:
        fault.path.append(f"[{len(made) + 1}]")
        raise
    return made


_TEMPORAL: Final = frozenset(TEMPORAL)


def _says_json(items: Collection[Any]) -> bool:
    """Whether the encoder writes them as we do: asked of all at once, for most lists are long and dull."""
    kinds = set(map(type, items))
    if kinds <= _AS_THEY_ARE:
        return True
    return kinds == _ONLY_INTEGERS and min(items) >= _SHORTEST and max(items) <= _LONGEST


def _complaint(fault: _NotInJson) -> FeelValueError:
    path = "".join(reversed(fault.path)).removeprefix(".")
    where = f" at {path if len(path) <= _PATH else f'{path[:_PATH]}…'}" if path else ""
    value = fault.value
    if isinstance(value, Function) and value.name:
        return MissingVariable(f"{no_variable(value.name)}{where}")
    kind = KINDS.get(type(value), type(value).__name__)
    return FeelValueError(f"expected a value that JSON can say, found a {kind}{where}")


# For a person

_SHOWN_LEVELS: Final = 20


def excerpt(value: Value, most: int) -> str:
    """The JSON of a value, cut behind `most` characters with `…`; nothing behind them is looked at.

    Raises FeelValueError as `to_json` does.
    """
    parts: list[str] = []
    try:
        _write(value, most + 1, parts, 0)
    except _NotInJson as fault:
        raise _complaint(fault) from None
    text = "".join(parts)
    return text if len(text) <= most else f"{text[:most]}…"


def _write(value: Value, room: int, parts: list[str], depth: int) -> int:
    """Write at most about `room` characters more; how many are left."""
    if room <= 0 or depth > _SHOWN_LEVELS:
        parts.append("…")
        return 0
    if isinstance(value, list):
        items = ((f"[{index}]", "", item) for index, item in enumerate(value, 1))
        return _write_all("[]", items, room, parts, depth)
    if isinstance(value, dict):
        entries = ((f".{key}", f"{_in_json(key, room)}:", item) for key, item in value.items())
        return _write_all("{}", entries, room, parts, depth)
    text = _in_json(value, room)
    parts.append(text)
    return room - len(text)


def _write_all(
    brackets: str, items: Iterable[tuple[str, str, Value]], room: int, parts: list[str], depth: int
) -> int:
    before = brackets[0]
    for number, key, item in items:
        parts.append(before + key)
        try:
            room = _write(item, room - 1 - len(key), parts, depth + 1)
        except _NotInJson as fault:
            fault.path.append(number)
            raise
        before = ","
        if room <= 0:
            return 0
    parts.append(brackets if before != "," else brackets[1])
    return room - 1


def _in_json(value: Value, most: int) -> str:
    return _ENCODER.encode(_jsonable(value[:most] if isinstance(value, str) else value)).decode()
