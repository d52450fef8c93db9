"""Diagram interchange: bounds, waypoints and colours (OMG Diagram Definition 1.1, clause 10).

They are the same in BPMN and in DMN.
"""

from __future__ import annotations

import math
import re
from typing import Final

from lxml import etree

from counterflow.documents.xml import line_of, local_name
from counterflow.drawing.diagram import Colours
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.geometry import Bounds, Point

FARTHEST: Final = 10_000_000
"""Pixels: what is farther is a mistake; 20,000 tasks in a row, the most that is read, need a third of it."""

_BIOCOLOR: Final = "{http://bpmn.io/schema/bpmn/biocolor/1.0}"
_COLOR: Final = "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}"
_HEXADECIMAL: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)
_RGB: Final = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.ASCII)


def parts(element: etree._Element, name: str) -> list[etree._Element]:
    """The direct children with that local name, whichever version of the interchange they are of."""
    return [child for child in element if local_name(child) == name]


def bounds_of(element: etree._Element) -> Bounds | None:
    """The rectangle of a shape or label, None where it has none. Raises `NotDrawn`."""
    rectangles = parts(element, "Bounds")
    if not rectangles:
        return None
    x, y, width, height = (_number(rectangles[0], name) for name in ("x", "y", "width", "height"))
    return Bounds(x, y, max(width, 0.0), max(height, 0.0))


def label_of(element: etree._Element) -> Bounds | None:
    """The rectangle of the label of a shape or edge, None where it has none, or one without a place."""
    label = next((child for child in element if local_name(child).endswith("Label")), None)
    return None if label is None else bounds_of(label)


def waypoints_of(element: etree._Element) -> tuple[Point, ...]:
    """The points of an edge. Raises `NotDrawn`."""
    return tuple(Point(_number(point, "x"), _number(point, "y")) for point in parts(element, "waypoint"))


def colours_of(element: etree._Element) -> Colours:
    """The colours that bpmn.io and its kin write; what is no plain colour is as good as none."""
    fill = element.get(f"{_COLOR}background-color") or element.get(f"{_BIOCOLOR}fill")
    stroke = element.get(f"{_COLOR}border-color") or element.get(f"{_BIOCOLOR}stroke")
    label = next((child for child in element if local_name(child).endswith("Label")), element)
    return Colours(_colour(fill), _colour(stroke), _colour(label.get(f"{_COLOR}color")))


def _colour(written: str | None) -> str:
    text = (written or "").strip().lower()
    if _HEXADECIMAL.fullmatch(text):
        return text if len(text) == 7 else "#" + "".join(2 * digit for digit in text[1:])
    matched = _RGB.fullmatch(text)
    return "" if matched is None else "#" + "".join(f"{min(255, int(part)):02x}" for part in matched.groups())


def _number(element: etree._Element, name: str) -> float:
    written = element.get(name, "0")
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not abs(number) <= FARTHEST:  # not a number is not less than anything
        message = (
            f"expected a number of pixels within ±{FARTHEST:,} as {name} of {local_name(element)}, found "
            f"{written[:40]!r}"
        )
        raise NotDrawn(
            f"line {line_of(element)}: {message}; move the element in an editor and save the file again."
        )
    return number
