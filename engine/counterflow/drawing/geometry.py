"""Places and rectangles of a drawing, in pixels from the upper left corner, y downwards.

So diagram interchange has them.
"""

from __future__ import annotations

from typing import NamedTuple


class Point(NamedTuple):
    """A place."""

    x: float
    y: float


class Bounds(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right border."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower border."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """The place in the middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def inset(self, by: float) -> Bounds:
        """The rectangle that lies so far inside; never of a size below zero."""
        return Bounds(self.x + by, self.y + by, max(0.0, self.width - 2 * by), max(0.0, self.height - 2 * by))
