"""`instance of`: whether a value belongs to a type (DMN 1.5, 10.3.2.9 and table 56)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from counterflow.feel import tree
from counterflow.feel.run import Run, Value
from counterflow.feel.values import KINDS, Function, Range

_ALIASES: Final = {"day time duration": "days and time duration", "year month duration": "years and months duration"}


Named = Mapping[str, Callable[[Run, Value], bool]]
"""Types that the surroundings of an expression define, such as the item definitions of a decision model; never asked about null."""

NO_TYPES: Final[Named] = {}


def conforms(run: Run, value: Value, wanted: tree.TypeName, named: Named) -> bool:
    """Whether a value belongs to a type; null belongs to Null only."""
    defined = named.get(wanted.name)
    if defined is not None:
        return value is not None and defined(run, value)
    name = _ALIASES.get(wanted.name, wanted.name)
    if name == "Any":
        return value is not None
    if name in {"Null", "null"}:
        return value is None
    if KINDS.get(type(value)) != name:
        return False
    members = _MEMBERS.get(name)
    return True if members is None or not wanted.members else members(run, value, wanted, named)


def _list_conforms(run: Run, value: list[Value], wanted: tree.TypeName, named: Named) -> bool:
    run.spend(len(value))
    return all(_member_conforms(run, item, wanted.members[0], named) for item in value)


def _context_conforms(run: Run, value: dict[str, Value], wanted: tree.TypeName, named: Named) -> bool:
    entries = zip(wanted.names, wanted.members, strict=True)
    return all(name in value and _member_conforms(run, value[name], member, named) for name, member in entries)


def _range_conforms(run: Run, value: Range, wanted: tree.TypeName, named: Named) -> bool:
    return all(end is None or conforms(run, end, wanted.members[0], named) for end in (value.start, value.end))


def _function_conforms(_run: Run, value: Function, wanted: tree.TypeName, _named: Named) -> bool:
    """As many parameters, each of which takes what the wanted one takes; what a function answers is not declared in FEEL."""
    expected = wanted.members[:-1]
    if len(value.parameters) != len(expected):
        return False
    return all(declared is None or _takes(declared, given) for declared, given in zip(value.types, expected, strict=False))


def _takes(declared: tree.TypeName, given: tree.TypeName) -> bool:
    """Whether a parameter of one type takes every value of another."""
    return declared.name == "Any" or declared == given or given.name in {"Null", "null"}


def _member_conforms(run: Run, value: Value, wanted: tree.TypeName, named: Named) -> bool:
    return value is None or conforms(run, value, wanted, named)


_MEMBERS: Final[dict[str, Callable[[Run, Any, tree.TypeName, Named], bool]]] = {
    "list": _list_conforms,
    "context": _context_conforms,
    "range": _range_conforms,
    "function": _function_conforms,
}
