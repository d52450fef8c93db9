"""The rule `unreachable`: elements that no token comes to."""

import pytest

from counterflow.model.rules.unreachable import RULE
from tests.model.diagram import boundary, catch_error, end, handler, model, path, service, start, sub_process, undo, warned

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
INNER = (start("in"), service("inner"), end("out"), path("in", "inner", "out"))


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([], []),
        ([boundary("caught", "a", catch_error()), end("failed"), path("caught", "failed")], []),
        ([undo("a", by="b"), handler("b")], []),
        ([service("island")], ["island"]),
        ([service("one"), service("two"), path("one", "two", "one")], ["one", "two"]),
        ([service("island"), boundary("caught", "island", catch_error()), path("caught", "end")], ["island"]),
        ([sub_process("island", *INNER)], ["island"]),
    ],
)
def test_reaching(inside: list[str], expected: list[str]) -> None:
    assert warned(model(*MAIN, *inside), RULE) == expected
