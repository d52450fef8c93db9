"""Variables with a type beside each value, as Camunda 7 writes them, and the JSON that they are here.

    {"type": "Integer", "value": 7}                   7
    {"type": "Json", "value": "{\\"a\\": 1}"}           {"a": 1}
    {"type": "Date", "value": "2026-01-23T13:42:42.657+0200"}    "2026-01-23T13:42:42.657+02:00"

What has no type is what its value says. Types are read without regard to case, as its own clients write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

import msgspec

from counterflow.service.refusals import Invalid
from counterflow.service.requests import document

GREATEST_INTEGER: Final = 2**31
GREATEST_LONG: Final = 2**63
_OFFSET = re.compile(r"([+-][0-9]{2})([0-9]{2})$")
"""Of a moment as Java writes it: without a colon, which FEEL wants."""
_IN_JSON = "application/json"


class TypedValue(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A variable: its value, and what that is."""

    value: Any = None
    type: str | None = None
    value_info: dict[str, Any] | None = None
    local: bool | None = None


class ToldValue(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A variable as it is told."""

    type: str
    value: Any
    value_info: Mapping[str, Any] = {}


TypedValues = dict[str, TypedValue]


def untyped(values: TypedValues | None, limit_bytes: int) -> dict[str, bytes]:
    """Variables by name, each JSON text. Raises `Invalid`."""
    plain = {name: _plain(name, value) for name, value in (values or {}).items()}
    return document(msgspec.json.encode(plain).decode(), limit_bytes)


def typed(values: bytes, *, is_deserialized: bool = True) -> dict[str, ToldValue]:
    """The members of a JSON object, each with its type; lists and contexts are JSON text."""
    members = msgspec.json.decode(values, type=dict[str, msgspec.Raw])
    return {name: _told(bytes(value)) for name, value in members.items()}


def _told(text: bytes) -> ToldValue:
    if text[:1] in b"[{":
        return ToldValue(type="Json", value=text.decode())
    value = msgspec.json.decode(text)
    return ToldValue(type=_type_of(value), value=value)


def _type_of(value: object) -> str:
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, str):
        return "String"
    if isinstance(value, float):
        return "Double"
    whole = value if isinstance(value, int) else 0
    return "Integer" if -GREATEST_INTEGER <= whole < GREATEST_INTEGER else "Long"


def _plain(name: str, given: TypedValue) -> object:
    kind = (given.type or "").lower()
    if given.value is None or kind == "null":
        return None
    if not kind:
        return given.value
    reader = _READERS.get(kind)
    if reader is None:
        raise Invalid(
            f"Expected variable '{name[:100]}' to be one of {', '.join(READ)}, but found the type "
            f"'{kind[:100]}'; keep files and bytes elsewhere and pass a reference, anything else as Json"
        )
    try:
        return reader(given)
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise Invalid(
            f"Expected variable '{name[:100]}' to be of type {given.type}, but its value cannot be read so: "
            f"{str(error)[:500]}"
        ) from None


def _text(given: TypedValue) -> str:
    if not isinstance(given.value, str):
        raise TypeError(f"expected a text, but found {_type_of(given.value)}")
    return given.value


def _whole(given: TypedValue) -> int:
    if isinstance(given.value, bool | list | dict):
        raise TypeError("expected a whole number")
    if isinstance(given.value, float) and not given.value.is_integer():
        raise ValueError(f"expected a whole number, but found {given.value}")
    whole = int(given.value)
    if not -GREATEST_LONG <= whole < GREATEST_LONG:
        raise ValueError("expected a whole number of 64 bits")
    return whole


def _number(given: TypedValue) -> object:
    if isinstance(given.value, bool | list | dict):
        raise TypeError("expected a number")
    value = given.value if isinstance(given.value, int | float) else float(given.value)
    if not isfinite(value):
        raise ValueError("expected a number that JSON can say")
    return value


def _truth(given: TypedValue) -> bool:
    if isinstance(given.value, bool):
        return given.value
    if given.value in {"true", "false"}:
        return bool(given.value == "true")
    raise TypeError("expected true or false")


def _moment(given: TypedValue) -> str:
    return _OFFSET.sub(r"\1:\2", _text(given))


def _json(given: TypedValue) -> object:
    if not isinstance(given.value, str):
        return given.value
    msgspec.json.decode(given.value)
    return msgspec.Raw(given.value.encode())


def _object(given: TypedValue) -> object:
    format_name = (given.value_info or {}).get("serializationDataFormat", _IN_JSON)
    if format_name != _IN_JSON:
        raise ValueError(
            f"expected an object serialized as {_IN_JSON}, but found {str(format_name)[:100]}, which nobody "
            "but Java can read"
        )
    return _json(given)


_READERS: Mapping[str, Callable[[TypedValue], object]] = {
    "string": _text,
    "integer": _whole,
    "short": _whole,
    "long": _whole,
    "double": _number,
    "number": _number,
    "boolean": _truth,
    "date": _moment,
    "json": _json,
    "object": _object,
}
READ: Final = ("String", "Integer", "Short", "Long", "Double", "Boolean", "Date", "Json", "Object", "Null")
