"""Pools, lanes and groups: what others are drawn on, or in (BPMN 2.0.2, clauses 9.3, 10.8 and 8.3.1)."""

from __future__ import annotations

from typing import Final

from counterflow.drawing.diagram import Shape, ShapeMark
from counterflow.drawing.geometry import Bounds
from counterflow.drawing.svg.markup import LINE, OPEN, moved, path, rectangle
from counterflow.drawing.svg.text import centred, topped, upwards

BAND: Final = 30
"""How wide the strip with the name is."""


def pool(shape: Shape) -> str:
    """A participant: with a strip for its name, or as a closed box that has its name in the middle."""
    box = shape.bounds
    outline = rectangle(box, LINE, width=1.5)
    many = moved(box.center.x, box.bottom - 12, path("M-4.5,-6 V6 M0,-6 V6 M4.5,-6 V6", OPEN, width=2.2))
    marks = many if ShapeMark.COLLECTION in shape.marks else ""
    if ShapeMark.CLOSED_POOL in shape.marks:
        return outline + centred(shape.name, box.inset(7)) + marks
    return outline + _band(shape, with_line=True) + marks


def lane(shape: Shape) -> str:
    """A part of a pool; what is in it is still seen."""
    return rectangle(shape.bounds, OPEN, width=1.5) + _band(shape, with_line=False)


def _band(shape: Shape, *, with_line: bool) -> str:
    x, y, width, height = shape.bounds
    if ShapeMark.UPRIGHT in shape.marks:
        line = path(f"M{x:g},{y + BAND:g} H{x + width:g}", OPEN, width=1.5) if with_line else ""
        return line + centred(shape.name, Bounds(x, y, width, BAND))
    line = path(f"M{x + BAND:g},{y:g} V{y + height:g}", OPEN, width=1.5) if with_line else ""
    return line + upwards(shape.name, Bounds(x, y, BAND, height))


def group(shape: Shape) -> str:
    """A frame around what belongs together; its name on top where it has no place of its own."""
    frame = rectangle(shape.bounds, OPEN, radius=10, width=1.5, dash="10 6 0 6")
    return frame if shape.label is not None else frame + topped(shape.name, shape.bounds.inset(7))
