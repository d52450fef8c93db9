"""Allen's relations between points and ranges (DMN 1.5, 10.3.4.9, table 78).

Each relation is written once, over two ranges; a point is the range from itself to itself.
"""

from collections.abc import Callable
from typing import Final

from counterflow.feel.builtins.registry import builtin
from counterflow.feel.run import Run, Value
from counterflow.feel.values import Range, order, pay_for_order

_COMPARISONS: Final = 3
"""How often a relation compares each end at most, or asks a zone about it."""

Relation = Callable[[Range, Range], bool | None]


def _as_range(value: Value) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


class _NoOrder(Exception):
    """The two values cannot be compared, so their relation is null."""


def _sign(left: Value, right: Value) -> int:
    position = order(left, right)
    if position is None:
        raise _NoOrder
    return position


def _before(a: Range, b: Range) -> bool:
    position = _sign(a.end, b.start)
    return position < 0 or (position == 0 and not (a.end_included and b.start_included))


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _sign(a.end, b.start) == 0


def _starts_first(a: Range, b: Range) -> int:
    """-1 if a starts before b, 0 if together, 1 if after."""
    return _sign(a.start, b.start) or b.start_included - a.start_included


def _ends_first(a: Range, b: Range) -> int:
    return _sign(a.end, b.end) or a.end_included - b.end_included


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    return _overlaps(a, b) and _starts_first(a, b) < 0 and _ends_first(a, b) <= 0


def _includes(a: Range, b: Range) -> bool:
    return _starts_first(a, b) <= 0 and _ends_first(a, b) >= 0


def _starts(a: Range, b: Range) -> bool:
    return _starts_first(a, b) == 0 and _ends_first(a, b) <= 0


def _finishes(a: Range, b: Range) -> bool:
    return _ends_first(a, b) == 0 and _starts_first(a, b) >= 0


def _coincides(a: Range, b: Range) -> bool:
    return _starts_first(a, b) == 0 and _ends_first(a, b) == 0


_RELATIONS: dict[str, Relation] = {
    "before": _before,
    "after": lambda a, b: _before(b, a),
    "meets": _meets,
    "met by": lambda a, b: _meets(b, a),
    "overlaps": _overlaps,
    "overlaps before": _overlaps_before,
    "overlaps after": lambda a, b: _overlaps_before(b, a),
    "finishes": _finishes,
    "finished by": lambda a, b: _finishes(b, a),
    "includes": _includes,
    "during": lambda a, b: _includes(b, a),
    "starts": _starts,
    "started by": lambda a, b: _starts(b, a),
    "coincides": _coincides,
}


_POINTS: Final = "point1: point, point2: point"
_POINT_RANGE: Final = "point: point, range: range"
_RANGE_POINT: Final = "range: range, point: point"
_RANGES: Final = "range1: range, range2: range"
_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("before", "after"), (_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)),
    **dict.fromkeys(("finishes", "during", "starts"), (_POINT_RANGE, _RANGES)),
    **dict.fromkeys(("finished by", "includes", "started by"), (_RANGE_POINT, _RANGES)),
    "coincides": (_POINTS, _RANGES),
}
"""How the standard names the parameters; the relations that are not here are between two ranges."""


def _declare(name: str, relation: Relation) -> None:
    @builtin(*(f"{name}({parameters})" for parameters in _PARAMETERS.get(name, (_RANGES,))))
    def relate(run: Run, first: Value, second: Value) -> Value:
        run.spend(2 * _COMPARISONS)
        one, other = _as_range(first), _as_range(second)
        for _ in range(_COMPARISONS):
            pay_for_order(run, one.start, other.start)
            pay_for_order(run, one.end, other.end)
        try:
            return relation(one, other)
        except _NoOrder:
            return run.warn("wrong type", f"{name} takes points and ranges of one kind, with both ends")


for _name, _relation in _RELATIONS.items():
    _declare(_name, _relation)
