"""Columns and rows of one scope, and how flows find their way between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict

from counterflow.drawing.layout.canvas import CHANNEL, COLUMN_GAP, ROW_GAP, TASK, Canvas, Pixel, PixelBounds
from counterflow.drawing.layout.scope import ScopeContent


class Grid:
    """Where columns and rows of one scope are, and how flows find their way between them."""

    def __init__(self, columns: dict[str, int], rows: dict[str, int], clusters: dict[str, Canvas]) -> None:
        self.columns, self.rows = columns, rows
        self.in_row, self.in_column = _sorted(rows, columns), _sorted(columns, rows)
        frames = {node: cluster.frame() for node, cluster in clusters.items()}
        self.lefts, self.middles, self.rights = _spread(
            columns, {node: (-frame.x, frame.right) for node, frame in frames.items()}, COLUMN_GAP
        )
        self.tops, self.centers, self.bottoms = _spread(
            rows, {node: (-frame.y, frame.bottom) for node, frame in frames.items()}, ROW_GAP
        )
        self.in_channel: dict[int, int] = {}

    def center_of(self, node: str) -> Pixel:
        """The middle of a node's cell."""
        return Pixel(self.middles[self.columns[node]], self.centers[self.rows[node]])

    def route(
        self, shapes: dict[str, PixelBounds], scope: ScopeContent, source: str, target: str
    ) -> list[Pixel]:
        """The points of a flow from one shape to another."""
        start, end = shapes[source], shapes[target]
        if source in scope.hosts:
            return self._from_border(start, end, scope.hosts[source], target)
        if self.columns[target] <= self.columns[source]:
            return self._above(start, end, min(self.rows[source], self.rows[target]))
        if self.rows[source] != self.rows[target]:
            return self._between_rows(start, end, source, target)
        if self._is_clear(source, target, self.rows[source]):
            return [Pixel(start.right, start.center.y), Pixel(end.x, end.center.y)]
        return self._above(start, end, self.rows[source])

    def _is_clear(self, source: str, target: str, row: int) -> bool:
        """Whether nothing stands in a row between the columns of two nodes."""
        return not _any_within(self.in_row.get(row, []), self.columns[source] + 1, self.columns[target] - 1)

    def _is_open(self, node: str, other: str) -> bool:
        """Whether nothing stands in a node's column from its own row to that of another, included."""
        row, end = self.rows[node], self.rows[other]
        first, last = (row + 1, end) if end > row else (end, row - 1)
        return not _any_within(self.in_column[self.columns[node]], first, last)

    def _above(self, start: PixelBounds, end: PixelBounds, row: int) -> list[Pixel]:
        """Up, along a channel above the row, and down again; each such flow has a channel of its own."""
        index = self.in_channel[row] = self.in_channel.get(row, 0) + 1
        y = self.tops[row] - CHANNEL - (index - 1) * CHANNEL // 2
        return [
            Pixel(start.center.x, start.y),
            Pixel(start.center.x, y),
            Pixel(end.center.x, y),
            Pixel(end.center.x, end.y),
        ]

    def _from_border(self, start: PixelBounds, end: PixelBounds, host: str, target: str) -> list[Pixel]:
        """Down from a boundary event, into the row below; or along below the row, and up."""
        x = start.center.x
        if self.rows[target] > self.rows[host] and end.x > x:
            return [Pixel(x, start.bottom), Pixel(x, end.center.y), Pixel(end.x, end.center.y)]
        y = self.bottoms[self.rows[host]] + CHANNEL
        return [Pixel(x, start.bottom), Pixel(x, y), Pixel(end.center.x, y), Pixel(end.center.x, end.bottom)]

    def _between_rows(self, start: PixelBounds, end: PixelBounds, source: str, target: str) -> list[Pixel]:
        """Out of a fork below or above, into a join, or in the gap between two columns between tasks."""
        downwards = self.rows[target] > self.rows[source]
        early = self._is_clear(source, target, self.rows[target])
        if early and start.width < TASK[0] and self._is_open(source, target):
            leave = Pixel(start.center.x, start.bottom if downwards else start.y)
            return [leave, Pixel(leave.x, end.center.y), Pixel(end.x, end.center.y)]
        if (
            end.width < TASK[0]
            and self._is_clear(source, target, self.rows[source])
            and self._is_open(target, source)
        ):
            arrive = Pixel(end.center.x, end.y if downwards else end.bottom)
            return [Pixel(start.right, start.center.y), Pixel(arrive.x, start.center.y), arrive]
        x = (
            self.rights[self.columns[source]] + COLUMN_GAP // 2
            if early
            else self.lefts[self.columns[target]] - COLUMN_GAP // 2
        )
        return [
            Pixel(start.right, start.center.y),
            Pixel(x, start.center.y),
            Pixel(x, end.center.y),
            Pixel(end.x, end.center.y),
        ]


def _sorted(lines: dict[str, int], places: dict[str, int]) -> dict[int, list[int]]:
    """By row (or column): the columns (or rows) that are taken in it, in order."""
    taken: dict[int, list[int]] = defaultdict(list)
    for node in sorted(lines, key=lambda node: places[node]):
        taken[lines[node]].append(places[node])
    return taken


def _any_within(places: list[int], first: int, last: int) -> bool:
    return bisect_left(places, first) < bisect_right(places, last)


def _spread(
    lines: dict[str, int], reaches: dict[str, tuple[int, int]], gap: int
) -> tuple[list[int], list[int], list[int]]:
    """Begin, middle and end of each column (or row), wide enough for what its nodes reach to either side."""
    begins, middles, ends, at = [], [], [], 0
    before: dict[int, int] = defaultdict(int)
    after: dict[int, int] = defaultdict(int)
    for node, line in lines.items():
        before[line], after[line] = max(before[line], reaches[node][0]), max(after[line], reaches[node][1])
    for line in range(max(lines.values(), default=-1) + 1):
        begins.append(at)
        middles.append(at + before[line])
        ends.append(at + before[line] + after[line])
        at = ends[-1] + gap
    return begins, middles, ends
