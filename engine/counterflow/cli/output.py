"""Data to stdout, words to stderr, both with everything spelled out that a terminal would obey.
(`counterflow/visible.py` spells.)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from counterflow.cli.streams import speaks_unicode
from counterflow.visible import visible, visible_json, visible_line, visible_xml

if TYPE_CHECKING:
    from rich.console import RenderableType

    from counterflow.cli.remote import Listed

WIDEST_VALUE = 100
LONGEST_INTEGER = 4_000
WIDTH_OF_A_FILE = 200
"""Columns that a drawing may take where no terminal says how many there are."""


def say(text: str, *, verb: str = "", colour: str | None = None) -> None:
    """Print words for a person, to stderr, a verb before them in colour where there are colours. There are
    where the terminal has them and NO_COLOR is not set.
    """
    has_colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    before = f"{typer.style(verb, fg=colour) if has_colours else verb}  " if verb else ""
    sys.stderr.write(f"{before}{visible(text)}\n")


def give(text: str) -> None:
    """Print a line of data to stdout, with what a terminal would obey spelled out."""
    sys.stdout.write(f"{visible(text)}\n")


def give_json(data: Any, *, one_line: bool = False) -> None:
    """Print data as JSON to stdout, in several lines or in one."""
    give_json_text(json_text(data, one_line=one_line))


def give_json_text(text: str) -> None:
    """Print JSON text to stdout, which means the same with escapes for what its encoding does not have."""
    sys.stdout.write(f"{visible_json(text, only_ascii=not speaks_unicode())}\n")
    sys.stdout.flush()


def json_text(data: Any, *, one_line: bool = True) -> str:
    """Data as JSON in which no number loses a digit; fractions are those of `json_data`."""
    import msgspec  # noqa: PLC0415 - costs what --help does not pay

    written = msgspec.json.Encoder(decimal_format="number").encode(data)
    return msgspec.json.format(written, indent=0 if one_line else 2).decode()


def json_data(text: str | bytes) -> Any:
    """What JSON text says (RFC 8259), with numbers that keep every digit. Raises `ValueError`."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=_whole, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> None:
    """Python takes NaN and Infinity for numbers of JSON."""
    raise ValueError(f"{name} is no number of JSON")


def _whole(digits: str) -> int | Decimal:
    """Python makes no integer of text as long as this."""
    return int(digits) if len(digits) < LONGEST_INTEGER else Decimal(digits)


def give_xml(text: str) -> None:
    """Print an XML document to stdout, with what its encoding has no character for as a reference. So it
    means the same.
    """
    sys.stdout.write(f"{visible_xml(text, only_ascii=not speaks_unicode())}\n")


def give_drawing(drawing: RenderableType) -> None:
    """Print something that rich draws to stdout, in colour where it has colours."""
    from rich.console import Console  # noqa: PLC0415 - drawing costs what other commands do not pay

    from counterflow.cli.spelled import Spelled  # noqa: PLC0415 - as above

    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE).print(Spelled(drawing))


def give_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings to stdout, each column as wide as its widest cell, the last as it likes."""
    lines = [list(columns), *([visible_line(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        give("  ".join([*cells, line[-1]]).rstrip())


def say_what_is_left_out(listed: Listed) -> None:
    """Print how much of a list was not shown, where that is so, to stderr."""
    shown = len(listed.items)
    if listed.total > shown:
        say(
            f"{shown} of {'at least ' if listed.total_is_at_least else ''}{listed.total} shown, the newest; "
            f"--limit {listed.total} shows more."
        )
    elif listed.has_more:
        say(f"The newest {shown} are shown, and there are more; --limit {10 * shown} shows more of them.")


def moment(at_ms: int | None) -> str:
    """A moment in UTC, to the millisecond; a dash for none."""
    if not at_ms:
        return "-"
    try:
        return (
            datetime.fromtimestamp(at_ms / 1000, UTC)
            .isoformat(sep=" ", timespec="milliseconds")
            .replace("+00:00", "Z")
        )
    except (ValueError, OverflowError, OSError):  # a model may wait for a year beyond 9999
        return f"{at_ms} ms since 1970"


def duration(milliseconds: int) -> str:
    """A length of time with the two units that matter: `340 ms`, `4.2 s`, `3 m 20 s`, `3 d 4 h`."""
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


def count(number: int, word: str) -> str:
    """`1 file`, `2 files`, `1 retry`, `2 retries`."""
    if number == 1:
        return f"1 {word}"
    return f"{number} {word.removesuffix('y')}ies" if word.endswith("y") else f"{number} {word}s"


def shortened(text: str, width: int = WIDEST_VALUE) -> str:
    """Text on one line, cut where it is longer than `width`."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
