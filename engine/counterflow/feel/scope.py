"""Where a name is found while running, decided while compiling.

Local names live in a tuple; each construct that introduces names appends to it, and the compiler knows every
position. Only a filter leaves a question open: whether the item has an entry of that name shows when the item
is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from counterflow.feel.names import Spellings, enter, long_names
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


class Entries:
    """The context literal being written; its names grow entry by entry."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.spellings = Spellings()

    def add(self, name: str) -> None:
        """Make the name of an entry known to those that come after it."""
        self.names.add(name)
        enter(self.spellings, name)


@dataclass
class Item:
    """The item of a filter: `item`, and its entries by their names."""


LocalBinding = LocalVariable | Entries | Item


class Scope:
    """The local names at one place of a text, innermost last, at positions in the local tuple.

    Each is laid over the one around it, and finds its own names at once: a decision may have thousands.
    """

    def __init__(self, outer: "Scope | None" = None, bindings: Sequence[LocalBinding] = ()) -> None:
        """One context or item is bound, or any number of variables, of which the last of a name counts."""
        self._outer = outer
        self._start: int = 0 if outer is None else outer.size
        self._bindings = bindings
        self._variables = {
            name: slot
            for slot, binding in enumerate(bindings, self._start)
            if isinstance(binding, LocalVariable)
            for name in binding.names
        }
        self.size: int = self._start + len(bindings)

    def plus(self, *bindings: LocalBinding) -> "Scope":
        """The scope inside of this one that has these names, too."""
        return Scope(self, bindings)

    @property
    def _inside_out(self) -> Iterator["Scope"]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope._outer

    @cached_property
    def _own_spellings(self) -> Spellings:
        first = self._bindings[0] if self._bindings else None
        return first.spellings if isinstance(first, Entries) else long_names(self._variables)

    @cached_property
    def spellings(self) -> tuple[Spellings, ...]:
        """The long names of all that is certainly local, innermost last."""
        return tuple(scope._own_spellings for scope in self._inside_out)[::-1]

    def binds(self, name: str) -> bool:
        """Whether the name is certainly local; an entry of a filtered item is not certain."""
        return any(scope._binding_of(name) is not None for scope in self._inside_out)

    def hides(self, function: str) -> bool:
        """Whether a call by that name means something local."""
        bindings = [scope._binding_of(function) for scope in self._inside_out]
        return any(bindings) and not any(
            isinstance(binding, LocalVariable) and binding.yields for binding in bindings
        )

    def _binding_of(self, name: str) -> LocalVariable | Entries | None:
        """What the scope itself binds that name to, but for items."""
        slot = self._variables.get(name)
        first = self._bindings[0] if slot is None and self._bindings else None
        binding = first if slot is None else self._bindings[slot - self._start]
        if isinstance(binding, Entries):
            return binding if name in binding.names else None
        return binding if isinstance(binding, LocalVariable) and slot is not None else None

    def reader(self, name: str, otherwise: Code) -> tuple[Code, bool]:
        """The code that reads a name, innermost binding first, and whether it may reach `otherwise`.

        That is the code for a name that no binding has.
        """
        reading: Code | None = None
        items: list[int] = []
        for scope in self._inside_out:
            if scope._bindings and isinstance(scope._bindings[0], Item):
                items.append(scope._start)
                reading = _local(scope._start) if name == "item" else None
            else:
                reading = scope._reading(name)
            if reading is not None:
                break
        code = reading or otherwise
        for slot in reversed(items):
            code = _entry_of_item(slot, name, code)
        return code, reading is None

    def _reading(self, name: str) -> Code | None:
        binding = self._binding_of(name)
        if isinstance(binding, LocalVariable):
            binding.used = True
            return _local(self._variables[name])
        return None if binding is None else _entry(self._start, name)


def _local(slot: int) -> Code:
    return lambda _run, local: local[slot]


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
