"""Rounding, remainders and roots."""

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        decimal(1/3, 2)                   => 0.33
        decimal(2.5, 0)                   => 2
        decimal(3.5, 0)                   => 4
        decimal(1234, -2)                 => 1200
        floor(1.5)                        => 1
        floor(-1.5)                       => -2
        floor(-1.56, 1)                   => -1.6
        ceiling(1.5)                      => 2
        ceiling(-1.56, 1)                 => -1.5
        round up(5.5, 0)                  => 6
        round up(-5.5, 0)                 => -6
        round up(1.121, 2)                => 1.13
        round down(5.5, 0)                => 5
        round down(-1.126, 2)             => -1.12
        round half up(5.5, 0)             => 6
        round half up(-5.5, 0)            => -6
        round half down(5.5, 0)           => 5
        round half down(-5.56, 1)         => -5.6
        round half up(1.5, null)          => null
        abs(-10)                          => 10
        abs(-1.5)                         => 1.5
        abs(@"-PT5H")                     => PT5H
        abs(@"-P5M")                      => P5M
        modulo(12, 5)                     => 2
        modulo(-12, 5)                    => 3
        modulo(12, -5)                    => -3
        modulo(10.1, 4.5)                 => 1.1
        modulo(-10.1, 4.5)                => 3.4
        modulo(10.1, -4.5)                => -3.4
        modulo(1, 0)                      => null
        sqrt(16)                          => 4
        sqrt(2)                           => 1.414213562373095048801688724209698
        sqrt(-1)                          => null
        log(1)                            => 0
        log(10)                           => 2.302585092994045684017991454684364
        exp(0)                            => 1
        even(2)                           => true
        even(2.0)                         => true
        even(2.5)                         => false
        odd(-3)                           => true
        odd(2.5)                          => false
        odd("1")                          => null
    """),
)
def test_numbers(text: str, expected: str) -> None:
    assert answer(text) == expected
