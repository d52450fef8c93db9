"""docs/performance.md keeps the figures of one run between two marks; people write everything else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.end_to_end import SERIAL
from tests.benchmarks.figures import Line, as_markdown
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.options import Options

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN = "<!-- figures: written by `python -m tests.benchmarks --write` -->"
END = "<!-- end of figures -->"


def write_figures(table: Sequence[Line], machine: Sequence[str], options: Options) -> None:
    """Put a run into the document. Raises `ValueError` if the marks are not there."""
    text = DOCUMENT.read_text()
    if BEGIN not in text or END not in text:
        raise ValueError(f"{DOCUMENT.name}: expected the marks {BEGIN} and {END}")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    section = "\n".join([BEGIN, "", *_settings(machine, options), "", as_markdown(table), "", END])
    DOCUMENT.write_text(before + section + after)


def _settings(machine: Sequence[str], options: Options) -> list[str]:
    shape = Shape()
    load = f"{shape.creators} creators, {shape.inflight} instances under way, {shape.completers} completers per job type"
    return [
        *(f"- {line}" for line in machine),
        f"- medians of {options.runs} runs of {options.seconds:g} s after {shape.warm:g} s of warm-up, generator and server on one machine",
        f"- load: {load}, variables `{shape.variables}`; idle: {SERIAL} instances one after another",
    ]
