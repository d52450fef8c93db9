"""What an event shows inside its circle, of radius 18 around the origin (BPMN 2.0.2, table 10.93)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from counterflow.drawing.diagram import Trigger
from counterflow.drawing.geometry import Bounds, Point
from counterflow.drawing.svg.markup import FILLED, INK, LINE, OPEN, PAPER, circle, path, polygon, rectangle

CENTER: Final = Point(0, 0)


def regular(corners: int, radius: float, center: Point = CENTER) -> list[Point]:
    """The corners of a regular polygon that stands upright."""
    turns = (2 * math.pi * corner / corners for corner in range(corners))
    return [Point(center.x + radius * math.sin(turn), center.y - radius * math.cos(turn)) for turn in turns]


def envelope(bounds: Bounds, *, filled: bool) -> str:
    """A message: filled where it is sent."""
    x, y, width, height = bounds
    flap = f"M{x:g},{y:g} L{x + width / 2:g},{y + height * 0.58:g} L{x + width:g},{y:g}"
    return rectangle(bounds, FILLED if filled else LINE, width=1) + path(
        flap, PAPER if filled else OPEN, width=1.2
    )


def _timer() -> str:
    ticks = (2 * math.pi * hour / 12 for hour in range(12))
    marks = " ".join(
        f"M{9 * math.sin(turn):.2f},{-9 * math.cos(turn):.2f} "
        f"L{10.8 * math.sin(turn):.2f},{-10.8 * math.cos(turn):.2f}"
        for turn in ticks
    )
    return (
        circle(CENTER, 11, LINE, width=1.2)
        + path(marks, OPEN, width=1)
        + path("M1.6,-8 L0,0 L4.8,1.6", OPEN, width=1.4)
    )


def _condition() -> str:
    return rectangle(Bounds(-7, -9, 14, 18), LINE, width=1.2) + path(
        "M-4.5,-5.5 H4.5 M-4.5,-2 H4.5 M-4.5,2 H4.5 M-4.5,5.5 H4.5", OPEN, width=1.2
    )


_CROSS: Final = (
    "M-9.5,-6.5 L-6.5,-9.5 L0,-3 L6.5,-9.5 L9.5,-6.5 L3,0 L9.5,6.5 L6.5,9.5 L0,3 L-6.5,9.5 L-9.5,6.5 L-3,0 Z"
)
_PLUS: Final = "M-2.5,-10 H2.5 V-2.5 H10 V2.5 H2.5 V10 H-2.5 V2.5 H-10 V-2.5 H-2.5 Z"

_OUTLINES: Final[Mapping[Trigger, str]] = {
    Trigger.ERROR: "M-9,9.5 L-4,-7 L3,2.5 L9,-9.5 L4,7.5 L-3,-2 Z",
    Trigger.ESCALATION: "M0,-11 L7.5,8.5 L0,1.5 L-7.5,8.5 Z",
    Trigger.SIGNAL: "M0,-10.5 L9.5,6.5 H-9.5 Z",
    Trigger.COMPENSATION: "M-10.5,0 L-2,-7 V7 Z M-2,0 L6.5,-7 V7 Z",
    Trigger.LINK: "M-10,-3.5 H2 V-8.5 L11,0 L2,8.5 V3.5 H-10 Z",
    Trigger.CANCEL: _CROSS,
    Trigger.PARALLEL_MULTIPLE: _PLUS,
}
"""Filled where it is thrown, outlined where it is caught."""

_DRAWN: Final[Mapping[Trigger, Callable[[], str]]] = {
    Trigger.TIMER: _timer,
    Trigger.CONDITIONAL: _condition,
    Trigger.TERMINATE: lambda: circle(CENTER, 10.5, INK),
}


def symbol(trigger: Trigger, *, filled: bool) -> str:
    """What such an event shows; nothing for one without a trigger."""
    if trigger is Trigger.MESSAGE:
        return envelope(Bounds(-9.5, -6.5, 19, 13), filled=filled)
    if trigger is Trigger.MULTIPLE:
        return polygon(regular(5, 10.5), FILLED if filled else LINE, width=1.2)
    if trigger in _DRAWN:
        return _DRAWN[trigger]()
    outline = _OUTLINES.get(trigger)
    return "" if outline is None else path(outline, FILLED if filled else LINE, width=1.2)
