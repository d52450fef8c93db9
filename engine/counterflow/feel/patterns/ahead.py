"""Whether a search for all matches may read on far behind each of them.

RE2 finds one match in linear time, but reads on as long as a better one may come: over `aaaa…` the pattern
`a(.*b)?` reads the whole rest of the text for each `a`. `\\s+` does not, nor does `"[^"]*"`: where what
repeats without end cannot be left in two ways, all that is read is of a match, or shows that no more come.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from itertools import pairwise

from counterflow.feel.patterns.sets import others, without
from counterflow.feel.patterns.tree import (
    AnyCharacter,
    Class,
    Group,
    PatternNode,
    Ranges,
    Repeat,
    Sequence,
    children,
)


def reads_ahead(root: PatternNode, *, ignoring_case: bool) -> bool:
    """Whether so much may be read behind a match that it has to be paid for by the length of the text."""
    parts = _parts(root)
    return any(
        not _is_bounded(part) and not _is_left_in_one_way(part, following, ignoring_case)
        for part, following in pairwise([*parts, None])
        if part is not None
    )


def _parts(node: PatternNode) -> Several[PatternNode]:
    if isinstance(node, Group):
        return _parts(node.body)
    if isinstance(node, Sequence):
        return [part for inner in node.parts for part in _parts(inner)]
    return (node,)


def _is_bounded(node: PatternNode) -> bool:
    is_endless = isinstance(node, Repeat) and node.most is None
    return not is_endless and all(map(_is_bounded, children(node)))


def _is_left_in_one_way(node: PatternNode, following: PatternNode | None, ignoring_case: bool) -> bool:
    if not isinstance(node, Repeat) or not isinstance(node.body, Class | AnyCharacter):
        return False
    if following is None:
        return True
    repeated, first = _members(node.body), _members(following)
    return (
        not ignoring_case and None not in (repeated, first) and without(first or (), repeated or ()) == first
    )


def _members(node: PatternNode) -> Ranges | None:
    """The characters of a class; None where only a look at each can tell."""
    if not isinstance(node, Class) or node.categories or node.minus is not None:
        return None
    return others(node.ranges) if node.negated else without(node.ranges, ())
