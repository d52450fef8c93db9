"""What rich draws, made safe for a terminal."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from counterflow.visible import visible


class Spelled:
    """A drawing with every character spelled out that a terminal would obey. What rich itself says to the
    terminal stays.
    """

    def __init__(self, drawing: RenderableType) -> None:
        self._drawing = drawing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The drawing, segment by segment."""
        for segment in console.render(self._drawing, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
