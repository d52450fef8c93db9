"""What the README shows is what there is: its picture, its figures, its links, its commands."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import typer

from counterflow.cli.app import app
from counterflow.drawing.read import read_diagrams
from counterflow.drawing.svg.page import render
from counterflow.settings import SETTINGS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TRIP = ROOT / "bpmn" / "showcase" / "trip-booking.bpmn"

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?:^|[`/ ])(?<!from )counterflow ([a-z][a-z-]*)", re.MULTILINE)


def test_its_picture_is_what_render_draws() -> None:
    (diagram,) = read_diagrams(TRIP.read_bytes(), TRIP.name)
    shown = (ROOT / "docs" / "trip-booking.svg").read_text(encoding="utf-8")
    assert shown == f"{render(diagram)}\n", (
        "run: counterflow render bpmn/showcase/trip-booking.bpmn -o docs/trip-booking.svg"
    )
    assert "](docs/trip-booking.svg)" in README


def test_its_figures_are_those_of_the_measurements() -> None:
    table = [line for line in README.partition("## Figures")[2].splitlines() if line.startswith("|")]
    assert len(table) > 2
    assert "\n".join(table) in (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")


def programs() -> list[str]:
    """The examples of the section on engines in the reader's own program."""
    section = README.partition("## In your own program")[2].partition("\n## ")[0]
    indented = re.findall(r"(?:^(?: {4}.*)?\n)+", section, re.MULTILINE)
    return [textwrap.dedent(block).strip() for block in indented if block.strip()]


@pytest.mark.parametrize(
    "place, last_line", [(0, "completed"), (1, "IncidentRaised")], ids=["awaited", "waiting"]
)
def test_its_programs_run(place: int, last_line: str, tmp_path: Path) -> None:
    program = programs()[place].replace("sqlite:///trip.db", f"sqlite:///{tmp_path / 'trip.db'}")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.stderr, run.returncode) == ("", 0), "it says nothing else"
    assert run.stdout.splitlines()[-1] == last_line


def test_what_runs_is_linked_from_the_first_screen() -> None:
    assert "(docs/what-runs.md)" in README.partition("\n## ")[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document.name for document in DOCUMENTS])
def test_links_lead_somewhere(document: Path) -> None:
    places = [
        link.partition("#")[0]
        for link in _LINK.findall(document.read_text(encoding="utf-8"))
        if "://" not in link
    ]
    assert not [place for place in places if place and not (document.parent / place).exists()]


def test_its_commands_and_flags_are_there() -> None:
    command = typer.main.get_command(app)
    named = set(_COMMAND.findall(README))
    assert named > {"serve", "render", "show"}
    assert named <= set(getattr(command, "commands", {}))
    shown = set(re.findall(r"`(--[a-z-]+)`", README))
    assert shown <= {setting.flag for setting in SETTINGS} | {"--config", "--json"}
