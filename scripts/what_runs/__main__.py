"""Writes docs/what-runs.md: `python -m scripts.what_runs`."""

from __future__ import annotations

from pathlib import Path

from scripts.what_runs.page import page

PAGE = Path(__file__).parents[2] / "docs" / "what-runs.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
