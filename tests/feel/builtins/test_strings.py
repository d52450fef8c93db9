"""Parts of strings, and patterns."""

import pytest

from tests.feel.tables import answer, cases, evaluate


@pytest.mark.parametrize(
    "text, expected",
    cases(r"""
        string length("foo")                               => 3
        string length("🐎ab")                              => 3
        string length(null)                                => null
        upper case("aé")                                   => "AÉ"
        lower case("AÉ")                                   => "aé"
        trim("  a b ")                                     => "a b"
        substring("foobar", 3)                             => "obar"
        substring("foobar", 3, 3)                          => "oba"
        substring("foobar", -2, 1)                         => "a"
        substring("foobar", 7)                             => null
        substring("foobar", 0)                             => null
        substring("foobar", 3, 0)                          => null
        substring("🐎ab", 2)                               => "ab"
        substring before("foobar", "bar")                  => "foo"
        substring before("foobar", "x")                    => ""
        substring after("foobar", "ob")                    => "ar"
        substring after("foobar", "")                      => "foobar"
        contains("foobar", "oba")                          => true
        contains("foobar", 1)                              => null
        starts with("foobar", "foo")                       => true
        ends with("foobar", "foo")                         => false
        string join(["a", "b"], "-")                       => "a-b"
        string join(["a", null, "b"])                      => "ab"
        string join(["a", "b"], ", ", "[", "]")            => "[a, b]"
        string join([], "-")                               => ""
        string join(["a", 1])                              => null
        string join("a")                                   => "a"
    """),
)
def test_strings(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases(r"""
        matches("foobar", "^fo*b")                         => true
        matches("foobar", "FOO")                           => false
        matches("foobar", "FOO", "i")                      => true
        matches("a.b", "a.b", "q")                         => true
        matches("axb", "a.b", "q")                         => false
        matches("hello world", "hello\ sworld", "x")       => true
        matches("a", "a", "z")                             => null
        # no flags at all
        matches("a", "a", null)                            => true
        matches(input: "A", pattern: "a", flags: null)     => false
        replace("aA", "a", "b", null)                      => "bA"
        replace(input: "aA", pattern: "a", replacement: "b", flags: null) => "bA"
        split("a1b", "1", null)                            => ["a", "b"]
        split(string: "a1b", delimiter: "1", flags: null)  => ["a", "b"]
        split("axbXc", "x", "i")                           => ["a", "b", "c"]
        extract("aA", "a", null)                           => ["a"]
        matches("a", null)                                 => null
        matches(null, "a", null)                           => null
        replace("a", "a", null, null)                      => null
        matches("a", "(")                                  => null
        replace("abracadabra", "bra", "*")                 => "a*cada*"
        replace("2030-12-31", "(\d+)-(\d+)", "$2/$1")      => "12/2030-31"
        replace("abc", "b", "\$")                          => "a$c"
        replace("abc", "(x)?b", "[$1$2]")                  => "a[]c"
        replace("abc", "[a-z]", "#", "q")                  => "abc"
        replace("abc", "", "-")                            => null
        split("John Doe", "\s")                            => ["John", "Doe"]
        split("a;b;;c", ";")                               => ["a", "b", "", "c"]
        split("abc", ";")                                  => ["abc"]
        extract("1, 2 and 30", "\d+")                      => ["1", "2", "30"]
    """),
)
def test_patterns(text: str, expected: str) -> None:
    assert answer(text) == expected


def test_a_bad_flag_is_named() -> None:
    (warning,) = evaluate('matches("a", "a", "iz")').warnings
    assert str(warning) == "a pattern's flags are among s, m, i, x and q; found 'z'"
