"""The elements of a decision requirements graph (DMN 1.5, table 2)."""

from __future__ import annotations

from counterflow.drawing.diagram import Shape
from counterflow.drawing.geometry import Point
from counterflow.drawing.svg.markup import LINE, OPEN, path, polygon, rectangle
from counterflow.drawing.svg.text import centred, topped


def decision(shape: Shape) -> str:
    """What decides."""
    return rectangle(shape.bounds, LINE, width=1.5) + centred(shape.name, shape.bounds.inset(7))


def input_data(shape: Shape) -> str:
    """What is known before."""
    return rectangle(shape.bounds, LINE, radius=shape.bounds.height / 2, width=1.5) + centred(
        shape.name, shape.bounds.inset(7)
    )


def knowledge_model(shape: Shape) -> str:
    """What several decisions may call: two of its corners are cut."""
    x, y, right, bottom = shape.bounds.x, shape.bounds.y, shape.bounds.right, shape.bounds.bottom
    cut = min(15.0, shape.bounds.height / 3)
    corners = (
        (x + cut, y),
        (right, y),
        (right, bottom - cut),
        (right - cut, bottom),
        (x, bottom),
        (x, y + cut),
    )
    return polygon([Point(*corner) for corner in corners], LINE, width=1.5) + centred(
        shape.name, shape.bounds.inset(7)
    )


def knowledge_source(shape: Shape) -> str:
    """Who or what a decision rests on: a page with a wave for its lower border."""
    x, y, width, height = shape.bounds
    wave = min(height / 5, 12)
    low = y + height - wave
    curve = f"C{x + width * 0.75:g},{low - wave:g} {x + width / 2:g},{low - wave:g} {x + width / 2:g},{low:g}"
    back = f"C{x + width / 2:g},{low + wave:g} {x + width * 0.25:g},{low + wave:g} {x:g},{low:g}"
    return path(f"M{x:g},{y:g} H{x + width:g} V{low:g} {curve} {back} Z", LINE, width=1.5) + centred(
        shape.name, shape.bounds.inset(9)
    )


def service(shape: Shape) -> str:
    """A part of the graph that can be called as one."""
    frame = rectangle(shape.bounds, LINE, radius=14, width=3)
    x, middle, right = shape.bounds.x, shape.bounds.center.y, shape.bounds.right
    return (
        frame
        + path(f"M{x:g},{middle:g} H{right:g}", OPEN, width=1)
        + topped(shape.name, shape.bounds.inset(7))
    )
