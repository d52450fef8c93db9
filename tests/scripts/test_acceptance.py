"""How many models of others are accepted: where they are looked for, and what is said of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from scripts.acceptance.__main__ import PLACES, main
from scripts.acceptance.measure import report, tallies
from scripts.acceptance.models import Group, Model, models_in
from tests.bpmn.diagram import element, end, model, path, service, start

ACCEPTED = model(start(), service("a"), end(), path("start", "a", "end"))
REFUSED = model(start(), service("a", job=None, camunda__x=""), element("callChoreography", id="g"))
NEUTRAL = model(start(), end(), path("start", "end"))


def test_models_are_found_in_folders_and_archives_each_once(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "one.bpmn").write_bytes(ACCEPTED)
    (tmp_path / "same.bpmn20.xml").write_bytes(ACCEPTED)
    (tmp_path / "notes.xml").write_bytes(NEUTRAL)
    with zipfile.ZipFile(tmp_path / "tests.jar", "w") as archive:
        archive.writestr("deep/two.bpmn", REFUSED)
    found = [(Path(one.place).name, one.content) for one in models_in(tmp_path)]
    assert found == [("one.bpmn", ACCEPTED), ("two.bpmn", REFUSED)]


def test_each_is_counted_for_the_engine_it_was_drawn_for() -> None:
    counted = tallies([Model("a", ACCEPTED), Model("b", REFUSED), Model("c", NEUTRAL), Model("d", b"<")])
    shown = {group: (tally.models, tally.accepted) for group, tally in counted.items()}
    assert shown == {
        Group.CAMUNDA_8: (1, 1),
        Group.CAMUNDA_7: (1, 0),
        Group.FLOWABLE: (0, 0),
        Group.NEUTRAL: (2, 1),
    }
    lines = list(report(counted, 5))
    assert any("callChoreography" in line and line.split()[:2] == ["1", "0"] for line in lines)


def test_a_place_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([tmp_path / "nowhere"])
    assert f"skipped: expected models in {tmp_path / 'nowhere'}" in capsys.readouterr().out


def test_the_places_are_beside_the_repository() -> None:
    assert [place.parts[-2:] for place in PLACES] == [("shared", "models"), ("inputs", "models")]
