"""What can go wrong, and how it reads."""

import pytest

from counterflow import feel
from counterflow.feel.errors import FeelError, FeelSyntaxError, FeelWarning


@pytest.mark.parametrize("error", [feel.FeelSyntaxError, feel.FeelFailure, feel.FeelValueError])
def test_one_root(error: type[Exception]) -> None:
    assert issubclass(error, FeelError)


def test_a_syntax_error_reads_well() -> None:
    error = FeelSyntaxError("a\nb ? c", 4, expected="an operator", found="`?`", hint="write if")
    assert (error.line, error.column) == (2, 3)
    assert str(error) == "line 2, column 3: expected an operator, found `?` (write if)\n  b ? c\n    ^"


@pytest.mark.parametrize(
    "text, offset, caret",
    [
        ("a ? b", 2, "  ^"),
        ("\ta ? b", 3, "   ^"),
        ("名前 ? b", 3, "     ^"),
        ("e\u0301 ? b", 3, "  ^"),
        ("x" * 500 + " ? b", 501, " " * 60 + "^"),
        ("", 0, "^"),
    ],
)
def test_the_caret_stands_under_the_fault(text: str, offset: int, caret: str) -> None:
    source, below = FeelSyntaxError(text, offset, expected="an operator", found="`?`").excerpt.split("\n")
    assert below == f"  {caret}"
    assert len(source) <= 2 + 120
    assert "\t" not in source


@pytest.mark.parametrize("offset, column", [(0, 1), (1, 2), (2, 1), (3, 2)])
def test_columns_count_from_one_in_every_line(offset: int, column: int) -> None:
    assert FeelSyntaxError("a\nb", offset, expected="", found="").column == column


def test_warnings_are_values() -> None:
    assert FeelWarning("wrong type", "no") == FeelWarning("wrong type", "no")
    assert str(FeelWarning("wrong type", "no")) == "no"
