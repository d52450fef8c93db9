"""FEEL numbers: 34 decimal digits, half even (IEEE 754 decimal128; DMN 1.5, 10.3.2.3.1).

A number is an `int` while it is whole and below 10 ** 34, else a `Decimal`; both mean the same value, and
arithmetic on whole numbers never pays for decimals. Whole numbers from outside may have more digits, and keep
them until somebody computes with them; no `int` is ever made of a `Decimal` beyond 10 ** 34, for the digits
of 1e6144 take a millisecond. Nothing here raises: what has no result is None.
"""

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Final

Number = int | Decimal

BOUND: Final = 10**34
EXPONENT_BOUND: Final = 999_999_999
MOST_DIGITS: Final = 6_144
"""A whole number of so many digits, or fewer, is a number of FEEL however many of them are not zero."""
_AT_ONCE: Final = 8_192
"""Bits of an int that Python prints; it refuses very long ones."""
_WIDE_DIGITS: Final = MOST_DIGITS + 56
CONTEXT: Final = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Underflow],
)
WIDE: Final = CONTEXT.copy()
"""Exact for all digits that a number may have."""
WIDE.prec = _WIDE_DIGITS
_TWO: Final = Decimal(2)


def read(text: str) -> Number | None:
    """The number a literal spells; None if it is no number or beyond decimal128."""
    if len(text) <= 34 and text.isdigit() and text.isascii():
        return int(text)
    try:
        value = CONTEXT.create_decimal(text)
    except decimal.DecimalException:
        return None
    return value if value.is_finite() else None


def long_whole(digits: str) -> Number:
    """The whole number of at most `MOST_DIGITS` digits, none of which is lost."""
    return int(digits) if len(digits) <= 34 else Decimal(digits)


def exact(value: Number) -> Decimal:
    """The number as a Decimal of at most 34 digits; a longer whole number is rounded."""
    return CONTEXT.plus(value) if type(value) is Decimal else CONTEXT.create_decimal(value)


def settle(value: Number) -> Number | None:
    """The number as it is, or rounded to 34 digits if it is whole and longer; None beyond decimal128."""
    if type(value) is int:
        return value if -BOUND < value < BOUND else compute(CONTEXT.create_decimal, value)
    return value


_SHORT: Final = 34
"""A number is below `BOUND` where its first digit has a place below this, which is soon asked."""


def whole(value: Number) -> Number:
    """The same value, as an int if it is one and short enough to be exact."""
    if type(value) is Decimal and value.adjusted() < _SHORT and value == value.to_integral_value():
        return int(value)
    return value


def as_int(value: object) -> int | None:
    """The whole number that a value is, one beyond 10 ** 34 as that bound with its sign; None for all others.

    Whoever asks wants a position or an end, and takes it for too large.
    """
    if type(value) is int:
        return value
    return truncated(value) if type(value) is Decimal and value == value.to_integral_value() else None


def truncated(value: Number) -> int:
    """The whole part of a number, of one beyond 10 ** 34 that bound with its sign."""
    if isinstance(value, int) or value.adjusted() < _SHORT:
        return int(value)
    return BOUND if value > 0 else -BOUND if value else 0


def parity(value: Number) -> int | None:
    """1 for an odd whole number, 0 for an even one; None for a fraction."""
    if isinstance(value, int):
        return value % 2
    if value != value.to_integral_value():
        return None
    return int(WIDE.remainder(value, _TWO).copy_abs())


def magnitude(value: Number) -> int:
    """About how many digits a number has when it is written without an exponent."""
    return abs(value.adjusted()) if isinstance(value, Decimal) else value.bit_length() // 3


def compute(operation: Callable[..., Decimal], *operands: Number) -> Decimal | None:
    """The result of a decimal operation; None where it has none or leaves the range."""
    try:
        result = operation(*operands)
    except (decimal.DecimalException, OverflowError):
        return None
    return result if result.is_finite() else None


def add(left: Number, right: Number) -> Number | None:
    """The sum, to 34 digits; None beyond decimal128."""
    if type(left) is int and type(right) is int:
        return settle(left + right)
    return compute(CONTEXT.add, left, right)


def subtract(left: Number, right: Number) -> Number | None:
    """The difference, to 34 digits; None beyond decimal128."""
    if type(left) is int and type(right) is int:
        return settle(left - right)
    return compute(CONTEXT.subtract, left, right)


def multiply(left: Number, right: Number) -> Number | None:
    """The product, to 34 digits; None beyond decimal128."""
    if type(left) is int and type(right) is int and -BOUND < left < BOUND and -BOUND < right < BOUND:
        return settle(left * right)
    return compute(CONTEXT.multiply, exact(left), exact(right))


def divide(left: Number, right: Number) -> Number | None:
    """The quotient, to 34 digits; None beyond decimal128 or for a divisor of 0."""
    if right == 0:
        return None
    if type(left) is int and type(right) is int and left % right == 0:
        return settle(left // right)
    quotient = compute(CONTEXT.divide, exact(left), exact(right))
    return None if quotient is None else whole(quotient)


def power(base: Number, exponent: Number) -> Number | None:
    """The power, to 34 digits; None where it has no value or is beyond decimal128.

    The exponent lies between -999 999 999 and 999 999 999 (DMN 1.5, table 60).
    """
    if not -EXPONENT_BOUND <= exponent <= EXPONENT_BOUND:
        return None
    if exponent == 0:
        return 1
    # Decimals stop by themselves at 10 ** 6145; whole numbers would go on until memory is full.
    if type(base) is int and type(exponent) is int and exponent >= 0 and base.bit_length() * exponent <= 113:
        return settle(base**exponent)
    result = compute(CONTEXT.power, exact(base), exact(exponent))
    return None if result is None else whole(result)


def negate(value: Number) -> Number:
    """The number with the other sign, to 34 digits."""
    return -value if type(value) is int else CONTEXT.minus(exact(value))


def plain(value: Number) -> str:
    """The number's digits without exponent and without trailing zeros: `3`, `0.25`, `-1200`."""
    if type(value) is int and value.bit_length() < _AT_ONCE:
        return str(value)
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def shown(value: Number) -> str:
    """The number for a message; one of more than 40 digits by how many there are."""
    text = plain(value)
    return text if len(text) <= 40 else f"a number of {len(text)} digits"
