"""Drawing from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from counterflow.cli.app import main
from counterflow.cli.exits import FAILED, NOT_FOUND, OK, REJECTED
from tests.drawing.test_read import at, plane
from tests.drawing.zoo import NAMESPACES

TRIP = Path(__file__).parents[2] / "bpmn" / "showcase" / "trip-booking.bpmn"
SEVERAL = (
    f'<definitions {NAMESPACES}><process id="p"><subProcess id="s"><task id="a"/></subProcess></process>'
    f"{plane('p', at('s'), name='All')}{plane('s', at('a'))}</definitions>"
)


@pytest.fixture
def several(tmp_path: Path) -> str:
    """A file with two diagrams."""
    (tmp_path / "several.bpmn").write_text(SEVERAL)
    return str(tmp_path / "several.bpmn")


def elements(svg: str) -> set[str]:
    return {
        str(one.get("data-element-id"))
        for one in etree.fromstring(svg.encode()).iter("{*}g")
        if one.get("data-element-id")
    }


def test_a_picture_goes_to_stdout_and_nothing_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(TRIP)]) == OK
    svg, words = capsys.readouterr()
    assert {"book-hotel", "undo-hotel", "cancel-hotel"} < elements(svg)
    assert words == ""


def test_or_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(TRIP), "-o", str(tmp_path / "trip.svg")]) == OK
    assert capsys.readouterr() == ("", "")
    assert main(["render", str(TRIP)]) == OK
    assert (tmp_path / "trip.svg").read_text(encoding="utf-8") == capsys.readouterr().out


def test_of_several_diagrams_the_first_is_drawn_and_the_others_are_named(
    several: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", several]) == OK
    svg, words = capsys.readouterr()
    assert elements(svg) == {"s"}
    assert "has 2 diagrams, of which this is the first; choose with --diagram: of-p (All), of-s (s)" in words
    assert main(["render", several, "--diagram", "of-s"]) == OK
    assert [elements(text) for text in capsys.readouterr() if text] == [{"a"}]


def test_a_diagram_that_is_not_there(several: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", several, "--diagram", "x"]) == NOT_FOUND
    assert "found 'x'; there are of-p (All), of-s (s)" in capsys.readouterr().err


def test_what_is_laid_out_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bare.bpmn").write_text(
        f'<definitions {NAMESPACES}><process id="p"><task id="a"/></process></definitions>'
    )
    assert main(["render", str(tmp_path / "bare.bpmn")]) == OK
    svg, words = capsys.readouterr()
    assert elements(svg) == {"a"}
    assert "has no diagram, so it was laid out" in words


@pytest.mark.parametrize(
    "content", ["no model", "<svg/>", f'<definitions {NAMESPACES}><process id="p"/></definitions>']
)
def test_what_cannot_be_drawn_is_told(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.bpmn").write_text(content)
    assert main(["render", str(tmp_path / "x.bpmn")]) == REJECTED
    svg, words = capsys.readouterr()
    assert svg == ""
    assert words.startswith(f"{tmp_path / 'x.bpmn'}: ")
    assert "expected" in words


def test_files_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(tmp_path / "x.bpmn")]) == NOT_FOUND
    assert main(["render", str(TRIP), "-o", str(tmp_path / "no" / "x.svg")]) == FAILED
    assert "expected a file that can be written" in capsys.readouterr().err
