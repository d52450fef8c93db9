"""The page of built-in functions is complete, and what it says is so."""

from __future__ import annotations

import pytest

from counterflow.feel.builtins import BUILTINS
from tests.feel.reference import EXAMPLES, PAGE, page
from tests.feel.tables import evaluate


def test_the_page_is_current() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "docs/feel.md is not what the code says: run `python -m tests.feel.reference` and review the difference"


def test_every_function_has_an_example() -> None:
    assert EXAMPLES.keys() == BUILTINS.keys()


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_examples_work(text: str) -> None:
    assert evaluate(text).value is not None
