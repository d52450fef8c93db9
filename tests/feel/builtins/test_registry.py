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
        # what is not supplied by name is null
        list contains(list: [1, null])                => true
        index of(list: [null, 1, null])               => [1, 3]
        get or else(default: 3)                       => 3
        context put(context: {}, key: "a")            => {a: null}
        floor(n: 1.5, scale: null)                    => null
        substring(string: "abc")                      => null
        append(list: [1])                             => null
        count()                                       => null
        modulo(dividend: 12, by: 5)                   => null
        # a built-in is a value as well, with all its declarations
        {f: date}.f(year: 2030, month: 1, day: 2)     => 2030-01-02
        {f: floor}.f(n: 1.5)                          => 1
        {f: floor}.f(number: 1.5)                     => null
        {f: is}.f(value2: null)                       => true
        {f: function(a, b) [a, b]}.f(b: 1)            => [null, 1]
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
