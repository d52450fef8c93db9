"""Events: one thin line where a process begins, two on its way, one thick where it ends.

Dashes are for what does not interrupt.
"""

from __future__ import annotations

from typing import Final

from counterflow.drawing.diagram import Shape, ShapeMark
from counterflow.drawing.svg.markup import LINE, circle, moved
from counterflow.drawing.svg.symbols import symbol

THROWING: Final = frozenset({"intermediateThrowEvent", "endEvent", "implicitThrowEvent"})
_DASHES: Final = "5 3"
_RADIUS: Final = 18
"""Of the circle that symbols are drawn for."""


def event(shape: Shape) -> str:
    """The circle, or circles, with the symbol inside."""
    radius = min(shape.bounds.width, shape.bounds.height) / 2
    dash = _DASHES if ShapeMark.NOT_INTERRUPTING in shape.marks else None
    circles = circle(
        shape.bounds.center, radius, LINE, width=4 if shape.kind == "endEvent" else 1.5, dash=dash
    )
    if shape.kind not in {"startEvent", "endEvent"}:
        circles += circle(shape.bounds.center, max(0.0, radius - 3), LINE, width=1.5, dash=dash)
    inside = symbol(shape.trigger, filled=shape.kind in THROWING)
    return circles + (moved(*shape.bounds.center, inside, scale=radius / _RADIUS) if inside else "")
