"""Descriptors put into words, so that two of them, or one and a table, can be compared."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, FileDescriptor

TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
}


def messages(file: FileDescriptor) -> dict[str, Descriptor]:
    """Every message of a file by its name within the package, nested ones included."""
    return {
        local_name(message): message
        for top in file.message_types_by_name.values()
        for message in with_nested(top)
    }


def with_nested(message: Descriptor) -> Iterator[Descriptor]:
    """A message and those inside it."""
    yield message
    for nested in message.nested_types:
        yield from with_nested(nested)


def enums(file: FileDescriptor) -> dict[str, dict[str, int]]:
    """Every enum of a file by its name within the package, nested ones included."""
    top_level: list[EnumDescriptor] = list(file.enum_types_by_name.values())
    nested = [enum for message in messages(file).values() for enum in message.enum_types]
    return {
        local_name(enum): {value.name: value.number for value in enum.values} for enum in top_level + nested
    }


def fields(message: Descriptor) -> tuple[str, ...]:
    """The fields of a message in order of number, e.g. `5 fetchVariable repeated string`."""
    return tuple(in_words(field) for field in sorted(message.fields, key=lambda field: field.number))


def in_words(field: FieldDescriptor) -> str:
    """Number, name, label and type of a field."""
    return f"{field.number} {field.name} {label(field)}{type_name(field)}"


def label(field: FieldDescriptor) -> str:
    """`repeated `, `optional ` for a field with explicit presence, or nothing."""
    if field.is_repeated:
        return "repeated "
    return "optional " if is_optional(field) else ""


def is_optional(field: FieldDescriptor) -> bool:
    """Whether the proto says `optional`, which protobuf keeps as a oneof of a single field with an underscore
    before its name.
    """
    return field.containing_oneof is not None and field.containing_oneof.name == f"_{field.name}"


def type_name(field: FieldDescriptor) -> str:
    """A scalar's name, or that of a message or enum within the package."""
    target = field.message_type or field.enum_type
    return local_name(target) if target is not None else TYPES[field.type]


def oneofs(message: Descriptor) -> dict[str, tuple[str, ...]]:
    """The oneofs that the proto names, with their fields."""
    named = [
        oneof for oneof in message.oneofs if not (len(oneof.fields) == 1 and is_optional(oneof.fields[0]))
    ]
    return {oneof.name: tuple(field.name for field in oneof.fields) for oneof in named}


def local_name(descriptor: Descriptor | EnumDescriptor) -> str:
    """The name within the package."""
    return str(descriptor.full_name).removeprefix(f"{descriptor.file.package}.")
