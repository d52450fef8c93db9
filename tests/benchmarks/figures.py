"""What is measured: the median of several runs, and its ratio to something measured beside it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure by its samples; `beside` names another one of the same run that it is divided by."""

    name: str
    samples: Sequence[float]
    unit: str
    beside: str = ""

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.samples)


@dataclass(frozen=True)
class Skipped:
    """A figure that could not be taken, and why."""

    name: str
    reason: str


Result = Figure | Skipped
Line = tuple[str, str, str, str]

HEADINGS: Line = ("ratio", "figure", "median", "from … to")


def lines(results: Iterable[Result]) -> list[Line]:
    """The table, ratios first."""
    known = list(results)
    figures = {result.name: result for result in known if isinstance(result, Figure)}
    return [_line(result, figures) for result in known]


def _line(result: Result, figures: Mapping[str, Figure]) -> Line:
    if isinstance(result, Skipped):
        return ("", result.name, "skipped", result.reason)
    spread = (
        "" if len(result.samples) == 1 else f"{number(min(result.samples))} … {number(max(result.samples))}"
    )
    return (_ratio(result, figures), result.name, f"{number(result.value)} {result.unit}", spread)


def _ratio(figure: Figure, figures: Mapping[str, Figure]) -> str:
    other = figures.get(figure.beside)
    if other is None or not other.value:
        return ""
    return f"{number(figure.value / other.value)} times {figure.beside}"


def number(value: float) -> str:
    """Three digits that count, more where the number is large."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def as_text(table: Sequence[Line]) -> str:
    """For a terminal."""
    rows = [HEADINGS, *table]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(table: Sequence[Line]) -> str:
    """For a document."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *table]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
