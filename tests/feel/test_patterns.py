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
        matches("b", "[a-z-[\w]]")                              => false
        matches("x", "[\w-[a-w]]")                              => true
        matches("b", "[\w-[a-w]]")                              => false
        matches("a:b", "^[\i-[:]][\c-[:]]*$")                   => false
        matches("a-b", "^[\i-[:]][\c-[:]]*$")                   => true
        # flags
        matches("hello world", "hello[ ]world", "x")            => true
        matches("hello world", "hello\ sworld", "x")            => true
        matches("helloworld", "hello world", "x")               => true
        matches("hello world", "hello world", "x")              => false
        matches("a\nb", "a.b")                                  => false
        matches("a\nb", "a.b", "s")                             => true
        matches("a\rb", "a.b")                                  => false
        matches("a\rb", "a.b", "s")                             => true
        matches("a\rb", "a.b", "i")                             => false
        matches("a\u2028b", "a.b")                              => true
        matches("a\rba", "(a).b\1")                             => false
        matches("a\rba", "(a).b\1", "s")                        => true
        matches("axba", "(a).b\1")                              => true
        matches("a\rb", "a[.]b")                                => false
        replace("a\r\nb", ".", "x") = "x\r\nx"                  => true
        split("a\rb;c", ".;") = ["a\r", "c"]                    => true
        matches("a\nb", "^b", "m")                              => true
        matches("AB", "ab", "i")                                => true
        matches("a.b", "a.b", "q")                              => true
        matches("axb", "a.b", "q")                              => false
        matches("a", "a", "p")                                  => null
        # no pattern at all
        matches("a", "[\0]")                                    => null
        matches("a", "a\\")                                    => null
        matches("a", "[a")                                      => null
        matches("a", "[[a]]")                                   => null
        matches("a", "[z-a-[b]]")                               => null
        matches("a", "[\I]")                                    => false
        matches("a", "[]]")                                     => null
        matches("a", "[a-c-e]")                                 => null
        matches("a", "[a-\\d]")                                 => null
        matches("a", "a{,2}")                                   => null
        matches("a", "a{2,1}")                                  => null
        matches("a", "a{")                                      => null
        matches("a", "}")                                       => null
        matches("a", "a**")                                     => null
        matches("a", "+a")                                      => null
        matches("a", "(a")                                      => null
        matches("a", "a)")                                      => null
        matches("a", "(?i)A")                                   => null
        matches("a", "a(?=b)")                                  => null
        matches("a", "\\bA")                                    => null
        matches("a", "\p{Nowhere}")                             => null
        matches("a", "\p{IsNowhere}")                           => null
        matches("a", "\pL")                                     => null
        matches("a", "a{1001}")                                 => null
        # blocks and categories
        matches("Ж", "^\p{IsCyrillic}$")                        => true
        matches("Ж", "^\P{IsCyrillic}$")                        => false
        matches("λ", "^[\p{IsGreek}\p{Nd}]$")                   => true
        matches("a", "^\p{Lu}$", "i")                           => false
        matches("a", "^[B\p{Lu}]$", "i")                        => false
        matches("b", "^[B\p{Lu}]$", "i")                        => true
        matches("b", "^[^B\p{Lu}]$", "i")                       => false
        matches("a", "^[^B\p{Lu}]$", "i")                       => true
        matches("\f", "\s")                                     => false
        # back-references
        matches("abcabc", "^(abc)\1$")                          => true
        matches("abcabd", "^(abc)\1$")                          => false
        matches("abba", "^(.)(.)\2\1$")                         => true
        matches("aA", "^(a)\1$")                                => false
        matches("aA", "^(a)\1$", "i")                           => true
        matches("aab", "^(a*)\1b$")                             => true
        matches("a", "(a)\2")                                   => null
        matches("a", "(a\1)")                                   => null
        matches("a", "\1(a)")                                   => null
        matches("a0", "^(a)\10$")                               => false
        matches("aa0", "^(a)\10$")                              => true
        matches("b", "^(a)?\1b$")                               => true
        matches("xyxy", "(x|y){2}\1")                           => false
        matches("xyy", "^(x|y){2}\1$")                          => true
        matches("aXbX", "a(.+?)b\1")                            => true
        replace("aabbc", "(.)\1", "<$1>")                       => "<a><b>c"
        split("a--b==c", "([=-])\1")                            => ["a", "b", "c"]
        matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "^(a*)*\1b$") => failure: fuel
        # lines: none begins after a newline that ends the text
        matches("a\n\nb\n", "^$", "m")                          => true
        matches("a\nb\n", "^$", "m")                            => false
        matches("a\nb\n", "b$", "m")                            => true
        matches("a\nb\n", "b\n^", "m")                          => false
        matches("a\nb", "^$", "m")                              => false
        matches("a\n", "a$")                                    => false
        # replacements
        replace("abcdefghijkl", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", "$11-$12-$2") => "k-a2-bl"
        replace("ab", "(a)", "$1$2$9")                          => "ab"
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
