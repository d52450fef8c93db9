"""Item definitions as checks of values, and the implicit conversions (DMN 1.5, 7.3.2, 7.3.3 and 10.3.2.9.4).

A value either conforms to a type, or can be converted to it (a list of one to its item, an item to a list of
one, a date to its midnight), or becomes null with a warning. Null conforms to every type.

Camunda's engines are not that strict, and its modeler gives every new column the type string. The types of
their files are lenient: a text that says a value of the type is read as one, and whatever else does not
conform stays as it is, with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from counterflow.dmn import stand_ins, tree
from counterflow.documents.notes import Notes, Place
from counterflow.feel import iso, numbers, temporal
from counterflow.feel.compiler import Surroundings
from counterflow.feel.errors import DuplicateEntry, FeelSyntaxError
from counterflow.feel.run import TEXT_PER_FUEL, Run, Value
from counterflow.feel.scope import Scope
from counterflow.feel.temporal import UTC, Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.feel.values import Code, Function, Range, a_kind

Conforms = Callable[[Run, Value], bool]
Convert = Callable[[Run, Value], Value]
Read = Callable[[Run, Value], Value]


@dataclass(frozen=True, slots=True)
class Type:
    """Which values belong to a type, and how others are brought to it.

    `conforms` is never asked about null. `item` is the type of the items of a list; `read` makes values of
    what JSON can say. What does not conform to a `lenient` type is kept. `shape` is `conforms` without the
    values that are allowed, where these are fewer than the type alone would have.
    """

    name: str
    conforms: Conforms
    item: Type | None = None
    read: Read | None = None
    result: Type | None = None
    lenient: bool = False
    shape: Conforms | None = None

    @property
    def has_shape(self) -> Conforms:
        """What `instance of` asks: the type, whatever values are allowed (10.3.2.9.1)."""
        return self.shape or self.conforms


def _of_kinds(name: str, *kinds: type) -> Type:
    accepted = frozenset(kinds)
    read = _reader(accepted) if accepted <= frozenset(temporal.KINDS) else None
    return Type(name, lambda _run, value: type(value) in accepted, read=read)


_READING_FUEL: Final = 10
"""What it takes to see whether a text is a date, a time or a duration."""
_NUMBER_FUEL: Final = 3


def _reader(kinds: frozenset[type]) -> Read:
    def read(run: Run, value: Value) -> Value:
        run.spend(_READING_FUEL)
        temporal_value = iso.read(value) if isinstance(value, str) else None
        return temporal_value if type(temporal_value) in kinds else value

    return read


ANY: Final = Type("Any", lambda _run, _value: True)
_NUMBER: Final = _of_kinds("number", int, Decimal)
_MOMENT: Final = _of_kinds("date and time", DateTime)
_DAYS: Final = _of_kinds("days and time duration", DaysDuration)
_MONTHS: Final = _of_kinds("years and months duration", MonthsDuration)
BASIC: Final[dict[str, Type]] = {
    "": ANY,
    "Any": ANY,
    "string": _of_kinds("string", str),
    "boolean": _of_kinds("boolean", bool),
    "number": _NUMBER,
    **dict.fromkeys(("integer", "long", "double"), _NUMBER),  # as Camunda spells some numbers
    "date": _of_kinds("date", Date),
    "time": _of_kinds("time", Time),
    **dict.fromkeys(("date and time", "dateTime"), _MOMENT),
    **dict.fromkeys(("days and time duration", "dayTimeDuration"), _DAYS),
    **dict.fromkeys(("years and months duration", "yearMonthDuration"), _MONTHS),
    "context": _of_kinds("context", dict),
    "list": _of_kinds("list", list),
    "range": _of_kinds("range", Range),
    "function": _of_kinds("function", Function),
    "Null": Type("Null", lambda _run, value: value is None),
}


_NUMBER_TEXT: Final = re.compile(r"\s*([+-]?[0-9.]{1,64}(?:[eE][+-]?[0-9]{1,8})?)\s*", re.ASCII)


def _number_of(run: Run, value: Value) -> Value:
    run.spend(_NUMBER_FUEL + (len(value) // TEXT_PER_FUEL if isinstance(value, str) else 0))
    written = _NUMBER_TEXT.fullmatch(value) if isinstance(value, str) else None
    number = numbers.read(written[1]) if written else None
    return value if number is None else numbers.whole(number)


def _boolean_of(run: Run, value: Value) -> Value:
    run.spend(1 + (len(value) // TEXT_PER_FUEL if isinstance(value, str) else 0))
    return _BOOLEANS.get(value.strip().lower(), value) if isinstance(value, str) else value


_BOOLEANS: Final[dict[str, Value]] = {"true": True, "false": False}
_CAMUNDA_7: Final[dict[str, Type]] = {
    **dict.fromkeys(("integer", "long", "double"), replace(_NUMBER, read=_number_of)),
    "boolean": replace(BASIC["boolean"], read=_boolean_of),
    "date": _of_kinds("date", Date, DateTime),  # its dates have a time of day
}
_LENIENT: Final = {
    name: of if of is ANY else replace(of, lenient=True) for name, of in {**BASIC, **_CAMUNDA_7}.items()
}
_ANY_CASE: Final = {name.lower(): of for name, of in _LENIENT.items()}
"""Camunda 7 does not look at the case of a type's name."""


class Types:
    """The types of a model by name, those of imported models as `import.type`.

    Each is made when it is first asked for.
    """

    def __init__(
        self,
        definitions: Iterable[tree.ItemDefinition],
        imported: Mapping[str, Type],
        notes: Notes,
        *,
        lenient: bool = False,
    ) -> None:
        self.definitions = {definition.name: definition for definition in definitions}
        self.lenient = lenient
        self._made: dict[str, Type] = {**(_LENIENT if lenient else BASIC), **imported}
        self._being_made: set[str] = set()
        self._notes = notes

    def all(self) -> dict[str, Type]:
        """Every type that the model itself defines, by name."""
        return {name: self.named(name) for name in self.definitions}

    def defined(self) -> dict[str, Type]:
        """The types that FEEL may name, as in `x instance of tPerson`."""
        return {name: of for name, of in self._made.items() if name not in BASIC}

    def named(self, name: str, line: int = 0) -> Type:
        """The type of that name; for an unknown name, and one defined by itself, any, which is noted."""
        made = self._made.get(name)
        if made is not None:
            return made
        definition = self.definitions.get(name) or self.definitions.get(name.rpartition(":")[2])
        if definition is None and self.lenient and (spelled := _ANY_CASE.get(name.lower())) is not None:
            return spelled
        if definition is None:
            self._notes.warning(
                Place(name, line),
                "type",
                f"expected a type that is defined, found '{name}'.",
                "Define it, or choose another.",
            )
            return ANY
        if name in self._being_made:
            return self._later(name)
        self._being_made.add(name)
        self._made[name] = made = replace(self._of(definition), lenient=self.lenient)
        self._being_made.discard(name)
        return made

    def _later(self, name: str) -> Type:
        """A type inside itself, such as a part list of part lists: looked up once a value is checked."""

        def conforms(run: Run, value: Value) -> bool:
            run.spend()
            return self._made[name].conforms(run, value)

        def has_shape(run: Run, value: Value) -> bool:
            run.spend()
            return self._made[name].has_shape(run, value)

        return Type(name, conforms, shape=has_shape)

    def _of(self, definition: tree.ItemDefinition) -> Type:
        made = self._shape(definition)
        if definition.allowed_values:
            made = self._constrained(made, definition, definition.allowed_values)
        if definition.is_collection:
            made = _list_of(made)
        if definition.type_constraint:
            made = self._constrained(made, definition, definition.type_constraint)
        return replace(made, name=definition.name or made.name)

    def _shape(self, definition: tree.ItemDefinition) -> Type:
        if definition.function_result is not None:
            return replace(BASIC["function"], result=self.named(definition.function_result, definition.line))
        if definition.components:
            return _context_of({component.name: self._of(component) for component in definition.components})
        return self.named(definition.type_ref, definition.line)

    def _constrained(self, of: Type, definition: tree.ItemDefinition, text: str) -> Type:
        allowed = allowed_values(text, Surroundings(Scope()), self._notes, definition)
        if allowed is None:
            return of

        def conforms(run: Run, value: Value) -> bool:
            run.spend()
            return of.conforms(run, value) and allowed(run, (value,)) is True

        return replace(of, conforms=conforms, shape=of.has_shape)


def allowed_values(text: str, around: Surroundings, notes: Notes, element: tree.DMNElement) -> Code | None:
    """The code of the tests that a value must pass; it expects the value behind the local names.

    None, and a note, if they are not FEEL.
    """
    try:
        return around.tests(around.parse_tests(text), text)
    except FeelSyntaxError as error:
        instead = stand_ins.for_syntax(notes, element, "list of allowed values", error)
        return instead if isinstance(error, DuplicateEntry) else None


def _list_of(item: Type) -> Type:
    read = item.read
    conforms, shape = _each_is(item.conforms), item.shape and _each_is(item.shape)
    return Type(
        f"list<{item.name}>",
        conforms,
        item,
        None if read is None else lambda run, value: _each_read(run, read, value),
        shape=shape,
    )


def _each_is(conforms: Conforms) -> Conforms:
    def each_is(run: Run, value: Value) -> bool:
        if not isinstance(value, list):
            return False
        run.spend(len(value))
        return all(item is None or conforms(run, item) for item in value)

    return each_is


def _each_read(run: Run, read: Read, value: Value) -> Value:
    return [read(run, item) for item in value] if isinstance(value, list) else read(run, value)


def _context_of(components: Mapping[str, Type]) -> Type:
    conforms = _entries_are({name: of.conforms for name, of in components.items()})
    is_narrow = any(of.shape is not None for of in components.values())
    shape = _entries_are({name: of.has_shape for name, of in components.items()}) if is_narrow else None
    readers = {name: of.read for name, of in components.items() if of.read is not None}
    if not readers:
        return Type("context", conforms, shape=shape)

    def read(run: Run, value: Value) -> Value:
        if not isinstance(value, dict):
            return value
        run.spend(1 + len(value))
        return {name: readers[name](run, item) if name in readers else item for name, item in value.items()}

    return Type("context", conforms, read=read, shape=shape)


def _entries_are(components: Mapping[str, Conforms]) -> Conforms:
    def entries_are(run: Run, value: Value) -> bool:
        if not isinstance(value, dict):
            return False
        run.spend(len(components))
        return all(
            name in value and (value[name] is None or conforms(run, value[name]))
            for name, conforms in components.items()
        )

    return entries_are


def converter(to: Type, what: str) -> Convert | None:
    """What makes a value one of a type; None where every value is.

    `what` begins the warning: "the decision 'Risk'".
    """
    if to is ANY:
        return None
    if to.lenient:
        return _lenient_converter(to, what)
    conforms, expected = to.conforms, to.name

    def convert(run: Run, value: Value) -> Value:
        if value is None or conforms(run, value):
            return value
        converted = _converted(run, value, to)
        if converted is None:
            run.warn(
                "wrong type",
                f"{what} is of type {expected}; found {a_kind(value)} that does not conform: it is null",
            )
        return converted

    return convert


def _lenient_converter(to: Type, what: str) -> Convert:
    conforms, expected, read = to.conforms, to.name, to.read

    def convert(run: Run, value: Value) -> Value:
        if value is None or conforms(run, value):
            return value
        said = value if read is None else read(run, value)
        if said is not value and conforms(run, said):
            return said
        run.warn(
            "wrong type",
            f"{what} is of type {expected}; found {a_kind(value)} that does not conform: it is kept as it is",
        )
        return value

    return convert


def _converted(run: Run, value: Value, to: Type) -> Value:
    if isinstance(value, list) and len(value) == 1 and value[0] is not None and to.conforms(run, value[0]):
        return value[0]
    if to.item is not None and to.item.conforms(run, value):
        return [value]
    midnight = DateTime(value, Time(0, 0, 0, 0, UTC)) if isinstance(value, Date) else None
    return midnight if midnight is not None and to.conforms(run, midnight) else None


def converting(code: Code, to: Type, what: str) -> Code:
    """The code, with its value brought to a type; null, with a warning, where it cannot be."""
    convert = converter(to, what)
    return code if convert is None else lambda run, local: convert(run, code(run, local))
