"""Types of FEEL (DMN 1.5, 10.3.2.9 and table 61): what belongs to one, which conform, the conversions."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from counterflow.feel.errors import cut, quoted
from counterflow.feel.inference import UNKNOWN
from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import UTC, Date, DateTime, Time
from counterflow.feel.tree import TypeName
from counterflow.feel.values import KINDS, Function, Range, a_kind

_ALIASES: Final = {
    "day time duration": "days and time duration",
    "year month duration": "years and months duration",
}


Check = Callable[[Run, Value], bool]
"""Whether a value belongs to a type; never asked about null."""


class Defined(Protocol):
    """A type that the surroundings of an expression define, such as an item definition of a model."""

    @property
    def conforms(self) -> Check:
        """What a parameter of this type asks of its argument."""

    @property
    def has_shape(self) -> Check:
        """What `instance of` asks: `conforms`, whatever values the definition allows (10.3.2.9.1)."""


DefinedTypes = Mapping[str, Defined]
Named = Callable[[str], Check | None]
"""The check of a defined type by its name; None for all other names."""

NO_TYPES: Final[DefinedTypes] = {}


def checks(definitions: DefinedTypes) -> Named:
    """What a parameter of each defined type asks of its argument, by the type's name."""
    return lambda name: definitions[name].conforms if name in definitions else None


def shapes(definitions: DefinedTypes) -> Named:
    """What `instance of` asks of a value for each defined type, by the type's name."""
    return lambda name: definitions[name].has_shape if name in definitions else None


_OF_OTHERS: Final = {
    "list": "list<Any>",
    "range": "range<number>",
    "context": "context<name: Any>",
    "function": "function<Any>->Any",
}
"""Types that are none by themselves, and how one of them is written."""


def instance_of(expected: TypeName, named: Named) -> Callable[[Run, Value], Value]:
    """What tells whether a value is of a type; it is null, with a warning, if there is no such type."""
    unknown = _unknown(expected, named)
    if unknown is None:
        return lambda run, value: conforms(run, value, expected, named)
    remedy = f": write {_OF_OTHERS[unknown]}, or another of that kind" if unknown in _OF_OTHERS else ""
    message = f"`instance of` takes a type; {quoted(unknown)} is none{remedy}"
    return lambda run, _value: run.warn("wrong type", message)


def _unknown(expected: TypeName, named: Named) -> str | None:
    """The first name in a type that names none, or that needs the types of its members and has none."""
    name = _ALIASES.get(expected.name, expected.name)
    if named(expected.name) is not None or name in {"Any", "Null"}:
        return None
    if name not in KINDS.values() or (name in _OF_OTHERS and not expected.members):
        return expected.name
    return next(
        (
            unknown
            for unknown in (_unknown(member, named) for member in expected.members)
            if unknown is not None
        ),
        None,
    )


def conforms(run: Run, value: Value, expected: TypeName, named: Named) -> bool:
    """Whether a value belongs to a type; null belongs to Null only."""
    defined = named(expected.name)
    if defined is not None:
        return value is not None and defined(run, value)
    name = _ALIASES.get(expected.name, expected.name)
    if name == "Any":
        return value is not None
    if name in {"Null", "null"}:
        return value is None
    if KINDS.get(type(value)) != name:
        return False
    members = _MEMBERS.get(name)
    return True if members is None or not expected.members else members(run, value, expected, named)


def _list_conforms(run: Run, value: list[Value], expected: TypeName, named: Named) -> bool:
    run.spend(len(value))
    return all(_member_conforms(run, item, expected.members[0], named) for item in value)


def _context_conforms(run: Run, value: dict[str, Value], expected: TypeName, named: Named) -> bool:
    run.spend(len(expected.names))
    entries = zip(expected.names, expected.members, strict=True)
    return all(
        name in value and _member_conforms(run, value[name], member, named) for name, member in entries
    )


def _range_conforms(run: Run, value: Range, expected: TypeName, named: Named) -> bool:
    return all(
        end is None or conforms(run, end, expected.members[0], named) for end in (value.start, value.end)
    )


def _function_conforms(_run: Run, value: Function, expected: TypeName, _named: Named) -> bool:
    """Whether a function takes whatever the wanted one takes, and answers nothing else (10.3.2.9.2)."""
    *given, result = expected.members
    if len(value.parameters) != len(given):
        return False
    takes = all(
        declared is None or type_conforms(of, declared)
        for of, declared in zip(given, value.types, strict=False)
    )
    return takes and (value.result is None or type_conforms(value.result, result))


def type_conforms(given: TypeName, expected: TypeName) -> bool:
    """Whether every value of one type is of another, too (10.3.2.9.2). What is not known conforms."""
    if (
        expected.name == "Any"
        or given.name in {"Null", "null"}
        or UNKNOWN in (given, expected)
        or given == expected
    ):
        return True
    relation = _RELATIONS.get(expected.name)
    return relation is not None and given.name == expected.name and relation(given, expected)


def _same_member(given: TypeName, expected: TypeName) -> bool:
    return not expected.members or (
        bool(given.members) and type_conforms(given.members[0], expected.members[0])
    )


def _context_relation(given: TypeName, expected: TypeName) -> bool:
    held = dict(zip(given.names, given.members, strict=True))
    return all(
        name in held and type_conforms(held[name], member)
        for name, member in zip(expected.names, expected.members, strict=True)
    )


def _function_relation(given: TypeName, expected: TypeName) -> bool:
    if not expected.members:
        return True
    if len(given.members) != len(expected.members):
        return False
    parameters = zip(given.members[:-1], expected.members[:-1], strict=True)
    return all(type_conforms(other, own) for own, other in parameters) and type_conforms(
        given.members[-1], expected.members[-1]
    )


_RELATIONS: Final[dict[str, Callable[[TypeName, TypeName], bool]]] = {
    "list": _same_member,
    "range": _same_member,
    "context": _context_relation,
    "function": _function_relation,
}


def _member_conforms(run: Run, value: Value, expected: TypeName, named: Named) -> bool:
    return value is None or conforms(run, value, expected, named)


_MEMBERS: Final[dict[str, Callable[[Run, Any, TypeName, Named], bool]]] = {
    "list": _list_conforms,
    "context": _context_conforms,
    "range": _range_conforms,
    "function": _function_conforms,
}


# Conversions

_MOMENT: Final = TypeName("date and time")


def converted(run: Run, value: Value, to: TypeName, named: Named) -> Value:
    """The value as one of a type; null, with a warning, if it cannot be converted (10.3.2.9.4).

    It stays as it is, or becomes the item of a list of one, a list of one, or the midnight of a date.
    """
    if value is None or conforms(run, value, to, named):
        return value
    if (
        isinstance(value, list)
        and len(value) == 1
        and value[0] is not None
        and conforms(run, value[0], to, named)
    ):
        return value[0]
    if to.name == "list" and (not to.members or conforms(run, value, to.members[0], named)):
        return [value]
    if isinstance(value, Date) and to == _MOMENT:
        return DateTime(value, Time(0, 0, 0, 0, UTC))
    return run.warn("wrong argument", f"expected a value of the type {cut(to.name)}; found {a_kind(value)}")
