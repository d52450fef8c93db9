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


@pytest.mark.parametrize(
    "text, expected",
    cases(r"""
        range("[18..21)")                                       => [18..21)
        range("(18..21]")                                       => (18..21]
        range("]18..21[")                                       => (18..21)
        range("[-2.5..1e3]")                                    => [-2.5..1000]
        range("[\"a\"..\"c\"]")                                 => ["a".."c"]
        range("[@\"2030-01-01\"..@\"2030-12-31\"]")             => [2030-01-01..2030-12-31]
        range("[date(\"2030-01-01\")..date(\"2030-12-31\")]")   => [2030-01-01..2030-12-31]
        range("[duration(\"P1D\")..duration(\"P2D\")]")         => [P1D..P2D]
        range("[18..)")                                         => [18..null)
        range("(..21]")                                         => (null..21]
        range("[..21]")                                         => null
        range("[18..]")                                         => null
        range("[..]")                                           => null
        range("[1..\"a\"]")                                     => null
        range("[2..1]")                                         => null
        range("[1+1..3]")                                       => null
        range("[x..3]")                                         => null
        range("1..3")                                           => null
        range("[1,3]")                                          => null
        range("[1..3] and true")                                => null
        range(null)                                             => null
        5 in range("[1..10]")                                   => true
        11 in range("[1..)")                                    => true
    """),
)
def test_ranges_from_texts(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases(r"""
        from json("{\"a\": [1, 2.5, null, true]}")              => {a: [1, 2.5, null, true]}
        from json("\"2030-01-01\"")                             => "2030-01-01"
        from json("12345678901234567890.5")                     => 12345678901234567890.5
        from json("")                                           => null
        from json("{a: 1}")                                     => null
        to json({a: [1, 2.50, null, true]})                     => "{\"a\":[1,2.5,null,true]}"
        to json(@"2030-01-01")                                  => "\"2030-01-01\""
        to json([1..3])                                         => null
        to json([count])                                        => null
        from json(to json({a: "ä"})).a                          => "ä"
        to base64("FEEL")                                       => "RkVFTA=="
        to base64("ä")                                          => "w6Q="
        to base64("")                                           => ""
        to base64(1)                                            => null
    """),
)
def test_json_and_base64(text: str, expected: str) -> None:
    assert answer(text) == expected
