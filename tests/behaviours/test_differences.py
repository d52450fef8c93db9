"""The documents of differences from other engines: what they name is there."""

from __future__ import annotations

import re

from tests.behaviours.test_behaviours import ROOT

DOCUMENT = ROOT.parents[1] / "docs" / "differences.md"


def test_every_behaviour_that_a_difference_names_is_there() -> None:
    sections = re.split(r"^### ", DOCUMENT.read_text(), flags=re.MULTILINE)[1:]
    places = [(text.split("\n")[0], name) for text in sections for name in re.findall(r"`([\w-]+/[\w.-]+)`", text.split("Seen in:")[1])]
    assert len(places) > 100
    assert [place for place in places if not ROOT.joinpath(f"{place[1]}.script").exists()] == []
