"""Gateways: a diamond, and what it does with a token (BPMN 2.0.2, 10.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from counterflow.drawing.diagram import Shape, ShapeMark
from counterflow.drawing.geometry import Point
from counterflow.drawing.svg.markup import LINE, OPEN, circle, moved, path, polygon
from counterflow.drawing.svg.symbols import CENTER, regular

_SIZE: Final = 50
"""Of the diamond that the signs are drawn for."""


def _exclusive(shape: Shape) -> str:
    return path("M-7,-8 L7,8 M7,-8 L-7,8", OPEN, width=3.5) if ShapeMark.MARKED_X in shape.marks else ""


def _parallel(_: Shape) -> str:
    return path("M0,-11 V11 M-11,0 H11", OPEN, width=3.5)


def _inclusive(_: Shape) -> str:
    return circle(CENTER, 11, OPEN, width=3)


def _complex(_: Shape) -> str:
    return path("M0,-11 V11 M-11,0 H11 M-8,-8 L8,8 M8,-8 L-8,8", OPEN, width=3)


def _event_based(shape: Shape) -> str:
    rings = circle(CENTER, 13.5, OPEN, width=1.2)
    if ShapeMark.INSTANTIATING not in shape.marks:
        rings += circle(CENTER, 11, OPEN, width=1.2)
    if ShapeMark.PARALLEL in shape.marks:
        return rings + path(
            "M-1.8,-7 H1.8 V-1.8 H7 V1.8 H1.8 V7 H-1.8 V1.8 H-7 V-1.8 H-1.8 Z", OPEN, width=1.2
        )
    return rings + polygon(regular(5, 7.5), OPEN, width=1.2)


SIGNS: Final[Mapping[str, Callable[[Shape], str]]] = {
    "exclusiveGateway": _exclusive,
    "parallelGateway": _parallel,
    "inclusiveGateway": _inclusive,
    "complexGateway": _complex,
    "eventBasedGateway": _event_based,
}


def gateway(shape: Shape) -> str:
    """The diamond with its sign."""
    box, center = shape.bounds, shape.bounds.center
    corners = (
        Point(center.x, box.y),
        Point(box.right, center.y),
        Point(center.x, box.bottom),
        Point(box.x, center.y),
    )
    sign = SIGNS[shape.kind](shape) if shape.kind in SIGNS else ""
    return polygon(corners, LINE, width=1.5) + (
        moved(*center, sign, scale=min(box.width, box.height) / _SIZE) if sign else ""
    )
