"""How many fields a request has, counted on the wire before it is read.

Each takes memory and time, however little it says: one of two bytes may take forty times as many once read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from counterflow.wire.contract import RpcError, StatusCode

FIELDS: Final = 50_000
"""Fields of one request, with those of all messages in it."""
_LEAST_BYTES: Final = 2
"""What a field takes: its number and an empty value."""
_VARINT_BYTES: Final = 10
_MORE: Final = 0x80
"""The bit of a byte that says that the number goes on."""
_VARINT, _EIGHT, _LENGTH, _GROUP, _GROUP_ENDS, _FOUR = range(6)
_FIXED: Final = {_EIGHT: 8, _FOUR: 4}
_GROUPS: Final = {_GROUP, _GROUP_ENDS}


class MessageShape(NamedTuple):
    """What the wire does not say of a message: the names of its fields, and which of them are messages. Both
    by tag, a field's number with how it is written.
    """

    names: Mapping[int, str]
    inside: Mapping[int, MessageShape]


def reader_of(request: type[Message]) -> Callable[[bytes], Any]:
    """Reads requests of this class. The reader raises `RpcError` for too many fields, and `DecodeError` for
    bytes that are no message.
    """
    shape = _shape_of(request.DESCRIPTOR, {})

    def read(data: bytes) -> Any:
        if len(data) > _LEAST_BYTES * FIELDS:
            check_fields(data, shape)
        return request.FromString(data)

    return read


def check_fields(data: bytes, shape: MessageShape, most: int = FIELDS) -> None:
    """Raise `RpcError` where there are more fields than that. Bytes that are no message are left to whoever
    reads it: they are counted until then.
    """
    try:
        _walk(data, shape, most)
    except IndexError:
        return  # it breaks off


def _walk(data: bytes, shape: MessageShape, left: int) -> None:
    """Numbers of one byte, by far the most, are read here: a call for each would take twice as long."""
    outside: list[tuple[int, MessageShape]] = []
    position, end = 0, len(data)
    while True:
        while position >= end:
            if not outside:
                return
            end, shape = outside.pop()
        tag = data[position]
        position += 1
        if tag >= _MORE:
            tag, position = _varint(data, position - 1)
        kind = tag & 7
        left -= 1
        if left < 0:
            raise _too_many(shape.names.get(tag, "one that nobody knows"))
        if kind == _LENGTH:
            size = data[position]
            position += 1
            if size >= _MORE:
                size, position = _varint(data, position - 1)
            inside = shape.inside.get(tag)
            if inside is None:
                position += size
            else:
                outside.append((end, shape))
                end, shape = position + size, inside
        elif kind == _VARINT:
            _, position = _varint(data, position)
        elif kind in _FIXED:
            position += _FIXED[kind]
        elif kind not in _GROUPS:
            return  # nothing is written so


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, and where it ends (protobuf's encoding, "Base 128 varints")."""
    value = 0
    for count in range(_VARINT_BYTES):
        byte = data[position + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < _MORE:
            return value, position + count + 1
    raise IndexError


def _too_many(last: str) -> RpcError:
    return RpcError(
        StatusCode.INVALID_ARGUMENT,
        f"Expected a request of at most {FIELDS} fields, with those of all messages in it, but found more "
        f"(the one that is too many: {last}); ask in several requests",
    )


def _shape_of(message: Any, known: dict[str, MessageShape]) -> MessageShape:
    """By descriptors; a message that has itself inside is known by then."""
    known_shape = known.get(message.full_name)
    if known_shape is not None:
        return known_shape
    inside: dict[int, MessageShape] = {}
    names = {field.number << 3 | _WRITTEN.get(field.type, _VARINT): field.name for field in message.fields}
    shape = known[message.full_name] = MessageShape(names, inside)
    for field in message.fields:
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            inside[field.number << 3 | _LENGTH] = _shape_of(field.message_type, known)
    return shape


_WRITTEN: Final = {
    FieldDescriptor.TYPE_STRING: _LENGTH,
    FieldDescriptor.TYPE_BYTES: _LENGTH,
    FieldDescriptor.TYPE_MESSAGE: _LENGTH,
    FieldDescriptor.TYPE_DOUBLE: _EIGHT,
    FieldDescriptor.TYPE_FLOAT: _FOUR,
}
"""How fields are written; all others are numbers of variable length."""
