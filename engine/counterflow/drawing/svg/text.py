"""Names: broken into lines that fit, and set.

There is no browser to ask, so widths are those of Helvetica's characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from counterflow.drawing.geometry import Bounds, Point
from counterflow.drawing.svg.markup import TEXT, moved, number, tag, words

NAME_SIZE: Final = 12
LABEL_SIZE: Final = 11
LINE_HEIGHT: Final = 1.2
LABEL_WIDTH: Final = 90
"""A name beside an element is at least so wide before it is broken, as editors have it."""
LONGEST_WORD: Final = 150
"""Pixels: a word up to this is not broken there."""
LABEL_LINES: Final = 12
LONGEST: Final = 2_000
"""Characters: more of a name are not looked at."""

# Thousandths of the size, for the characters from space to tilde (Adobe's metrics of Helvetica, which Arial
# shares).
_WIDTHS: Final = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WIDE, _OTHER = 1000, 600

_PIECES: Final = re.compile(r"[^\s-]*-+|[^\s-]+")
_ELLIPSIS: Final = "…"


def width_of(text: str, size: float) -> float:
    """How wide a line is, in pixels."""
    return sum(map(_width, text)) * size / 1000


def _width(character: str) -> int:
    index = ord(character) - 32
    if 0 <= index < len(_WIDTHS):
        return _WIDTHS[index]
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER


def wrap(text: str, width: float, size: float, most: int) -> list[str]:
    """Lines no wider than that, broken at spaces, behind hyphens, and within words that are too long.

    The last of `most` is cut short.
    """
    lines: list[str] = []
    for written in text[:LONGEST].strip().splitlines():
        for line in _broken(written, width, size):
            if len(lines) == most:
                lines[-1] = _cut(lines[-1], width, size)
                return lines
            lines.append(line)
    return lines


def _broken(text: str, width: float, size: float) -> Iterator[str]:
    line = ""
    end = 0
    for match in _PIECES.finditer(text):
        gap = " " if line and match.start() > end else ""
        end, piece = match.end(), match.group()
        if width_of(line + gap + piece, size) <= width:
            line += gap + piece
            continue
        if line:
            yield line
        *full, line = _chopped(piece, width, size)
        yield from full
    yield line


def _chopped(word: str, width: float, size: float) -> Iterator[str]:
    """A word in pieces that fit, at least a character each."""
    start, room = 0, width
    for position, character in enumerate(word):
        room -= width_of(character, size)
        if room < 0 and position > start:
            yield word[start:position]
            start, room = position, width - width_of(character, size)
    yield word[start:]


def _cut(line: str, width: float, size: float) -> str:
    while line and width_of(line + _ELLIPSIS, size) > width:
        line = line[:-1]
    return line.rstrip() + _ELLIPSIS


def centred(text: str, box: Bounds, size: float = NAME_SIZE) -> str:
    """A name in the middle of a box; as many lines as there is room for."""
    lines = wrap(text, box.width, size, max(1, int(box.height / (size * LINE_HEIGHT))))
    top = box.center.y - len(lines) * size * LINE_HEIGHT / 2
    return _set(lines, box.center.x, top, size, "middle")


def topped(text: str, box: Bounds, size: float = NAME_SIZE) -> str:
    """A name in the middle of the upper border of a box."""
    return _set(
        wrap(text, box.width, size, max(1, int(box.height / (size * LINE_HEIGHT)))),
        box.center.x,
        box.y,
        size,
        "middle",
    )


def from_left(text: str, box: Bounds, size: float = NAME_SIZE) -> str:
    """Text from the upper left corner of a box on."""
    return _set(
        wrap(text, box.width, size, max(1, int(box.height / (size * LINE_HEIGHT)))),
        box.x,
        box.y,
        size,
        "start",
    )


def upwards(text: str, box: Bounds, size: float = NAME_SIZE) -> str:
    """A name from the lower end of an upright strip to its upper one."""
    turned = Bounds(-box.height / 2, -box.width / 2, box.height, box.width)
    return moved(box.center.x, box.center.y, tag("g", centred(text, turned, size), transform="rotate(-90)"))


def label_lines(text: str, bounds: Bounds) -> list[str]:
    """The lines of a name that stands beside its element."""
    longest = max((width_of(word, LABEL_SIZE) for word in text[:LONGEST].split()), default=0)
    return wrap(text, max(LABEL_WIDTH, bounds.width, min(longest, LONGEST_WORD)), LABEL_SIZE, LABEL_LINES)


def label(text: str, bounds: Bounds) -> str:
    """A name beside its element, from the top of its place on, around the middle of it."""
    return _set(
        label_lines(text, bounds), bounds.center.x, bounds.y, LABEL_SIZE, "middle", class_=f"{TEXT} cf-label"
    )


def label_box(text: str, bounds: Bounds) -> Bounds:
    """The room that such a name takes."""
    lines = label_lines(text, bounds)
    width = max((width_of(line, LABEL_SIZE) for line in lines), default=0)
    return Bounds(bounds.center.x - width / 2, bounds.y, width, len(lines) * LABEL_SIZE * LINE_HEIGHT)


def _set(lines: list[str], x: float, top: float, size: float, anchor: str, class_: str = TEXT) -> str:
    step = size * LINE_HEIGHT
    first = Point(x, top + step / 2 + size * 0.35)
    spans = (tag("tspan", words(line), x=x, y=first.y + row * step) for row, line in enumerate(lines) if line)
    return (
        tag(
            "text",
            *spans,
            class_=class_,
            font_size=number(size),
            text_anchor=None if anchor == "start" else anchor,
        )
        if lines
        else ""
    )
