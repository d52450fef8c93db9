"""The title page of the book of behaviours is up to date, with a picture for each diagram and nothing left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import behaviours
from tests.behaviours.script import BOOK

WRITE = "run: python -m scripts.behaviours"


def test_the_page_says_what_the_scripts_say() -> None:
    assert behaviours.PAGE.read_text(encoding="utf-8") == behaviours.page(), WRITE


def test_the_pictures_are_what_render_draws() -> None:
    drawn = behaviours.pictures()
    kept = {path: path.read_text(encoding="utf-8") for path in behaviours.PICTURES.glob("*/*")}
    changed = [path.name for path in drawn.keys() | kept.keys() if drawn.get(path) != kept.get(path)]
    assert not changed, WRITE


def test_every_script_and_trace_is_behind_a_link() -> None:
    text = behaviours.PAGE.read_text(encoding="utf-8")
    files = [path for kind in ("script", "trace", "bpmn") for path in BOOK.glob(f"*/*.{kind}")]
    assert len(files) > 1_000
    unlinked = [
        path.name
        for path in files
        if f"](../bpmn/behaviours/{path.relative_to(BOOK).as_posix()})" not in text
    ]
    assert not unlinked


def test_no_two_headings_are_alike_and_the_table_of_contents_leads_to_them() -> None:
    text = behaviours.PAGE.read_text(encoding="utf-8")
    headings = [
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    ]
    assert len(headings) == len(set(headings)) > 400
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= set(headings)


@pytest.mark.parametrize(
    "name,title",
    [
        ("event-sub-processes", "Event sub-processes"),
        ("multi-instance", "Multi-instance"),
        ("event-based-gateway", "Event-based gateway"),
        ("call-activity", "Call activity"),
    ],
)
def test_names_of_files_are_headings_in_words(name: str, title: str) -> None:
    assert behaviours._title(name) == title


def test_stories_keep_their_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "bpmn" / "behaviours"
    family = book / "jobs"
    family.mkdir(parents=True)
    monkeypatch.setattr(behaviours, "BOOK", book)
    monkeypatch.setattr(behaviours, "DOCUMENTS", tmp_path / "docs")
    monkeypatch.setattr(behaviours, "PICTURES", tmp_path / "docs" / "behaviours")
    (family / "one.bpmn").touch()
    (family / "one.script").write_text("# a_b and `c_d`\n# <e>\nwith second/rates.dmn\nstart\n")
    (family / "one.drawn.script").write_text("# columns\n#   a_ ##\ndeploy child.bpmn\nstart\n")
    section = behaviours.page().partition("### Jobs: one\n")[2]
    assert (
        section
        == """
[![One](behaviours/jobs/one.svg)](../bpmn/behaviours/jobs/one.bpmn)

a\\_b and `c_d` \\<e>
[script](../bpmn/behaviours/jobs/one.script) · [trace](../bpmn/behaviours/jobs/one.trace) · deployed with it: \
[rates.dmn](../bpmn/behaviours/jobs/second/rates.dmn)

```text
columns
  a_ ##
```

[script](../bpmn/behaviours/jobs/one.drawn.script) · [trace](../bpmn/behaviours/jobs/one.drawn.trace) · deployed with it: \
[child.bpmn](../bpmn/behaviours/jobs/child.bpmn)
"""
    )
