"""SVG as text. Everything that comes from a file goes through `tag` or `words`, and is escaped there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from counterflow.drawing.geometry import Bounds, Point

Value = str | float | None

LINE: Final = "cf-line"
"""Class of outlines: ink around paper."""
OPEN: Final = "cf-open"
"""Class of lines that enclose nothing."""
INK: Final = "cf-ink"
"""Class of what is filled with ink."""
FILLED: Final = f"{INK} cf-edge"
"""Classes of what is filled with ink and has an outline of its own."""
PAPER: Final = "cf-paper"
"""Class of lines drawn on ink."""
TEXT: Final = "cf-text"

# As `xml.sax.saxutils` would do it, which loads an HTTP client.
_IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_ATTRIBUTE: Final = _IN_TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else number(value)


def tag(name: str, *inside: str, **attributes: Value) -> str:
    """An element.

    `class_` is `class`, `stroke_width` is `stroke-width`; an attribute that is None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_text(value).translate(_IN_ATTRIBUTE)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def words(text: str) -> str:
    """Text to put inside an element."""
    return text.translate(_IN_TEXT)


def number(value: float) -> str:
    """A length, to the hundredth of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def rectangle(
    bounds: Bounds,
    class_: str = LINE,
    *,
    radius: float | None = None,
    width: float | None = None,
    dash: str | None = None,
) -> str:
    """A rectangle, with round corners where a radius is given."""
    x, y, wide, high = bounds
    return tag(
        "rect",
        class_=class_,
        x=x,
        y=y,
        width=wide,
        height=high,
        rx=radius,
        stroke_width=width,
        stroke_dasharray=dash,
    )


def circle(
    center: Point, radius: float, class_: str = LINE, *, width: float | None = None, dash: str | None = None
) -> str:
    """A circle."""
    return tag(
        "circle",
        class_=class_,
        cx=center.x,
        cy=center.y,
        r=radius,
        stroke_width=width,
        stroke_dasharray=dash,
    )


def path(d: str, class_: str = LINE, *, width: float | None = None, dash: str | None = None) -> str:
    """A path, by its commands."""
    return tag("path", class_=class_, d=d, stroke_width=width, stroke_dasharray=dash)


def polygon(points: Iterable[Point], class_: str = LINE, *, width: float | None = None) -> str:
    """A closed line through points."""
    return path(f"M{' L'.join(f'{number(x)},{number(y)}' for x, y in points)} Z", class_, width=width)


def moved(x: float, y: float, *inside: str, scale: float = 1) -> str:
    """What is drawn around the origin, elsewhere, and larger or smaller."""
    scaled = "" if scale == 1 else f" scale({scale:.3f})"
    return tag("g", *inside, transform=f"translate({number(x)} {number(y)}){scaled}")
