"""The documents of differences from other engines: what they name is there."""

from __future__ import annotations

import re

import pytest

from tests.behaviours.script import BOOK

DOCUMENTS = BOOK.parents[1] / "docs"


@pytest.mark.parametrize("name", ["differences.md", "differences-camunda7.md"])
def test_every_behaviour_that_a_difference_names_is_there(name: str) -> None:
    sections = re.split(r"^### ", (DOCUMENTS / name).read_text(), flags=re.MULTILINE)[1:]
    places = [
        (text.split("\n")[0], name)
        for text in sections
        for name in re.findall(r"`([\w-]+/[\w.-]+)`", text.split("Seen in:")[1])
    ]
    assert len(places) > 100
    assert [place for place in places if not BOOK.joinpath(f"{place[1]}.script").exists()] == []
