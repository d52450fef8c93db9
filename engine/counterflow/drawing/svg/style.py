"""Colours: ink on paper, by night the other way round; colours that authors chose follow."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from counterflow.drawing.diagram import Colours

PAPER, INK_COLOUR = "#ffffff", "#22242a"
NIGHT_PAPER, NIGHT_INK = "#16191f", "#e3e6eb"

_RULES: Final = (
    ".cf-canvas{{fill:{paper};stroke:none}}"
    ".cf-line{{fill:{paper};stroke:{ink}}}"
    ".cf-edge{{stroke:{ink}}}"
    ".cf-open{{fill:none;stroke:{ink}}}"
    ".cf-ink{{fill:{ink}}}"
    ".cf-paper{{fill:none;stroke:{paper}}}"
    ".cf-text{{fill:{ink}}}"
    ".cf-label{{stroke:{paper}}}"
)
_FOR_ALL: Final = (
    ".cf-diagram{font-family:Arial,Helvetica,'Liberation "
    "Sans',sans-serif;stroke-linecap:round;stroke-linejoin:round}"
    ".cf-label{stroke-width:3px;paint-order:stroke}"
)
_FILLED: Final = ".{name} .cf-line{{fill:{colour}}}.{name} .cf-paper{{stroke:{colour}}}"
_STROKED: Final = (
    ".{name} .cf-line,.{name} .cf-edge,.{name} .cf-open{{stroke:{colour}}}.{name} .cf-ink{{fill:{colour}}}"
)
_LETTERED: Final = ".{name} .cf-text{{fill:{colour}}}"


class RunState(StrEnum):
    """What has become of an element in a process instance; the value is the word for it."""

    ACTIVE = "active"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    UNDONE = "undone"
    INCIDENT = "held by an incident"

    @property
    def name_in_css(self) -> str:
        """The class of what has so become."""
        return f"cf-run-{self.name.lower()}"


_RUN_COLOURS: Final = {
    RunState.ACTIVE: "#1668c9",
    RunState.COMPLETED: "#2a8540",
    RunState.TERMINATED: "#8a6d1f",
    RunState.UNDONE: "#8e3fa8",
    RunState.INCIDENT: "#c62f2f",
}
_RUN: Final = (
    ".{name} .cf-line,.{name} .cf-open{{stroke:{colour};stroke-width:2.5px}}.{name} .cf-ink{{fill:{colour}}}"
    ".{name} g .cf-line,.{name} g .cf-open{{stroke-width:1px}}"
)
"""Outlines and flows are thicker, what is drawn inside them (in a group of its own) is not."""


def run_sheet(runs: Iterable[RunState]) -> str:
    """The rules for elements of which these have become; the same by day and by night."""
    return "".join(_RUN.format(name=run.name_in_css, colour=_RUN_COLOURS[run]) for run in sorted(set(runs)))


def style_sheet(colours: Iterable[Colours]) -> str:
    """The rules for a diagram in which these colours occur, by day and by night."""
    chosen = sorted({pair for choice in colours for pair in _pairs(choice)})
    day = _RULES.format(paper=PAPER, ink=INK_COLOUR) + "".join(
        _rule(role, colour, colour) for role, colour in chosen
    )
    night = _RULES.format(paper=NIGHT_PAPER, ink=NIGHT_INK) + "".join(
        _rule(role, colour, by_night(colour)) for role, colour in chosen
    )
    return f"{_FOR_ALL}{day}@media (prefers-color-scheme:dark){{{night}}}"


def classes_of(colours: Colours) -> str:
    """The classes of an element with these colours, each with a space before it."""
    return "".join(f" {_name(role, colour)}" for role, colour in _pairs(colours))


def _pairs(colours: Colours) -> list[tuple[str, str]]:
    text = colours.text or colours.stroke
    return [
        (role, colour)
        for role, colour in (("fill", colours.fill), ("stroke", colours.stroke), ("text", text))
        if colour
    ]


def _name(role: str, colour: str) -> str:
    return f"cf-{role}-{colour[1:]}"


def _rule(role: str, colour: str, shown: str) -> str:
    rules = {"fill": _FILLED, "stroke": _STROKED, "text": _LETTERED}
    return rules[role].format(name=_name(role, colour), colour=shown)


def by_night(colour: str) -> str:
    """The same hue, as light as it was dark, within what paper and ink leave."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    turned = colorsys.hls_to_rgb(hue, 0.1 + 0.8 * (1 - lightness), min(saturation, 0.75))
    return "#" + "".join(f"{round(part * 255):02x}" for part in turned)
