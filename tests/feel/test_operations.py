"""Arithmetic, comparison, logic: what operators mean."""

import pytest

from tests.feel.tables import answer, cases, evaluate


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        1 + 2                                   => 3
        1 + 2.5                                 => 3.5
        0.1 + 0.2                               => 0.3
        7 - 10                                  => -3
        6 * 7                                   => 42
        10 / 4                                  => 2.5
        10 / 5                                  => 2
        1 / 3                                   => 0.3333333333333333333333333333333333
        1 / 0                                   => null
        2 ** 10                                 => 1024
        2 ** -1                                 => 0.5
        2 ** 0.5                                => 1.414213562373095048801688724209698
        -2 ** 2                                 => 4
        0 ** 0                                  => 1
        --3                                     => 3
        (1 + 2) * 3                             => 9
        9007199254740993 + 1                    => 9007199254740994
        9999999999999999999999999999999999 + 1  => 10000000000000000000000000000000000
        99999999999999999 * 99999999999999999   => 9999999999999999800000000000000001
        "a" + "b"                               => "ab"
        # no silent conversion
        "a" + 1                                 => null
        1 + null                                => null
        true + 1                                => null
        -"a"                                    => null
        [1] + [2]                               => null
    """),
)
def test_arithmetic(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        date("2030-01-31") + duration("P1M")                                   => 2030-02-28
        date("2030-01-31") - duration("P1D")                                   => 2030-01-30
        date("2030-03-01") - date("2030-02-01")                                => P28D
        duration("P1D") + date("2030-01-31")                                   => 2030-02-01
        date and time("2030-01-31T23:00:00Z") + duration("PT2H")               => 2030-02-01T01:00:00Z
        date and time("2030-01-31T23:00:00") - duration("P1Y")                 => 2029-01-31T23:00:00
        date and time("2030-01-02T00:00:00Z") - date("2030-01-01")             => P1D
        date and time("2030-01-01T00:00:00") - date and time("2030-01-01T00:00:00Z") => null
        date and time("2026-03-28T12:00:00@Europe/Paris") + duration("P1D")    => 2026-03-29T13:00:00@Europe/Paris
        time("23:30:00") + duration("PT1H")                                    => 00:30:00
        time("10:00:00") - time("08:30:00")                                    => PT1H30M
        time("10:00:00Z") - time("10:00:00+02:00")                             => PT2H
        duration("P1D") + duration("PT12H")                                    => P1DT12H
        duration("P1Y") - duration("P1M")                                      => P11M
        duration("P1D") + duration("P1M")                                      => null
        duration("P1D") * 1.5                                                  => P1DT12H
        2 * duration("P1Y")                                                    => P2Y
        duration("P1D") / 2                                                    => PT12H
        duration("P1D") / duration("PT8H")                                     => 3
        duration("P1D") / 0                                                    => null
        -duration("P1D")                                                       => -P1D
        date("999999999-12-31") + duration("P1D")                              => null
        date("2030-01-01") + 1                                                 => null
    """),
)
def test_arithmetic_with_time(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        1 = 1.0                                              => true
        1 = 2                                                => false
        "a" != "b"                                           => true
        null = null                                          => true
        1 = null                                             => false
        1 != null                                            => true
        1 = "1"                                              => null
        [1, 2] = [1, 2]                                      => true
        [1, 2] = [2, 1]                                      => false
        [1] = [1, 2]                                         => false
        {a: 1, b: 2} = {b: 2, a: 1}                          => true
        {a: 1} = {a: 1, b: 2}                                => false
        [1..3] = [1..3]                                      => true
        [1..3] = [1..3)                                      => false
        date("2030-01-01") = date("2030-01-01")              => true
        time("10:00:00Z") = time("12:00:00+02:00")           => true
        time("10:00:00") = time("10:00:00Z")                 => false
        duration("P1D") = duration("PT24H")                  => true
        duration("P1Y") = duration("P12M")                   => true
        1 < 2                                                => true
        2 <= 2                                               => true
        "b" > "a"                                            => true
        1 < "2"                                              => null
        null < 1                                             => null
        true < false                                         => null
        [1] < [2]                                            => null
        date("2030-01-01") < date("2030-01-02")              => true
        date and time("2030-01-01T10:00:00Z") < date and time("2030-01-01T10:00:00+01:00") => false
        # of a local one and one with a zone, the local one is in that zone; yet they are not the same
        date and time("2030-01-01T10:00:00") < date and time("2030-01-01T10:00:00Z") => false
        date and time("2030-01-01T10:00:00") < date and time("2030-01-01T10:00:01+05:00") => true
        date and time("2030-01-01T10:00:00+05:00") > date and time("2030-01-01T09:59:59") => true
        time("10:00:00") < time("11:00:00@Europe/Paris")     => true
        time("12:00:00") in [time("11:00:00Z")..time("13:00:00Z")] => true
        date and time("2030-01-01T10:00:00") = date and time("2030-01-01T10:00:00Z") => false
        duration("PT1H") < duration("PT61M")                 => true
        2 between 1 and 3                                    => true
        0 between 1 and 3                                    => false
        2 between null and 3                                 => null
        4 between null and 3                                 => false
    """),
)
def test_comparison(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize("left", ["true", "false", "null", "1"])
@pytest.mark.parametrize("right", ["true", "false", "null", "1"])
def test_three_valued_logic(left: str, right: str) -> None:
    both = "false" if "false" in (left, right) else "true" if left == right == "true" else "null"
    either = "true" if "true" in (left, right) else "false" if left == right == "false" else "null"
    assert answer(f"{left} and {right}") == both
    assert answer(f"{left} or {right}") == either


def test_logic_stops_at_the_deciding_operand() -> None:
    assert evaluate("false and missing").warnings == ()
    assert evaluate("true or missing").warnings == ()


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        if true then 1 else 2           => 1
        if false then 1 else 2          => 2
        if null then 1 else 2           => 2
        if "yes" then 1 else 2          => 2
        if 1 > 0 then "big" else "no"   => "big"
        not(true)                       => false
        not(null)                       => null
        not(1)                          => null
    """),
)
def test_choice(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        1 instance of number                              => true
        "a" instance of number                            => false
        null instance of number                           => false
        null instance of Null                             => true
        1 instance of Any                                 => true
        true instance of boolean                          => true
        [1, 2] instance of list<number>                   => true
        [1, "a"] instance of list<number>                 => false
        {a: 1} instance of context<a: number>             => true
        {a: 1} instance of context<a: string>             => false
        {a: 1} instance of context<b: number>             => false
        [1..2] instance of range<number>                  => true
        date("2030-01-01") instance of date               => true
        @"2030-01-01T00:00:00" instance of date and time  => true
        @"P1D" instance of days and time duration         => true
        @"P1Y" instance of years and months duration      => true
        count instance of function<list<Any>> -> number   => true
        # nulls inside conform to everything, null itself to Null only
        [null] instance of list<number>                   => true
        {a: null} instance of context<a: number>          => true
        null instance of Any                              => false
        null instance of list<number>                     => false
        # names that are no types: those of lists, ranges, contexts and functions ask for their members
        1 instance of numeric                             => null
        [1] instance of list                              => null
        [1] instance of list<numeric>                     => null
        {a: 1} instance of context                        => null
        [1..2] instance of range                          => null
        count instance of function                        => null
        # a function takes at least what is asked for, and answers no more
        (function(a: Any) a) instance of function<number> -> Any                                               => true
        (function(a: number) a) instance of function<Any> -> Any                                               => false
        (function(a: number) "text") instance of function<number> -> string                                    => true
        (function(a: number) "text") instance of function<number> -> number                                    => false
        (function(a: number) a + 1) instance of function<number> -> number                                     => true
        (function(a: number) if a > 1 then [a] else []) instance of function<number> -> Any                    => true
        (function(a: number, b: number) a) instance of function<number> -> number                              => false
        (function(a: context<x: number>) 1) instance of function<context<x: number, y: number>> -> number      => true
        (function(a: context<x: number, y: number>) 1) instance of function<context<x: number>> -> number      => false
        (function(a: list<Any>) 1) instance of function<list<number>> -> number                                => true
        (function() {x: 1, y: 2}) instance of function<> -> context<x: number>                                 => true
        (function() {x: 1}) instance of function<> -> context<x: number, y: number>                            => false
        (function() [1, "a"]) instance of function<> -> list<number>                                           => false
        (function() [@"2030-01-01"..@"2030-12-31"]) instance of function<> -> range<date>                      => true
        (function() function(a: number) a > 1) instance of function<> -> function<number> -> boolean           => true
        (function() function(a: number) a > 1) instance of function<> -> function<string> -> boolean           => false
        (function() unknown) instance of function<> -> number                                                  => true
    """),
)
def test_instance_of(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, message",
    [
        ('1 + "a"', "`+` has no meaning between a number and a string"),
        ("1 / 0", "`/` between these two values (a number and a number) has no result"),
        ('1 = "a"', "`=` compares values of one kind; found a number and a string"),
        (
            "1 < null",
            "`<` compares two numbers, strings, dates, times or durations of one kind; found a number and null",
        ),
        ("-true", "`-` takes a number or a duration; found a boolean"),
        ("if 1 then 2 else 3", "the condition of `if` is true or false; found a number, taken as false"),
    ],
)
def test_warnings_say_what_was_found(text: str, message: str) -> None:
    assert [str(warning) for warning in evaluate(text).warnings] == [message]
