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
        is(value1: null, value2: null)      => true
        is(value2: 1, value1: null)         => false
        is(value1: 1, value2: null)         => false
        is(value1: null)                    => true
        is(value2: 1)                       => false
        # times are the same on the same clock; equal is what is at the same moment; a zone by name is no other, nor any offset
        is(@"12:00:00Z", @"12:00:00+00:00")                                          => true
        is(@"12:00:00z", @"12:00:00Z")                                               => true
        is(@"12:00:00Z", @"12:00:00@Etc/UTC")                                        => false
        is(@"12:00:00Z", @"12:00:00@Etc/GMT")                                        => false
        is(@"12:00:00@Etc/UTC", @"12:00:00@Etc/GMT")                                 => false
        is(@"12:00:00@Europe/Paris", @"12:00:00@Europe/Paris")                       => true
        is(@"12:00:00@Europe/Paris", @"12:00:00@Europe/Berlin")                      => false
        is(@"12:00:00@Europe/Paris", @"12:00:00+01:00")                              => false
        is(@"12:00:00.1Z", @"12:00:00.2Z")                                           => false
        @"12:00:00.1Z" = @"12:00:00.2Z"                                              => true
        is(@"12:00:00Z", @"12:00:00")                                                => false
        is(@"12:00:00Z", @"13:00:00+01:00")                                          => false
        is(@"2030-07-01T12:00:00+02:00", @"2030-07-01T12:00:00@Europe/Paris")        => false
        is(@"2030-07-01T12:00:00@Europe/Paris", @"2030-07-01T12:00:00@Europe/Berlin") => false
        is(@"2030-07-01T12:00:00@Europe/Paris", @"2030-07-01T12:00:00@Europe/Paris") => true
        @"2030-07-01T12:00:00@Europe/Paris" = @"2030-07-01T12:00:00@Europe/Berlin"   => true
        # wherever they stand
        is([@"12:00:00Z"], [@"12:00:00@Etc/UTC"])                                    => false
        [@"12:00:00Z"] = [@"12:00:00@Etc/UTC"]                                       => true
        is({a: [@"12:00:00Z"]}, {a: [@"12:00:00@Etc/UTC"]})                          => false
        is({a: [@"12:00:00Z"]}, {a: [@"12:00:00Z"]})                                 => true
        is([@"12:00:00Z"..@"13:00:00Z"], [@"12:00:00Z"..@"13:00:00@Etc/UTC"])        => false
        is([@"12:00:00Z"..@"13:00:00Z"], [@"12:00:00Z"..@"13:00:00Z"])               => true
        is([1..2], [1..2))                  => false
        is([1, null], [1, "a"])             => false
        is({a: 1}, {b: 1})                  => false
        is([1], [1, 2])                     => false
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
        fromAi(1)                           => 1
        fromAi(1, "one")                    => 1
        fromAi(1, null, "number", {a: 2}, null) => 1
        fromAi(value: 1, schema: {a: 2})    => 1
        fromAi(missing, "none")             => null
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
