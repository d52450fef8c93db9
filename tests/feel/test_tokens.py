"""Words, numbers, strings and symbols of a text."""

from decimal import Decimal

import pytest

from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.tokens import tokenize, unescape


@pytest.mark.parametrize(
    "text, kinds",
    [
        ("", ["end"]),
        ("amount > 100", ["name", ">", "number", "end"]),
        ("1..10", ["number", "..", "number", "end"]),
        ("2**3", ["number", "**", "number", "end"]),
        ("a != b", ["name", "!=", "name", "end"]),
        ("if a then b", ["if", "name", "then", "name", "end"]),
        ("iffy", ["name", "end"]),
        ("`if`", ["name", "end"]),
        ('@"P1D"', ["temporal", "end"]),
        ("1 // one\n + /* two */ 2", ["number", "+", "number", "end"]),
        ("1 /* * / ** */ + 2", ["number", "+", "number", "end"]),
        ("größe", ["name", "end"]),
        ("gro\u0308ße", ["name", "end"]),
        ("client\u2019s age", ["name", "\u2019", "name", "name", "end"]),
        ("имя.値", ["name", ".", "name", "end"]),
        ("\u0663", ["name", "end"]),
        ("🐎 + 1", ["name", "+", "number", "end"]),
        ("a\u00a0b", ["name", "name", "end"]),
        ("function<number>->string", ["function", "<", "name", ">", "->", "name", "end"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokenize(text)] == kinds


@pytest.mark.parametrize(
    "text, value",
    [
        ("0", 0),
        ("007", 7),
        (".5", Decimal("0.5")),
        ("1.50", Decimal("1.50")),
        ("1e3", Decimal("1E+3")),
        ("12345678901234567890", 12345678901234567890),
        ("9" * 40, Decimal("1E+40")),
    ],
)
def test_numbers(text: str, value: int | Decimal) -> None:
    assert tokenize(text)[0].value == value


@pytest.mark.parametrize(
    "body, text",
    [
        (r"plain", "plain"),
        (r"a\nb\tc", "a\nb\tc"),
        (r"say \"hi\"", 'say "hi"'),
        (r"a\\b", "a\\b"),
        (r"\u00e9", "é"),
        (r"\U01F40E", "🐎"),
        (r"\uD83D\uDC0E", "🐎"),
        (r"\d+", r"\d+"),
        (r"\uD83D", "\ufffd"),
    ],
)
def test_escapes(body: str, text: str) -> None:
    assert unescape(body) == text


@pytest.mark.parametrize(
    "text, column, part",
    [
        ("a & b", 3, "joins conditions with `and`"),
        ("a || b", 3, "joins conditions with `or`"),
        ("!a", 1, "negates with `not(...)`"),
        ("7 % 2", 3, "modulo(dividend, divisor)"),
        ('"open', 1, 'no closing "'),
        ("`open", 1, "no closing `"),
        ("1 /* open", 3, "a comment that ends with */"),
        ("${a}", 1, "without ${...}"),
        ("1e99999", 1, "a number below"),
    ],
)
def test_unreadable_text(text: str, column: int, part: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        tokenize(text)
    assert caught.value.column == column
    assert part in str(caught.value)


def test_offsets_point_into_the_text() -> None:
    text = "amount  >=\n 100"
    assert [text[token.offset : token.end] for token in tokenize(text)] == ["amount", ">=", "100", ""]
