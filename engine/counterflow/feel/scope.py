"""Where a name is found while running, decided while compiling.

Local names live in a tuple; each construct that introduces names appends to it, and the compiler knows every
position. Only a filter leaves a question open: whether the item has an entry of that name shows when the item
is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from counterflow.feel.run import ABSENT, Local, Run, Value
from counterflow.feel.values import Code


@dataclass
class LocalVariable:
    """A local name: an iterator, a parameter, `partial` or `?`; `used` once an expression has asked for it.

    It may bear an `alias` as well. One that `yields` leaves calls to the built-in of its name: it is no
    function.
    """

    name: str
    used: bool = False
    alias: str = ""
    yields: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The name, and the alias if there is one."""
        return (self.name, self.alias) if self.alias else (self.name,)


@dataclass
class Entries:
    """The context literal being written; `names` grows entry by entry."""

    names: set[str] = field(default_factory=set)


@dataclass
class Item:
    """The item of a filter: `item`, and its entries by their names."""


LocalBinding = LocalVariable | Entries | Item


@dataclass(frozen=True)
class Scope:
    """The local names at one place of a text, innermost last; the positions are those in the local tuple."""

    bindings: tuple[LocalBinding, ...] = ()

    def plus(self, *bindings: LocalBinding) -> "Scope":
        """The scope inside of this one that has these names, too."""
        return Scope((*self.bindings, *bindings))

    @property
    def names(self) -> frozenset[str]:
        """All names that are certainly local."""
        return frozenset(name for binding in self.bindings for name in _names(binding))

    def binds(self, name: str) -> bool:
        """Whether the name is certainly local; an entry of a filtered item is not certain."""
        return any(
            (isinstance(binding, LocalVariable) and name in binding.names)
            or (isinstance(binding, Entries) and name in binding.names)
            for binding in self.bindings
        )

    def hides(self, function: str) -> bool:
        """Whether a call by that name means something local."""
        return self.binds(function) and not any(
            isinstance(binding, LocalVariable) and binding.yields and function in binding.names
            for binding in self.bindings
        )

    def reader(self, name: str, otherwise: Code) -> tuple[Code, bool]:
        """The code that reads a name, innermost binding first, and whether it may reach `otherwise`.

        That is the code for a name that no binding has.
        """
        reading: Code | None = None
        items: list[int] = []
        for slot in reversed(range(len(self.bindings))):
            binding = self.bindings[slot]
            if isinstance(binding, Item):
                items.append(slot)
            reading = _local(binding, slot, name)
            if reading is not None:
                break
        code = reading or otherwise
        for slot in reversed(items):
            code = _entry_of_item(slot, name, code)
        return code, reading is None


def _names(binding: LocalBinding) -> Iterable[str]:
    if isinstance(binding, LocalVariable):
        return binding.names
    return binding.names if isinstance(binding, Entries) else ("item",)


def _local(binding: LocalBinding, slot: int, name: str) -> Code | None:
    if isinstance(binding, LocalVariable) and name in binding.names:
        binding.used = True
        return lambda _run, local: local[slot]
    if isinstance(binding, Item) and name == "item":
        return lambda _run, local: local[slot]
    if isinstance(binding, Entries) and name in binding.names:
        return _entry(slot, name)
    return None


def _entry(slot: int, name: str) -> Code:
    def entry(_run: Run, local: Local) -> Value:
        context = local[slot]
        # A function that calls itself while its own entry is being made finds nothing there yet.
        return context.get(name) if isinstance(context, dict) else None

    return entry


def _entry_of_item(slot: int, name: str, otherwise: Code) -> Code:
    def entry_of_item(run: Run, local: Local) -> Value:
        item = local[slot]
        if type(item) is dict:
            value: Value = item.get(name, ABSENT)
            if value is not ABSENT:
                return value
        return otherwise(run, local)

    return entry_of_item
