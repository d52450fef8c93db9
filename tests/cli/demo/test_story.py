"""The demo as a person sees it: it is run whole, with real processes and a real SIGKILL, only faster."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from counterflow.cli.demo.story import main

BARS = re.compile(r"^  (\S+ \S+) +█+ +(\w+)$", re.MULTILINE)


def test_the_story_is_told_to_its_end(tmp_path: Path) -> None:
    """Every chapter, and in each what was done and undone, in order."""
    shown = io.StringIO()
    console = Console(file=shown, width=200)
    assert main(tmp_path / "demo", console, pace_seconds=0.15) == 0, shown.getvalue()
    story = shown.getvalue()
    trip, undone, crashed, changed = (
        story.split(title)[1]
        for title in ("A trip ─", "A trip without", "A trip through", "The process changes")
    )
    assert BARS.findall(trip)[:3] == [("Book hotel", "done"), ("Book car", "done"), ("Book flight", "done")]
    reverse = [
        ("Book hotel", "done"),
        ("Book car", "done"),
        ("Book flight", "failed"),
        ("Cancel car", "undone"),
        ("Cancel hotel", "undone"),
    ]
    assert BARS.findall(undone)[:5] == reverse
    assert BARS.findall(crashed.split("Back after")[1])[:5] == reverse
    before, after = changed.split("A trip begun after it")
    assert [name for name, _ in BARS.findall(before)] == ["Book hotel", "Book car", "Book flight"]
    assert [name for name, _ in BARS.findall(after)][:3] == ["Book car", "Book hotel", "Book flight"]
    assert "version 1" in before
    assert "version 2" in after
    assert "counterflow dev" in story


def test_a_server_that_does_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks learns where the logs are."""
    monkeypatch.setenv("COUNTERFLOW_COMPENSATION_ORDER", "sideways")
    shown = io.StringIO()
    assert main(tmp_path / "demo", Console(file=shown, width=200), pace_seconds=0) == 1
    assert "cannot go on" in shown.getvalue()
    assert "server.log" in shown.getvalue()
