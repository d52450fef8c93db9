"""Names are broken as editors break them, and never run on for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.drawing.geometry import Bounds
from counterflow.drawing.svg.text import LONGEST, centred, label_lines, width_of, wrap

CASES = [
    ("at spaces", "Ship the goods", 60, ["Ship the", "goods"]),
    ("where the author did", "Ship\nthe goods", 200, ["Ship", "the goods"]),
    ("behind hyphens", "multi-instance-body", 60, ["multi-", "instance-", "body"]),
    ("within words that are too long", "Donaudampfschiff", 50, ["Donauda", "mpfschiff"]),
    ("not where it fits", "Ship", 60, ["Ship"]),
    ("white space counts once", "  Ship \t the   goods ", 200, ["Ship the goods"]),
    ("nothing at all", " ", 60, []),
    ("wide characters", "発送してください", 48, ["発送して", "ください"]),
]


@pytest.mark.parametrize("story, text, width, lines", CASES, ids=[case[0] for case in CASES])
def test_a_name_is_broken(story: str, text: str, width: float, lines: list[str]) -> None:
    assert wrap(text, width, 12, 10) == lines


def test_what_finds_no_room_is_cut_short() -> None:
    assert wrap("Ship the goods to the customer", 60, 12, 2) == ["Ship the", "goods to…"]
    assert len("".join(wrap("a" * 10 * LONGEST, 100, 12, 100_000))) <= LONGEST


@given(st.text(max_size=60), st.integers(20, 200))
def test_lines_fit_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width, 12, 1_000)
    assert all(width_of(line, 12) <= width + 0.001 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_name_stands_in_the_middle_of_its_box() -> None:
    one = centred("Ship", Bounds(0, 0, 100, 80))
    assert 'x="50"' in one
    assert 'text-anchor="middle"' in one
    assert 'y="44.2"' in one, "the base line of a single line lies a little below the middle"


def test_a_long_word_beside_an_event_stays_whole() -> None:
    place = Bounds(0, 0, 14, 14)
    assert label_lines("Rechnungseingang abgearbeitet", place) == ["Rechnungseingang", "abgearbeitet"]
    assert len(label_lines("x" * 100, place)) > 1
