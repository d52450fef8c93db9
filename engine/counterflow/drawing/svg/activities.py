"""Activities: tasks with their kind of work, sub-processes open or closed, and the marks below."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from counterflow.drawing.diagram import Shape, ShapeMark
from counterflow.drawing.geometry import Bounds, Point
from counterflow.drawing.svg.markup import FILLED, INK, LINE, OPEN, circle, moved, path, polygon, rectangle
from counterflow.drawing.svg.symbols import envelope
from counterflow.drawing.svg.text import NAME_SIZE, centred, topped, wrap

CORNER: Final = 10
_MARK_STEP: Final = 18
_MARK_DROP: Final = 12
"""From the lower border up to the middle of the marks."""

# -- kinds of work, drawn from their upper left corner, 20 by 20 or less -------------------------------------


def _gear(center: Point, radius: float) -> str:
    """A wheel with eight teeth, and a hole."""
    turns = [(2 * math.pi * (tooth + offset) / 8, reach) for tooth in range(8) for offset, reach in _TOOTH]
    rim = [
        Point(center.x + radius * reach * math.sin(turn), center.y - radius * reach * math.cos(turn))
        for turn, reach in turns
    ]
    return polygon(rim, LINE, width=1) + circle(center, radius * 0.36, LINE, width=1)


_TOOTH: Final = ((-0.3, 0.72), (-0.18, 1.0), (0.18, 1.0), (0.3, 0.72))


def _service(_: Shape) -> str:
    return _gear(Point(7.5, 7.5), 7.5) + _gear(Point(12.5, 12), 7.5)


def _user(_: Shape) -> str:
    return path("M1,19 C1,12 4,10.5 10,10.5 C16,10.5 19,12 19,19 Z", LINE, width=1.2) + circle(
        Point(10, 5.5), 4.5, LINE, width=1.2
    )


def _send(_: Shape) -> str:
    return envelope(Bounds(0, 3, 20, 13), filled=True)


def _receive(shape: Shape) -> str:
    if ShapeMark.INSTANTIATING in shape.marks:
        return circle(Point(10, 10), 10.5, LINE, width=1.2) + envelope(Bounds(4, 6, 12, 8), filled=False)
    return envelope(Bounds(0, 3, 20, 13), filled=False)


def _script(_: Shape) -> str:
    page = path("M6,1 H18 C12,6 21,13 14,19 H2 C9,13 0,6 6,1 Z", LINE, width=1.2)
    return page + path("M6.2,5 H12.5 M6.6,8.5 H13.5 M8,12 H15 M7,15.5 H14", OPEN, width=1.2)


def _rule(_: Shape) -> str:
    table = rectangle(Bounds(0, 2, 20, 15), LINE, width=1.2) + rectangle(
        Bounds(0, 2, 20, 4.5), FILLED, width=1.2
    )
    return table + path("M0,11.7 H20 M6,6.5 V17", OPEN, width=1.2)


def _manual(_: Shape) -> str:
    hand = (
        "M1,8 L7,2.6 Q9.5,1 10.6,2.4 Q11.2,3.4 8.4,6 H17.5 Q19.2,6 19.2,7.4 Q19.2,8.8 17.5,8.8 H18.2 "
        "Q19.6,8.9 19.6,10.2 Q19.6,11.6 18,11.6 H17.4 Q18.8,11.7 18.8,13 Q18.8,14.3 17.2,14.3 H16 "
        "Q17.4,14.5 17.4,15.7 Q17.4,17 15.8,17 H5 Q2,17 1,14 Z"
    )
    return path(hand, LINE, width=1.2) + path(
        "M11.5,8.8 H17.5 M11.5,11.6 H17.4 M11.5,14.3 H16", OPEN, width=1.2
    )


_WORK: Final[Mapping[str, Callable[[Shape], str]]] = {
    "serviceTask": _service,
    "userTask": _user,
    "sendTask": _send,
    "receiveTask": _receive,
    "scriptTask": _script,
    "businessRuleTask": _rule,
    "manualTask": _manual,
}

# -- marks, drawn around the origin, 14 by 14 ----------------------------------------------------------------

_SIGNS: Final[Mapping[ShapeMark, str]] = {
    ShapeMark.LOOP: path("M-2.2,5.8 A6,6 0 1 1 2.8,5.4 M-6.4,5.9 H-2 V1.6", OPEN, width=1.5),
    ShapeMark.PARALLEL: path("M-4.5,-6 V6 M0,-6 V6 M4.5,-6 V6", OPEN, width=2.2),
    ShapeMark.SEQUENTIAL: path("M-6,-4.5 H6 M-6,0 H6 M-6,4.5 H6", OPEN, width=2.2),
    ShapeMark.COLLAPSED: (
        rectangle(Bounds(-7, -7, 14, 14), LINE, width=1.2)
        + path("M0,-4.5 V4.5 M-4.5,0 H4.5", OPEN, width=1.4)
    ),
    ShapeMark.FOR_COMPENSATION: path("M-7.5,0 L-0.5,-5.5 V5.5 Z M-0.5,0 L6.5,-5.5 V5.5 Z", LINE, width=1.2),
    ShapeMark.AD_HOC: path(
        "M-7,1.5 C-6,-4 -2.5,-4 0,-1 C2.5,2 5,1.5 6.2,-2.8 H7 C6.4,3.8 2.6,4.2 0,1.4 C-2.6,-1.4 -5,-1 -6.2,3 "
        "H-7 Z",
        INK,
    ),
}
"""In the order in which they stand."""


def _marks(shape: Shape) -> str:
    signs = [sign for mark, sign in _SIGNS.items() if mark in shape.marks]
    left = shape.bounds.center.x - (len(signs) - 1) * _MARK_STEP / 2
    return "".join(
        moved(left + number * _MARK_STEP, shape.bounds.bottom - _MARK_DROP, sign)
        for number, sign in enumerate(signs)
    )


# -- activities ----------------------------------------------------------------------------------------------


def activity(shape: Shape) -> str:
    """The rectangle, what kind of work it is, its name and its marks."""
    box = shape.bounds
    outline = rectangle(
        box, LINE, radius=min(CORNER, box.height / 2), width=_border(shape), dash=_dash(shape)
    )
    if shape.kind == "transaction":
        outline += rectangle(box.inset(3), OPEN, radius=CORNER - 2, width=1.5)
    work = moved(box.x + 6, box.y + 5, _WORK[shape.kind](shape)) if shape.kind in _WORK else ""
    return outline + work + _named(shape) + _marks(shape)


def _named(shape: Shape) -> str:
    box = shape.bounds.inset(7)
    if ShapeMark.EXPANDED in shape.marks:
        return topped(shape.name, Bounds(box.x, box.y, box.width, min(box.height, 30)))
    if len(wrap(shape.name, box.width, NAME_SIZE, 3)) < 3:
        return centred(shape.name, box)
    below = 12 if any(mark in shape.marks for mark in _SIGNS) else 0
    above = 10 if shape.kind in _WORK and not below else 0
    return centred(shape.name, Bounds(box.x, box.y + above, box.width, max(1.0, box.height - above - below)))


def _border(shape: Shape) -> float:
    return 4 if shape.kind == "callActivity" else 1.5


def _dash(shape: Shape) -> str | None:
    return "1.5 4" if ShapeMark.EVENT_SUB_PROCESS in shape.marks else None
