"""Data to stdout, words to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import typer

WIDEST_VALUE = 100


def say(text: str) -> None:
    """Words for the person at the terminal, in colour where it is one that has colours and nobody minds."""
    typer.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)


def give(text: str) -> None:
    """Data, for whoever reads stdout."""
    sys.stdout.write(f"{text}\n")


def give_json(data: Any, *, one_line: bool = False) -> None:
    """Data as JSON."""
    give(json.dumps(data, ensure_ascii=False, indent=None if one_line else 2))
    sys.stdout.flush()


def give_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under headings, each column as wide as its widest cell; the last as wide as it likes."""
    lines = [list(columns), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        give("  ".join([*cells, line[-1]]).rstrip())


def moment(at_ms: int | None) -> str:
    """A moment in UTC, to the millisecond; a dash for none."""
    if not at_ms:
        return "-"
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):  # a model may wait for a year beyond 9999
        return f"{at_ms} ms since 1970"


def duration(milliseconds: int) -> str:
    """A length of time with the two units that matter: `340 ms`, `4.2 s`, `3 m 20 s`, `2 h 5 m`, `3 d 4 h`."""
    if milliseconds < 1_000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1_000:.1f} s"
    seconds = milliseconds // 1_000
    for whole, unit, part, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if seconds >= whole:
            return f"{seconds // whole} {unit} {seconds % whole // part} {smaller}"
    return f"{seconds} s"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `4th` …"""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in {11, 12, 13} else endings.get(number % 10, 'th')}"


def shortened(text: str, width: int = WIDEST_VALUE) -> str:
    """Text on one line, cut where it is longer than `width`."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
