"""Under which names a node finds what it requires.

The standard has one: the name of the required node's variable (DMN 1.5, 10.4). Most graphs that Camunda's
modelers draw have no variables. Camunda 8 then takes the id of a required decision, Camunda 7 the names of
its outputs, and people its name. They are tried in this order: the first of them that an expression mentions
is meant, and the others stay what they are, such as variables of the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from counterflow.dmn import tree
from counterflow.dmn.graph import Slot
from counterflow.feel.scope import LocalVariable


class OfferedName(NamedTuple):
    """A name, and which entry of the required value it means (empty: the value itself)."""

    name: str
    entry: str = ""


OfferedNames = tuple[OfferedName, ...]


def offered_names(node: tree.DRGElement, *, camunda: bool) -> tuple[OfferedNames, ...]:
    """The names of a node's value, the best first, in groups that are tried together.

    In a model of Camunda's even a drawn variable is only the first of several.
    """
    own = OfferedName(node.variable.name)
    if isinstance(node, tree.InputData) or (node.has_variable and not camunda):
        return ((own,),)
    identified = OfferedName(node.id or node.name)
    by_outputs = _outputs(node.logic) if isinstance(node, tree.Decision) else ()
    first = own if node.has_variable or not isinstance(node, tree.Decision) else identified
    tried = ((first,), by_outputs, (OfferedName(" ".join(node.name.split())),), (identified,))
    return tuple(dict.fromkeys(names for names in tried if names and names[0].name)) or ((own,),)


def _outputs(logic: tree.Box | None) -> OfferedNames:
    if not isinstance(logic, tree.DecisionTable):
        return ()
    named = [output.name for output in logic.outputs if output.name]
    return tuple(OfferedName(name, name if len(logic.outputs) > 1 else "") for name in named)


@dataclass
class Requirement:
    """What a node requires, and which of its names are on offer at the moment.

    `label` is what the author of a decision calls it.
    """

    key: str
    label: str
    names: tuple[OfferedNames, ...]
    is_input: bool = False
    attempt: int = 0

    @property
    def offered(self) -> OfferedNames:
        """The names that are on offer at the moment."""
        return self.names[self.attempt]

    @property
    def spellings(self) -> str:
        """All its names, in words."""
        return ", ".join(f"'{offered.name}'" for names in self.names for offered in names)

    def is_read(self, offers: Mapping[str, Offer]) -> bool:
        """Whether an expression mentions one of the names on offer, and means this requirement by it."""
        return any(offers[name].by is self and offers[name].variable.used for name, _ in self.offered)


class Offer(NamedTuple):
    """A name on offer: whose value it is, and whether an expression has asked for it."""

    slot: Slot
    variable: LocalVariable
    by: Requirement


def offers(requirements: Sequence[Requirement]) -> dict[str, Offer]:
    """The local names of one try, each with whose value it is.

    Of two with the same name the better founded one counts: a result before an input, an id before an output.
    """
    made: dict[str, Offer] = {}
    for requirement in sorted(requirements, key=_standing):
        for name, entry in requirement.offered:
            # A table may well have an output `count`; that what requires it counts something is no mention of
            # that output.
            variable = LocalVariable(name, yields=bool(requirement.label) and len(requirement.names) > 1)
            made[name] = Offer(
                Slot(name, ((name, requirement.key),), imported=False, entry=entry), variable, requirement
            )
    return made


def _standing(requirement: Requirement) -> tuple[bool, int]:
    return not requirement.is_input, -requirement.attempt


def next_names(requirements: Iterable[Requirement], tried: Mapping[str, Offer]) -> bool:
    """Go on to the next names of those that no expression reads; whether there were any."""
    waiting = [
        requirement
        for requirement in requirements
        if requirement.attempt + 1 < len(requirement.names) and not requirement.is_read(tried)
    ]
    for requirement in waiting:
        requirement.attempt += 1
    return bool(waiting)
