"""A tree as RE2 writes it; None for what RE2 cannot say.

That is back-references, and classes whose members only a look at each can tell.
"""

from collections.abc import Callable
from typing import Any, Final

from counterflow.feel.patterns.sets import others, without
from counterflow.feel.patterns.tree import (
    Anchor,
    AnyCharacter,
    BackReference,
    Choice,
    Class,
    Group,
    PatternNode,
    Ranges,
    Repeat,
    Sequence,
)

_NOTHING: Final = r"[^\x{0}-\x{10FFFF}]"


class _Beyond(Exception):
    """RE2 has no words for this."""


def written(node: PatternNode, *, ignoring_case: bool) -> str | None:
    """The pattern as RE2 writes it; None if it has to be matched step by step."""
    try:
        return _written(node, ignoring_case)
    except _Beyond:
        return None


def _written(node: PatternNode, ignoring_case: bool) -> str:
    return _WRITERS[type(node)](node, ignoring_case)


def _class(node: Class, ignoring_case: bool) -> str:
    if node.minus is not None:
        node = Class(without(_held(node), _held(node.minus)))
    if not node.categories:
        return _set(_ranges(node.ranges), node.negated) if node.ranges else _NOTHING
    categories = "".join(f"\\{'P' if complement else 'p'}{{{name}}}" for name, complement in node.categories)
    if not ignoring_case:
        return _set(_ranges(node.ranges) + categories, node.negated)
    # The flag i is about letters that are written, not about categories (F&O 7.6.1.1).
    if not node.ranges:
        return f"(?-i:{_set(categories, node.negated)})"
    if node.negated:
        raise _Beyond
    return f"(?:{_set(_ranges(node.ranges), negated=False)}|(?-i:[{categories}]))"


def _held(node: Class) -> Ranges:
    if node.categories:
        raise _Beyond
    held = others(node.ranges) if node.negated else node.ranges
    return held if node.minus is None else without(held, _held(node.minus))


def _set(members: str, negated: bool) -> str:
    return f"[{'^' if negated else ''}{members}]"


def _ranges(ranges: Ranges) -> str:
    return "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges)


def _back_reference(_node: BackReference, _ignoring_case: bool) -> str:
    raise _Beyond


def _group(node: Group, ignoring_case: bool) -> str:
    return f"({'' if node.number else '?:'}{_written(node.body, ignoring_case)})"


def _repeat(node: Repeat, ignoring_case: bool) -> str:
    most = "" if node.most is None else node.most
    return f"(?:{_written(node.body, ignoring_case)}){{{node.least},{most}}}{'?' if node.reluctant else ''}"


_WRITERS: Final[dict[type[PatternNode], Callable[[Any, bool], str]]] = {
    Class: _class,
    AnyCharacter: lambda _node, _ignoring_case: ".",
    Anchor: lambda node, _ignoring_case: "^" if node.at_start else "$",
    BackReference: _back_reference,
    Group: _group,
    Sequence: lambda node, ignoring_case: "".join(_written(part, ignoring_case) for part in node.parts),
    Choice: lambda node, ignoring_case: (
        f"(?:{'|'.join(_written(branch, ignoring_case) for branch in node.branches)})"
    ),
    Repeat: _repeat,
}
