"""Regular expressions of XPath on RE2."""

from __future__ import annotations

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases(r"""
        # letters and digits of all scripts
        matches("é", "^\w$")                                    => true
        matches("٣", "^\d$")                                    => true
        matches("a-b", "^[\w\-]+$")                             => true
        matches("-", "^\W$")                                    => true
        matches("-", "^[\W]$")                                  => true
        matches("x", "^\D$")                                    => true
        matches("x1", "^\i\c*$")                                => true
        matches("1x", "^\i")                                    => false
        matches("1x", "^\I")                                    => true
        matches("ab", "^\p{Ll}+$")                              => true
        # a class without another
        matches("b", "^[a-z-[aeiou]]$")                         => true
        matches("e", "^[a-z-[aeiou]]$")                         => false
        matches("5", "^[0-9-[5]]$")                             => false
        matches("x", "^[^a-c-[x]]$")                            => false
        matches("y", "^[^a-c-[x]]$")                            => true
        matches("a", "[a-[a]]")                                 => false
        matches("e", "^[a-z-[b-y-[e]]]$")                       => true
        matches("-", "^[a-]$")                                  => true
        matches("]", "^[\]]$")                                  => true
        matches("b", "[a-z-[\w]]")                              => null
        # flags
        matches("hello world", "hello[ ]world", "x")            => true
        matches("hello world", "hello\ sworld", "x")            => true
        matches("helloworld", "hello world", "x")               => true
        matches("hello world", "hello world", "x")              => false
        matches("a\nb", "a.b")                                  => false
        matches("a\nb", "a.b", "s")                             => true
        matches("a\nb", "^b", "m")                              => true
        matches("AB", "ab", "i")                                => true
        matches("a.b", "a.b", "q")                              => true
        matches("axb", "a.b", "q")                              => false
        matches("a", "a", "p")                                  => null
        # not in linear time, or no pattern at all
        matches("aa", "(a)\1")                                  => null
        matches("a", "[\0]")                                    => null
        matches("a", "a\\")                                    => null
        matches("a", "[a")                                      => null
        matches("a", "[[a]]")                                   => null
        matches("a", "[z-a-[b]]")                               => null
        matches("a", "[\I]")                                    => null
        # replacements
        replace("abcd", "b(c)", "<$1$0>")                       => "a<cbc>d"
        replace("a", "a", "\\$\\\\")                            => "$\\"
        replace("a", "a", "$")                                  => null
        replace("a", "a", "\n")                                 => "\n"
        replace("a", "a", "\\n")                                => null
        replace("a.a", ".", "$", "q")                           => "a$a"
        replace("abc", "x*", "-")                               => null
        replace("abc", "", "-")                                 => null
    """),
)
def test_patterns(text: str, expected: str) -> None:
    assert answer(text) == expected.replace(r"\n", "\n")
