"""A pattern on one page."""

from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]
"""Code points, first and last of each range."""

LAST = 0x10FFFF


class PatternError(ValueError):
    """A pattern that XPath does not know, or one that is too large."""


@dataclass(frozen=True, slots=True)
class Class:
    """One character out of `ranges` or of the Unicode categories, and out of none of `minus`.

    Negated, any other.
    """

    ranges: Ranges = ()
    categories: tuple[tuple[str, bool], ...] = ()  # name, and whether it is the complement that is meant
    negated: bool = False
    minus: "Class | None" = None


@dataclass(frozen=True, slots=True)
class AnyCharacter:
    """`.`: any one character."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`: no character, but where the text or a line begins or ends."""

    at_start: bool


@dataclass(frozen=True, slots=True)
class BackReference:
    r"""`\1`: the same text as the group of that number."""

    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """`(a)`, captured as `number`, or `(?:a)`, whose number is 0."""

    body: "PatternNode"
    number: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """`ab`: one part after another."""

    parts: tuple["PatternNode", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`a|b`: the first branch that lets all the rest match."""

    branches: tuple["PatternNode", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`a{2,5}` and its kin; `most` is None if there is no limit, `reluctant` ones take as few as they can."""

    body: "PatternNode"
    least: int
    most: int | None
    reluctant: bool


PatternNode = Class | AnyCharacter | Anchor | BackReference | Group | Sequence | Choice | Repeat


def children(node: PatternNode) -> tuple[PatternNode, ...]:
    """The patterns directly inside a pattern."""
    if isinstance(node, Sequence):
        return node.parts
    if isinstance(node, Choice):
        return node.branches
    return (node.body,) if isinstance(node, Group | Repeat) else ()
