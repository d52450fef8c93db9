"""A pattern on one page."""

from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]
"""Code points, first and last of each range."""

LAST = 0x10FFFF


class PatternError(ValueError):
    """A pattern that XPath does not know, or one that is too large."""


@dataclass(frozen=True, slots=True)
class Class:
    """One character out of `ranges` or of the Unicode categories, and out of none of `minus`; negated, any
    other.
    """

    ranges: Ranges = ()
    categories: tuple[tuple[str, bool], ...] = ()  # name, and whether it is the complement that is meant
    negated: bool = False
    minus: "Class | None" = None


@dataclass(frozen=True, slots=True)
class AnyCharacter:
    """The dot."""


@dataclass(frozen=True, slots=True)
class Anchor:
    at_start: bool


@dataclass(frozen=True, slots=True)
class BackReference:
    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """`number` is 0 for one that captures nothing."""

    body: "Node"
    number: int


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    branches: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`most` is None if there is no limit."""

    body: "Node"
    least: int
    most: int | None
    reluctant: bool


Node = Class | AnyCharacter | Anchor | BackReference | Group | Sequence | Choice | Repeat


def children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.parts
    if isinstance(node, Choice):
        return node.branches
    return (node.body,) if isinstance(node, Group | Repeat) else ()
