"""Between numbers, strings and everything else."""

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases(r"""
        string(1.10)                                => "1.1"
        string(12345678901234567890)                => "12345678901234567890"
        string("a")                                 => "a"
        string(true)                                => "true"
        string(null)                                => null
        string([1, "a", null])                      => "[1, \"a\", null]"
        string({a: 1, b: [@"P1D"]})                 => "{a: 1, b: [P1D]}"
        string(@"2030-01-31")                       => "2030-01-31"
        string(@"10:00:00.500+02:00")               => "10:00:00.5+02:00"
        string(@"2030-01-31T10:00:00@Europe/Paris") => "2030-01-31T10:00:00@Europe/Paris"
        string([1..3))                              => "[1..3)"
        string((> 1))                               => "(>1)"
        number("1")                                 => 1
        number("-1.50")                             => -1.5
        number("1,200.50", ",", ".")                => 1200.5
        number("1.200,50", ".", ",")                => 1200.5
        number("1 200", " ")                        => 1200
        number("1.200", ".", ".")                   => null
        number("1", "x")                            => null
        number("abc")                               => null
        number("")                                  => null
        number("0x10")                              => null
        number("NaN")                               => null
        number("Infinity")                          => null
        number("1e3")                               => 1000
        number(5)                                   => 5
        number(from: "5")                           => 5
    """),
)
def test_conversions(text: str, expected: str) -> None:
    assert answer(text) == expected
