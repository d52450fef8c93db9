"""Data, annotations, and what neither standard gives a picture of its own (BPMN 2.0.2, 10.4.1 and 8.3.1)."""

from __future__ import annotations

from counterflow.drawing.diagram import Shape, ShapeMark
from counterflow.drawing.geometry import Bounds, Point
from counterflow.drawing.svg.markup import INK, LINE, OPEN, moved, path, polygon, rectangle
from counterflow.drawing.svg.text import centred, from_left

_ARROW = "M0,4 H8 V0 L15,7 L8,14 V10 H0 Z"


def sheet(shape: Shape) -> str:
    """A data object, input or output: a page with a folded corner."""
    x, y, right, bottom = shape.bounds.x, shape.bounds.y, shape.bounds.right, shape.bounds.bottom
    fold = min(10.0, shape.bounds.width / 3)
    outline = (
        f"M{x:g},{y:g} H{right - fold:g} L{right:g},{y + fold:g} V{bottom:g} H{x:g} Z "
        f"M{right - fold:g},{y:g} V{y + fold:g} H{right:g}"
    )
    drawn = path(outline, LINE, width=1.5)
    if shape.kind in {"dataInput", "dataOutput"}:
        drawn += moved(x + 4, y + 4, path(_ARROW, INK if shape.kind == "dataOutput" else LINE, width=1.2))
    if ShapeMark.COLLECTION in shape.marks:
        drawn += moved(shape.bounds.center.x, bottom - 8, path("M-4,-5 V5 M0,-5 V5 M4,-5 V5", OPEN, width=2))
    return drawn


def store(shape: Shape) -> str:
    """A data store: a drum."""
    x, y, width, height = shape.bounds
    curve = min(height / 4, 12)
    right, low = x + width, y + height - curve / 2
    lid = f"C{x:g},{{0:g}} {right:g},{{0:g}} {right:g},{{1:g}}"
    top = y + curve / 2
    outline = (
        f"M{x:g},{top:g} {lid.format(top - curve, top)} V{low:g} C{right:g},{low + curve:g} "
        f"{x:g},{low + curve:g} {x:g},{low:g} Z"
    )
    rings = " ".join(
        f"M{x:g},{top + step:g} {lid.format(top + step + curve, top + step)}"
        for step in (0, curve / 2, curve)
    )
    return path(outline, LINE, width=1.5) + path(rings, OPEN, width=1.5)


def annotation(shape: Shape) -> str:
    """A text with a bracket on its left."""
    x, y, width, height = shape.bounds
    bracket = path(f"M{x + 10:g},{y:g} H{x:g} V{y + height:g} H{x + 10:g}", OPEN, width=1.5)
    return bracket + from_left(shape.name, Bounds(x + 6, y + 3, max(1.0, width - 8), height))


def conversation(shape: Shape) -> str:
    """A hexagon."""
    x, y, right, bottom = shape.bounds.x, shape.bounds.y, shape.bounds.right, shape.bounds.bottom
    middle, quarter = shape.bounds.center.y, shape.bounds.width / 4
    corners = (
        (x, middle),
        (x + quarter, y),
        (right - quarter, y),
        (right, middle),
        (right - quarter, bottom),
        (x + quarter, bottom),
    )
    return polygon(
        [Point(*corner) for corner in corners], LINE, width=4 if shape.kind == "callConversation" else 1.5
    )


def unknown(shape: Shape) -> str:
    """Anything else is at least there, with its name."""
    return rectangle(shape.bounds, OPEN, width=1.2, dash="4 3") + centred(shape.name, shape.bounds.inset(4))
