"""How arguments find their parameters."""

import pytest

from counterflow.feel.builtins import BUILTINS
from counterflow.feel.names import spelling
from tests.feel.tables import answer, cases, evaluate


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_built_in_can_be_written(name: str) -> None:
    assert spelling(name)
    assert BUILTINS[name].overloads


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        # a list of one stands for its item, an item for a list of one
        upper case(["a"])                             => "A"
        count("a")                                    => 1
        substring("abc", [2])                         => "bc"
        upper case(["a", "b"])                        => null
        # the whole part of a number, where a whole number is due
        substring("abc", 2.9)                         => "bc"
        # an optional argument may be left out, but not be null
        floor(1.5, null)                              => null
        floor(n: 1.5)                                 => 1
        # names in any order, each once, none unknown
        modulo(divisor: 5, dividend: 12)              => 2
        modulo(dividend: 12, dividend: 5)             => null
        modulo(dividend: 12)                          => null
        modulo(dividend: 12, by: 5)                   => null
        # a built-in is a value as well
        (if true then max else min)(1, 2)             => 2
    """),
)
def test_arguments(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, message",
    [
        ("upper case(1)", "upper case takes (string: string); found (a number)"),
        ("upper case()", "upper case takes (string: string); found (no arguments)"),
        ("upper case(text: 1)", "upper case takes (string: string); found (a number)"),
        ("today(1)", "today takes (); found (a number)"),
        ("min()", "min takes (list: list) or (list...: any); found (no arguments)"),
    ],
)
def test_a_warning_shows_the_signature(text: str, message: str) -> None:
    assert [str(warning) for warning in evaluate(text).warnings] == [message]
