"""Where shapes and flows are, in whole pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

TASK, EVENT, GATEWAY = (100, 80), (36, 36), (50, 50)
COLUMN_GAP, ROW_GAP, CHANNEL = 50, 50, 20


class Pixel(NamedTuple):
    """A place on the canvas, in pixels from its upper left corner."""

    x: int
    y: int


class PixelBounds(NamedTuple):
    """A rectangle on the canvas."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The x of the right border."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The y of the lower border."""
        return self.y + self.height

    @property
    def center(self) -> Pixel:
        """The place in the middle, in whole pixels."""
        return Pixel(self.x + self.width // 2, self.y + self.height // 2)


@dataclass
class Canvas:
    """Shapes, their labels, and edges, by element id.

    `nested` is what is drawn inside a shape, and how far right and down it is. It lies within the bounds of
    its shape, is moved with it, and is not looked at until all is flattened: a model may be nested a hundred
    times.
    """

    shapes: dict[str, PixelBounds] = field(default_factory=dict)
    labels: dict[str, PixelBounds] = field(default_factory=dict)
    edges: dict[str, list[Pixel]] = field(default_factory=dict)
    nested: dict[str, tuple[Canvas, int, int]] = field(default_factory=dict)

    def add(self, other: Canvas, right: int, down: int) -> None:
        """Take in another canvas, moved so far right and down."""
        for mine, others in ((self.shapes, other.shapes), (self.labels, other.labels)):
            mine.update(
                (key, bounds._replace(x=bounds.x + right, y=bounds.y + down))
                for key, bounds in others.items()
            )
        for key, points in other.edges.items():
            self.edges[key] = [Pixel(x + right, y + down) for x, y in points]
        for key, (inside, x, y) in other.nested.items():
            self.nested[key] = (inside, x + right, y + down)

    def flattened(self) -> Canvas:
        """The same with everything that is nested, in the order of the shapes that it is in."""
        flat = Canvas()
        self._flatten(flat, 0, 0)
        return flat

    def _flatten(self, flat: Canvas, right: int, down: int) -> None:
        for key, bounds in self.shapes.items():
            flat.shapes[key] = bounds._replace(x=bounds.x + right, y=bounds.y + down)
            if key in self.nested:
                inside, x, y = self.nested[key]
                inside._flatten(flat, right + x, down + y)
        flat.add(Canvas(labels=self.labels, edges=self.edges), right, down)

    def frame(self) -> PixelBounds:
        """The smallest rectangle around everything."""
        rectangles = [*self.shapes.values(), *self.labels.values()]
        points = [point for edge in self.edges.values() for point in edge]
        left = min([0, *(box.x for box in rectangles), *(point.x for point in points)])
        top = min([0, *(box.y for box in rectangles), *(point.y for point in points)])
        right = max([0, *(box.right for box in rectangles), *(point.x for point in points)])
        bottom = max([0, *(box.bottom for box in rectangles), *(point.y for point in points)])
        return PixelBounds(left, top, right - left, bottom - top)

    def at_origin(self) -> Canvas:
        """The same, moved so that it begins at the origin."""
        frame, moved = self.frame(), Canvas()
        moved.add(self, -frame.x, -frame.y)
        return moved

    def join(self, source: str, target: str) -> list[Pixel]:
        """The straight line between two shapes, whatever is in its way.

        It goes down or up where one is below the other, else across.
        """
        start, end = self.shapes[source], self.shapes[target]
        if end.y >= start.bottom:
            return [Pixel(start.center.x, start.bottom), Pixel(end.center.x, end.y)]
        if start.y >= end.bottom:
            return [Pixel(start.center.x, start.y), Pixel(end.center.x, end.bottom)]
        if end.x >= start.right:
            return [Pixel(start.right, start.center.y), Pixel(end.x, end.center.y)]
        return [Pixel(start.x, start.center.y), Pixel(end.right, end.center.y)]
