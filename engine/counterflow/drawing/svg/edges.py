"""Flows and associations: lines with round corners, and what is at their ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from counterflow.drawing.diagram import Edge, EdgeMark
from counterflow.drawing.geometry import Bounds, Point
from counterflow.drawing.svg.markup import INK, LINE, OPEN, circle, number, path, polygon
from counterflow.drawing.svg.symbols import envelope
from counterflow.drawing.svg.text import LABEL_LINES, LABEL_SIZE, LABEL_WIDTH, width_of, wrap

CORNER: Final = 6
_ENVELOPES: Final = frozenset({EdgeMark.INITIATING, EdgeMark.ANSWERING})


@dataclass(frozen=True, slots=True)
class Style:
    """How edges of a kind look: their dashes, and what is at the beginning and at the end of them."""

    dash: str | None = None
    start: str = ""
    end: str = ""
    width: float = 1.5


_STYLES: Final = {
    "sequenceFlow": Style(end="filled"),
    "messageFlow": Style("8 5", start="ring", end="hollow"),
    "conversationLink": Style(width=3),
    "association": Style("0.5 5"),
    "dataInputAssociation": Style("0.5 5"),
    "dataOutputAssociation": Style("0.5 5"),
    "informationRequirement": Style(end="filled"),
    "knowledgeRequirement": Style("5 5", end="open"),
    "authorityRequirement": Style("5 5", end="dot"),
}


def edge(drawn: Edge) -> str:
    """The line with everything on it, but its name."""
    style, points = _STYLES.get(drawn.kind, Style()), _apart(drawn.points)
    if len(points) < 2:
        return ""
    line = path(_rounded(points), OPEN, width=style.width, dash=style.dash)
    ends = _end(style.end, points[-2], points[-1]) + _end(style.start, points[1], points[0])
    return line + ends + _marks(drawn, points)


def _marks(drawn: Edge, points: Sequence[Point]) -> str:
    marks = ""
    if EdgeMark.ARROW_AT_END in drawn.marks:
        marks += _end("open", points[-2], points[-1])
    if EdgeMark.ARROW_AT_START in drawn.marks:
        marks += _end("open", points[1], points[0])
    if EdgeMark.DEFAULT in drawn.marks:
        marks += _at(points[1], points[0], ((-6, -5), (-14, 5)), OPEN, is_closed=False)
    if EdgeMark.CONDITIONAL in drawn.marks:
        marks += _at(points[1], points[0], ((0, 0), (-8, -5), (-16, 0), (-8, 5)), LINE)
    if drawn.marks & _ENVELOPES:
        (x, y), _ = _middle(points)
        marks += envelope(Bounds(x - 12.5, y - 8, 25, 16), filled=EdgeMark.ANSWERING in drawn.marks)
    return marks


def _end(kind: str, before: Point, end: Point) -> str:
    """What is at the end of a line that comes from `before`."""
    match kind:
        case "filled":
            return _at(before, end, ((0, 0), (-10, -4.5), (-10, 4.5)), INK)
        case "hollow":
            return _at(before, end, ((0, 0), (-10, -4.5), (-10, 4.5)), LINE)
        case "open":
            return _at(before, end, ((-8, -4.5), (0, 0), (-8, 4.5)), OPEN, is_closed=False)
        case "ring":
            return circle(end, 3.5, LINE, width=1.2)
        case "dot":
            return circle(end, 4, INK)
        case _:
            return ""


def _at(
    before: Point, end: Point, corners: Sequence[tuple[float, float]], class_: str, *, is_closed: bool = True
) -> str:
    """Points given along the line (x) and across it (y), from its end."""
    length = math.dist(before, end)
    along = ((end.x - before.x) / length, (end.y - before.y) / length)
    points = [
        Point(end.x + x * along[0] - y * along[1], end.y + x * along[1] + y * along[0]) for x, y in corners
    ]
    if is_closed:
        return polygon(points, class_, width=1.2)
    return path("M" + " L".join(f"{number(x)},{number(y)}" for x, y in points), class_, width=1.5)


def _apart(points: Sequence[Point]) -> list[Point]:
    """Without those that repeat the one before."""
    return [points[0], *(point for before, point in pairwise(points) if math.dist(before, point) > 0.01)]


def _rounded(points: Sequence[Point]) -> str:
    line = [f"M{number(points[0].x)},{number(points[0].y)}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(CORNER, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        enter, leave = _towards(corner, before, reach), _towards(corner, after, reach)
        line.append(
            f"L{number(enter.x)},{number(enter.y)} Q{number(corner.x)},{number(corner.y)} "
            f"{number(leave.x)},{number(leave.y)}"
        )
    return " ".join([*line, f"L{number(points[-1].x)},{number(points[-1].y)}"])


def _towards(start: Point, end: Point, reach: float) -> Point:
    part = reach / math.dist(start, end)
    return Point(start.x + (end.x - start.x) * part, start.y + (end.y - start.y) * part)


def _middle(points: Sequence[Point]) -> tuple[Point, Point]:
    """The point halfway along a line, and the beginning of the piece that it lies on."""
    half = sum(math.dist(*ends) for ends in pairwise(points)) / 2
    for start, end in pairwise(points):
        length = math.dist(start, end)
        if length and half <= length:
            return _towards(start, end, half), start
        half -= length
    return points[-1], points[-1]


def label_place(drawn: Edge) -> Bounds:
    """Where the name of an edge stands: where the file says, else beside the middle of it.

    Above it, or right of it where it runs upright.
    """
    if drawn.label is not None:
        return drawn.label
    (x, y), start = _middle(drawn.points)
    if abs(start.x - x) >= abs(start.y - y):
        return Bounds(x - LABEL_WIDTH / 2, y - 18, LABEL_WIDTH, 14)
    lines = wrap(drawn.name, LABEL_WIDTH, LABEL_SIZE, LABEL_LINES)
    width = max((width_of(line, LABEL_SIZE) for line in lines), default=0)
    return Bounds(x + (18 if drawn.marks & _ENVELOPES else 6), y - 7, width, 14)
