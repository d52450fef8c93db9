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
