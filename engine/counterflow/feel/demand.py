"""What an expression asks of its variables, so that nothing else of their JSON is made into values.

    count(order.items[price > 25])      order: items: price
    order.qty * order.price             order: qty, price
    order                               order: all of it

The answer may hold too much, never too little: a name that is taken for a variable although it is local only
costs time. Values whose JSON has another shape than the expression expects are read whole, so what an
expression means never depends on this file.

A context of which an entry beyond ASCII is asked for is read whole as well: msgspec's typed decoder compares
the names of entries with the UTF-8 that Python may or may not have kept beside a string, and takes one for
absent where it has not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypedDict

import msgspec

from counterflow.feel import tree
from counterflow.feel.json_values import decimal

_MEASURING: Final = frozenset({"count", "is empty"})
"""Built-ins that look at a list and not at what is in it."""


@dataclass
class Demand:
    """What is asked of a value, or of each item if it is a list: all of it, or some entries."""

    whole: bool = False
    entries: dict[str, "Demand"] = field(default_factory=dict)

    def add(self, other: "Demand") -> None:
        """Ask for all that another asks for, too."""
        self.whole = self.whole or other.whole
        for name, demand in other.entries.items():
            self.entries.setdefault(name, Demand()).add(demand)

    @property
    def partial(self) -> bool:
        """Whether entries are asked for and nothing beyond them."""
        return bool(self.entries) and not self.whole


_WHOLE: Final = Demand(whole=True)


@dataclass(frozen=True)
class _Bound:
    """A name for the items of a list; if `name` is empty, the item of a filter with all its entries."""

    name: str
    demand: Demand


_Scope = tuple[_Bound, ...]


class _Reading:
    def __init__(self, given: frozenset[str]) -> None:
        self.given = given
        self.variables: dict[str, Demand] = {}

    def visit(self, node: tree.Tree, demand: Demand, scope: _Scope) -> None:
        form = _FORMS.get(type(node))
        if form is None:
            for part in _parts(node):
                self.visit(part, _WHOLE, scope)
        else:
            form(self, node, demand, scope)

    def name(self, node: tree.Name, demand: Demand, scope: _Scope) -> None:
        for bound in reversed(scope):
            if bound.name == node.name or (not bound.name and node.name == "item"):
                return bound.demand.add(demand)
            if not bound.name:
                bound.demand.add(Demand(entries={node.name: demand}))
        return self.variables.setdefault(node.name, Demand()).add(demand)

    def path(self, node: tree.Path, demand: Demand, scope: _Scope) -> None:
        self.visit(node.source, Demand(entries={node.name: demand}), scope)

    def filter_(self, node: tree.Filter, demand: Demand, scope: _Scope) -> None:
        of_item = Demand()
        of_item.add(demand)
        self.visit(node.condition, _WHOLE, (*scope, _Bound("", of_item)))
        self.visit(node.source, of_item, scope)

    def call(self, node: tree.FunctionCall, _demand: Demand, scope: _Scope) -> None:
        function = node.function
        measuring = (
            isinstance(function, tree.Name)
            and function.name in _MEASURING
            and function.name not in self.given
        )
        self.visit(function, _WHOLE, scope)
        for argument in node.arguments:
            self.visit(argument, Demand() if measuring else _WHOLE, scope)

    def for_(self, node: tree.For, _demand: Demand, scope: _Scope) -> None:
        self._iterate(node.iterators, node.body, scope)

    def quantified(self, node: tree.Quantified, _demand: Demand, scope: _Scope) -> None:
        self._iterate(node.iterators, node.condition, scope)

    def _iterate(self, iterators: tuple[tree.Iterator, ...], body: tree.Tree, scope: _Scope) -> None:
        if not iterators:
            return self.visit(body, _WHOLE, scope)
        first, *rest = iterators
        of_item = Demand()
        self._iterate(tuple(rest), body, (*scope, _Bound(first.name, of_item)))
        if first.end is not None:
            self.visit(first.end, _WHOLE, scope)
        return self.visit(first.domain, of_item, scope)


_FORMS: Final[dict[type[tree.Tree], Callable[[_Reading, Any, Demand, _Scope], None]]] = {
    tree.Name: _Reading.name,
    tree.Path: _Reading.path,
    tree.Filter: _Reading.filter_,
    tree.FunctionCall: _Reading.call,
    tree.For: _Reading.for_,
    tree.Quantified: _Reading.quantified,
}


def _parts(node: tree.Tree) -> Iterator[tree.Tree]:
    for part in fields(node):
        yield from _trees(getattr(node, part.name))


def _trees(value: object) -> Iterator[tree.Tree]:
    if isinstance(value, tree.Tree):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _trees(item)


# Decoding no more than that

Decoder = msgspec.json.Decoder[Any]


class Decoders(dict[str, Decoder | None]):
    """For each variable of which a part is asked for, a decoder of that part; for all others None.

    A decoder is made when its variable is first looked up.
    """

    def __init__(self, demands: Mapping[str, Demand]) -> None:
        super().__init__()
        self.demands = demands

    def __missing__(self, name: str) -> Decoder | None:
        demand = self.demands.get(name)
        self[name] = (
            None if demand is None or not demand.partial else Decoder(_shape(demand), float_hook=decimal)
        )
        return self[name]


def _shape(demand: Demand) -> Any:
    """The type to decode: a context with the entries that are asked for, or a list of such contexts.

    Null may stand for either.
    """
    if not demand.partial or not all(map(str.isascii, demand.entries)):
        return object
    entries = {name: _shape(part) for name, part in demand.entries.items()}
    context = TypedDict("context", entries, total=False)  # type: ignore[misc]  # its entries are known only now
    return context | list[context | None] | None


def decoders(root: tree.Tree, given: frozenset[str]) -> Decoders:
    """The decoders of an expression's variables, by their names. `given` names are no built-ins."""
    reading = _Reading(given | frozenset(_introduced(root)))
    reading.visit(root, _WHOLE, ())
    return Decoders({name: demand for name, demand in reading.variables.items() if demand.partial})


def _introduced(node: tree.Tree) -> Iterator[str]:
    """All names that a tree introduces anywhere, any of which may hide a built-in."""
    if isinstance(node, tree.ContextLiteral):
        yield from (name for name, _ in node.entries)
    elif isinstance(node, tree.Parameter | tree.Iterator):
        yield node.name
    for part in _parts(node):
        yield from _introduced(part)
