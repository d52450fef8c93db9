"""Writes docs/modeler.md: `python -m scripts.modeler`."""

from __future__ import annotations

from pathlib import Path

from scripts.modeler.page import page

PAGE = Path(__file__).parents[2] / "docs" / "modeler.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
