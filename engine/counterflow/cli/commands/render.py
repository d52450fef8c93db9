"""The command that draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterflow.cli.exits import FAILED, NOT_FOUND, REJECTED, Failure
from counterflow.cli.options import read_file
from counterflow.cli.output import give_xml, say

if TYPE_CHECKING:
    from counterflow.drawing.diagram import Diagram

File = Annotated[Path, typer.Argument(metavar="FILE", help="A BPMN or DMN file.", show_default=False)]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; else to stdout.")
]
Chosen = Annotated[
    str, typer.Option("--diagram", metavar="ID", help="Which of several diagrams; else the first.")
]


def render(file: File, output: Output = None, diagram: Chosen = "") -> None:
    """Draw a BPMN or DMN file as SVG.

    Needs no server, and no model that would be deployed. A file without a diagram is laid out.
    """
    from counterflow.drawing.svg.page import render as svg_of  # noqa: PLC0415 - XML costs what --help does not pay

    drawn = _chosen(_diagrams(file), diagram, file)
    if drawn.is_laid_out:
        say(f"{file} has no diagram, so it was laid out: without lanes, data, groups and annotations.")
    _write(svg_of(drawn), output)


def _diagrams(file: Path) -> tuple[Diagram, ...]:
    from counterflow.documents.xml import XmlError  # noqa: PLC0415 - XML costs what --help does not pay
    from counterflow.drawing.errors import NotDrawn  # noqa: PLC0415 - as above
    from counterflow.drawing.read import read_diagrams  # noqa: PLC0415 - as above

    try:
        return read_diagrams(read_file(file), file.name)
    except (XmlError, NotDrawn) as error:
        raise Failure(REJECTED, f"{file}: {error}") from error


def _chosen(diagrams: tuple[Diagram, ...], key: str, file: Path) -> Diagram:
    listed = ", ".join(f"{one.id} ({one.name})" if one.name else one.id for one in diagrams)
    chosen = [one for one in diagrams if key in {"", one.id}]
    if not chosen:
        raise Failure(
            NOT_FOUND,
            f"--diagram: expected the id of a diagram in {file}, found '{key}'; there are {listed}",
        )
    if not key and len(diagrams) > 1:
        say(
            f"{file} has {len(diagrams)} diagrams, of which this is the first; choose with --diagram: "
            f"{listed}"
        )
    return chosen[0]


def _write(svg: str, output: Path | None) -> None:
    if output is None:
        give_xml(svg)
        return
    try:
        output.write_text(f"{svg}\n", encoding="utf-8")
    except OSError as error:
        raise Failure(FAILED, f"{output}: expected a file that can be written: {error.strerror}") from error
