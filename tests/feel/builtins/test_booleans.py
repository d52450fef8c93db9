"""Booleans, and whether there is a value at all."""

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        not(true)                           => false
        not(false)                          => true
        not(null)                           => null
        not("a")                            => null
        is(1, 1)                            => true
        is(1, "1")                          => false
        is(null, null)                      => true
        is([1], [1])                        => true
        is(1, 1.0)                          => true
        is(@"P1Y", @"P12M")                 => true
        is(@"P0Y", @"P0D")                  => false
        # times are the same on the same clock; equal is what is at the same moment
        is(@"12:00:00Z", @"12:00:00+00:00")                                          => true
        is(@"12:00:00Z", @"12:00:00@Etc/UTC")                                        => true
        is(@"12:00:00Z", @"12:00:00")                                                => false
        is(@"12:00:00Z", @"13:00:00+01:00")                                          => false
        is(@"2030-07-01T12:00:00+02:00", @"2030-07-01T12:00:00@Europe/Paris")        => true
        is(@"2030-07-01T10:00:00Z", @"2030-07-01T12:00:00+02:00")                    => false
        @"2030-07-01T10:00:00Z" = @"2030-07-01T12:00:00+02:00"                       => true
        is(@"2030-07-01T00:00:00", @"2030-07-01")                                    => false
        is(date("2030-01-01"), "2030-01-01") => false
        is defined(1)                       => true
        is defined(null)                    => false
        is defined(missing)                 => false
        is defined({a: 1}.b)                => false
        get or else(1, 2)                   => 1
        get or else(null, 2)                => 2
        get or else(missing, null)          => null
        assert(1, 1 < 2)                    => 1
        assert(null, true)                  => null
        assert(1, 1 > 2)                    => failure: assertion
        assert(1, null, "why")              => failure: assertion
        if true then 1 else assert(1, false) => 1
    """),
)
def test_booleans(text: str, expected: str) -> None:
    assert answer(text) == expected
