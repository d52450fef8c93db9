"""`instance of`: whether a value belongs to a type (DMN 1.5, 10.3.2.9 and table 56)."""

from collections.abc import Callable
from typing import Any, Final

from counterflow.feel import tree
from counterflow.feel.run import Value
from counterflow.feel.values import KINDS, Function, Range

_ALIASES: Final = {"day time duration": "days and time duration", "year month duration": "years and months duration"}


def conforms(value: Value, wanted: tree.TypeName) -> bool:
    """Whether a value belongs to a type; null belongs to Null only."""
    name = _ALIASES.get(wanted.name, wanted.name)
    if name == "Any":
        return value is not None
    if name in {"Null", "null"}:
        return value is None
    if KINDS.get(type(value)) != name:
        return False
    members = _MEMBERS.get(name)
    return True if members is None or not wanted.members else members(value, wanted)


def _list_conforms(value: list[Value], wanted: tree.TypeName) -> bool:
    return all(_member_conforms(item, wanted.members[0]) for item in value)


def _context_conforms(value: dict[str, Value], wanted: tree.TypeName) -> bool:
    entries = zip(wanted.names, wanted.members, strict=True)
    return all(name in value and _member_conforms(value[name], member) for name, member in entries)


def _range_conforms(value: Range, wanted: tree.TypeName) -> bool:
    return all(end is None or conforms(end, wanted.members[0]) for end in (value.start, value.end))


def _function_conforms(value: Function, wanted: tree.TypeName) -> bool:
    return len(value.parameters) == len(wanted.members) - 1


def _member_conforms(value: Value, wanted: tree.TypeName) -> bool:
    return value is None or conforms(value, wanted)


_MEMBERS: Final[dict[str, Callable[[Any, tree.TypeName], bool]]] = {
    "list": _list_conforms,
    "context": _context_conforms,
    "range": _range_conforms,
    "function": _function_conforms,
}
