"""How long names and lists may be (`edge/bounds.py`), for every request of both contracts.

Which fields are names and lists is what the descriptors say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from counterflow.edge.bounds import CONTENTS, check_entries, check_name

Check = Callable[[Any], None]


def bounds_of(request: type[Message]) -> Check:
    """A check of requests of this class. It raises `Invalid`."""
    checks = tuple(_checks(request))

    def check(message: Any) -> None:
        for field, check_field in checks:
            check_field(getattr(message, field))

    return check


def _checks(request: type[Message]) -> Iterator[tuple[str, Check]]:
    empty = request()
    for field in request.DESCRIPTOR.fields:
        if hasattr(getattr(empty, field.name), "extend"):
            yield field.name, _of_list(field)
        elif field.type == FieldDescriptor.TYPE_STRING and field.name not in CONTENTS:
            yield field.name, partial(check_name, field.name)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            yield field.name, _of_message(field)


def _of_list(field: Any) -> Check:
    inside = _of_message(field) if field.type == FieldDescriptor.TYPE_MESSAGE else None

    def check(entries: Any) -> None:
        check_entries(field.name, entries)
        if inside is not None:
            for entry in entries:
                inside(entry)

    return check


def _of_message(field: Any) -> Check:
    return bounds_of(GetMessageClass(field.message_type))
