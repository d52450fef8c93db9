"""How long names and lists may be (`edge/bounds.py`), and how many objects a body may have.

It holds for every record that a body is read as.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_args

import msgspec

from counterflow.edge.bounds import CONTENTS, check_entries, check_name
from counterflow.service.refusals import Invalid

OBJECTS: Final = 50_000
"""Objects of one body, without those of its document. An empty one takes two bytes, and forty times as many
once it is read.
"""


def check_objects(text: str, shape: Any) -> None:
    """Raise `Invalid` for a text of too many objects, before it is read.

    For what is no such record, what `msgspec` raises.
    """
    if text.count("{") <= OBJECTS:
        return
    members = msgspec.json.decode(text, type=_members_of(shape))
    count = sum(bytes(value).count(b"{") for value in msgspec.structs.astuple(members))
    if count > OBJECTS:
        raise Invalid(
            f"Expected a body of at most {OBJECTS} objects beside those of its document, but found "
            f"{count}; ask in several requests"
        )


def check_bounds(record: Any) -> None:
    """Raise `Invalid` for a name or a list that is too long, in a record or in what it has inside."""
    shape: Any = type(record)
    for attribute, name in _fields_of(shape).items():
        value = getattr(record, attribute)
        if isinstance(value, str):
            check_name(name, value)
        elif isinstance(value, list):
            check_entries(name, value)
            for entry in value:
                if isinstance(entry, str):
                    check_name(name, entry)
                elif isinstance(entry, msgspec.Struct):
                    check_bounds(entry)
        elif isinstance(value, msgspec.Struct):
            check_bounds(value)


@cache
def _fields_of(shape: Any) -> Mapping[str, str]:
    """What is looked at of a record: by attribute, as clients call it."""
    return {
        field.name: field.encode_name
        for field in msgspec.structs.fields(shape)
        if field.encode_name not in CONTENTS
    }


@cache
def _members_of(shape: Any) -> type[msgspec.Struct]:
    """A record of the same members, which are not read; documents are left out."""
    names = [field.encode_name for field in msgspec.structs.fields(shape) if not _is_document(field.type)]
    return msgspec.defstruct("Members", [(name, msgspec.Raw, msgspec.Raw(b"")) for name in names])


def _is_document(kind: Any) -> bool:
    return kind is msgspec.Raw or msgspec.Raw in get_args(kind)
