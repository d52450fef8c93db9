"""A message of the wire as plain data, for JSON that people and programs like to read.

Names are camelCase as in the gateway contract; keys and positions are numbers; enums are their lower-case
words without the enum's own name in front; `…_json` fields and documents of variables are the JSON they hold;
what is absent is null.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from counterflow.cli.output import json_data

JSON_SUFFIX = "_json"
DOCUMENTS = {"variables", "customHeaders", "decisionOutput", "inputValue", "outputValue"}
"""Fields of the gateway contract that are strings and hold JSON."""


def to_data(message: Message) -> dict[str, Any]:
    """A message as a dictionary, fields in the order of the proto."""
    return {
        _name(field): _field(message, field)
        for field in message.DESCRIPTOR.fields
        if _is_told(message, field)
    }


def _is_told(message: Message, field: Any) -> bool:
    """Of a choice, only what was chosen."""
    choice = field.containing_oneof
    return choice is None or len(choice.fields) == 1 or message.HasField(field.name)


def _name(field: Any) -> str:
    head, *tail = str(field.name).removesuffix(JSON_SUFFIX).split("_")
    return head + "".join(word.capitalize() for word in tail)


def _field(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if hasattr(value, "extend"):  # the one sign of a repeated field that every protobuf version knows
        return [_value(field, item) for item in value]
    if field.has_presence and not message.HasField(field.name):
        return None
    return _value(field, value)


def _value(field: Any, value: Any) -> Any:
    if isinstance(value, Message):
        return to_data(value)
    if field.enum_type is not None:
        return _word(field.enum_type, value)
    if isinstance(value, str) and (field.name.endswith(JSON_SUFFIX) or field.name in DOCUMENTS):
        return json_data(value or "{}")
    return value


def _word(enum: Any, number: int) -> str | int:
    value = enum.values_by_number.get(number)
    if value is None:
        return number
    snake = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in enum.name).lstrip("_")
    return str(value.name).removeprefix(f"{snake.upper()}_").lower()
