"""Writes the book of behaviours' title page, docs/behaviours.md, and its pictures.

Run as `python -m scripts.behaviours`.

The page has a section for each family and in it, for each diagram, its picture, and the story of every script
that is played on it. Behind links are the diagram (at its picture), the script and the trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from counterflow.drawing.read import read_diagrams
from counterflow.drawing.svg.page import render
from tests.behaviours.script import BOOK, diagram_of, read_script

DOCUMENTS = BOOK.parents[1] / "docs"
PAGE = DOCUMENTS / "behaviours.md"
PICTURES = DOCUMENTS / "behaviours"

HYPHENATED = ("multi-instance", "event-based", "sub-process", "non-interrupting")
"""Words that keep a hyphen where file names have nothing else between words."""
HEAD = """\
# The book of behaviours

What processes do here, shown: each diagram is played by the scripts below it, a command a line, and each
script's trace says what came of every command and what is still open at the end. The tests hold the engine to
each of these lines: played straight through, with a restart before every command, and folded again from the
log. `python -m scripts.behaviours` writes this page."""


def page() -> str:
    """The page, as Markdown."""
    families = sorted(folder for folder in BOOK.iterdir() if folder.is_dir())
    lines = [HEAD, "", *(_entry(family) for family in families)]
    for family in families:
        lines += ["", f"## {_title(family.name)}", *_section(family)]
    return "\n".join(lines) + "\n"


def pictures() -> dict[Path, str]:
    """The picture of every diagram that scripts are played on, as SVG, by the file that it belongs in."""
    return {_picture(diagram): _drawn(diagram) for diagram in sorted(BOOK.glob("*/*.bpmn"))}


def write(drawn: Mapping[Path, str]) -> None:
    """Write page and pictures; pictures of diagrams that are no more go."""
    for stale in set(PICTURES.glob("*/*.svg")) - drawn.keys():
        stale.unlink()
    for path, picture in drawn.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(picture, encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def _entry(family: Path) -> str:
    """A family's line in the table of contents; its anchor is the one that Markdown gives its heading."""
    return f"* [{_title(family.name)}](#{family.name}) ({len(_scripts(family))})"


def _title(name: str) -> str:
    """A name of a file or folder as a heading, with the hyphens that words of the standard have."""
    title = name.replace("-", " ")
    for words in HYPHENATED:
        title = re.sub(rf"\b{words.replace('-', ' ')}", words, title)
    return title.capitalize()


def _section(family: Path) -> Iterator[str]:
    diagrams: dict[Path, list[Path]] = {}
    for script in _scripts(family):
        diagrams.setdefault(diagram_of(script), []).append(script)
    for diagram, scripts in diagrams.items():
        picture = f"[![{_title(diagram.stem)}]({_link(_picture(diagram))})]({_link(diagram)})"
        heading = f"{_title(family.name)}: {_title(diagram.stem).lower()}"  # no two of the page are alike
        yield from ("", f"### {heading}", "", picture)
        for script in scripts:
            yield from ("", *_told(script))


def _scripts(family: Path) -> list[Path]:
    """The script that has a diagram's own name stands before its variants."""
    return sorted(family.glob("*.script"), key=lambda script: (diagram_of(script), script.stem))


def _told(script: Path) -> Iterator[str]:
    """A script's story, and what there is to open."""
    lines = script.read_text(encoding="utf-8").splitlines()
    story = [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]
    if any(line.startswith(" ") for line in story):  # a picture in letters, set in columns
        yield from ("```text", *story, "```", "")
    else:
        yield _as_text(" ".join(story))
    beside = [f"[{place.name}]({_link(place)})" for place in _beside(script)]
    links = f"[script]({_link(script)}) · [trace]({_link(script.with_suffix('.trace'))})"
    yield links + (f" · deployed with it: {', '.join(beside)}" if beside else "")


def _as_text(story: str) -> str:
    """A story with nothing in it that Markdown would take for its own, but for code between backticks."""
    parts = story.split("`")
    return "`".join(
        part if number % 2 else re.sub(r"([*_<\[\]])", r"\\\1", part) for number, part in enumerate(parts)
    )


def _beside(script: Path) -> list[Path]:
    """The other files that a script deploys."""
    played = read_script(script.read_text(encoding="utf-8"))
    deployed = [word for line in played.lines if line.verb == "deploy" for word in line.words]
    return [script.parent / name for name in dict.fromkeys((*played.beside, *deployed))]


def _picture(diagram: Path) -> Path:
    return PICTURES / diagram.parent.name / f"{diagram.stem}.svg"


def _drawn(diagram: Path) -> str:
    return f"{render(read_diagrams(diagram.read_bytes(), diagram.name)[0])}\n"


def _link(path: Path) -> str:
    return Path("..", path.relative_to(DOCUMENTS.parent)).as_posix().removeprefix("../docs/")


if __name__ == "__main__":
    write(pictures())
