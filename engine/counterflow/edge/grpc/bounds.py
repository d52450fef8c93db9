"""How long a name may be, and how many entries a list may have, in every request of both contracts.

Whatever refuses a call likes to quote what it was told, and whoever keeps it keeps each entry: so this is
looked at first, for all fields alike, by what the descriptors say of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from counterflow.kernel.elements.ad_hoc_activation import AT_ONCE
from counterflow.kernel.lives import modification_instructions
from counterflow.service.refusals import Invalid

NAME_LENGTH: Final = 32_768
"""Characters of an id, a name, a type or a key."""
ENTRIES: Final = 10_000
"""Of one list."""
_INSTRUCTIONS: Final = ("activateInstructions", "terminateInstructions", "activate", "terminate", "move")
SHORTER: Final = {
    "activities": AT_ONCE,
    "activateElements": AT_ONCE,
    **dict.fromkeys(_INSTRUCTIONS, modification_instructions.AT_ONCE),
}
"""Lists that never may be as long, by field: no entry of a longer one is looked at."""
CONTENTS: Final = frozenset({"variables", "variables_json", "errorMessage", "error_message", "variable_json"})
"""Fields whose text is no name: other limits hold for them."""
QUOTED: Final = 100
"""So much of a name that is too long is shown."""

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
            yield field.name, _of_name(field.name)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            yield field.name, _of_message(field)


def _of_name(name: str) -> Check:
    def check(text: Any) -> None:
        if len(text) > NAME_LENGTH:
            raise Invalid(
                f"Expected {name} to have at most {NAME_LENGTH} characters, but found {len(text)}, which "
                f"begin with {text[:QUOTED]!r}"
            )

    return check


def _of_list(field: Any) -> Check:
    inside = _of_message(field) if field.type == FieldDescriptor.TYPE_MESSAGE else None
    most = SHORTER.get(field.name, ENTRIES)

    def check(entries: Any) -> None:
        if len(entries) > most:
            raise Invalid(f"Expected {field.name} to have at most {most} entries, but found {len(entries)}")
        if inside is not None:
            for entry in entries:
                inside(entry)

    return check


def _of_message(field: Any) -> Check:
    return bounds_of(GetMessageClass(field.message_type))
