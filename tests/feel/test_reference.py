"""The page of built-in functions is complete, and what it says is so."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from counterflow import feel
from counterflow.feel.builtins import BUILTINS
from tests.feel.reference import EXAMPLES, PAGE, page
from tests.feel.tables import evaluate


def test_the_page_is_current() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), (
        "docs/feel.md is not what the code says: run `python -m tests.feel.reference` and review the difference"
    )


def test_every_function_has_an_example() -> None:
    assert EXAMPLES.keys() == BUILTINS.keys()


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_examples_work(text: str) -> None:
    assert evaluate(text).value is not None


def _blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_example_works_as_it_stands() -> None:
    (example,) = _blocks("python")
    shown = dict(re.findall(r"^(evaluation\.\w+) +# (.*)$", example, re.MULTILINE))
    program = f"{example}\nprint(repr(evaluation.value), evaluation.warnings, evaluation.failure)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{shown['evaluation.value']} () None\n"


def test_the_error_reads_as_it_is_shown() -> None:
    (shown,) = _blocks("text")
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile("amount == 1")
    assert shown == f"{caught.value}\n"
