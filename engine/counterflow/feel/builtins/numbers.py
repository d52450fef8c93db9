"""Numbers (DMN 1.5, 10.3.4.5)."""

import decimal
from decimal import Decimal
from typing import Final

from counterflow.feel import numbers
from counterflow.feel.builtins.registry import builtin
from counterflow.feel.numbers import CONTEXT, Number
from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import DaysDuration, MonthsDuration

_SCALES = range(-6111, 6177)
_ROUNDING_FUEL: Final = 3
_ROOT_FUEL: Final = 5
_LOGARITHM_FUEL: Final = 50
_EXPONENTIAL_FUEL: Final = 30
"""Series of 34 digits take so many times as long as a step."""


def _rounded(run: Run, value: Number, scale: int, rounding: str) -> Value:
    """The number with at most `scale` decimals, of which a negative count stands before the point.

    Null, with a warning, if the scale is not within -6111 and 6176.
    """
    if scale not in _SCALES:
        return run.warn("out of range", f"a scale lies between -6111 and 6176; found {numbers.shown(scale)}")
    if type(value) is int and scale >= 0:
        return value
    run.spend(_ROUNDING_FUEL)
    exact = numbers.exact(value)
    if -exact.as_tuple().exponent <= scale:  # type: ignore[operator]  # an exponent is a word only for infinity and NaN
        return numbers.whole(exact)
    return numbers.whole(exact.quantize(Decimal(1).scaleb(-scale), rounding, numbers.WIDE))


@builtin("decimal(n: number, scale: integer)")
def decimal_(run: Run, value: Number, scale: int) -> Value:
    """The number rounded to `scale` decimals, halves to the even digit."""
    return _rounded(run, value, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: integer)")
def floor(run: Run, value: Number, scale: int | None = None) -> Value:
    """The number rounded to `scale` decimals, without one to a whole number, towards negative infinity."""
    return _rounded(run, value, scale or 0, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: integer)")
def ceiling(run: Run, value: Number, scale: int | None = None) -> Value:
    """The number rounded to `scale` decimals, without one to a whole number, towards positive infinity."""
    return _rounded(run, value, scale or 0, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale?: integer)")
def round_up(run: Run, value: Number, scale: int | None = None) -> Value:
    """The number rounded to `scale` decimals, without one to a whole number, away from zero."""
    return _rounded(run, value, scale or 0, decimal.ROUND_UP)


@builtin("round down(n: number, scale?: integer)")
def round_down(run: Run, value: Number, scale: int | None = None) -> Value:
    """The number rounded to `scale` decimals, without one to a whole number, towards zero."""
    return _rounded(run, value, scale or 0, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale?: integer)")
def round_half_up(run: Run, value: Number, scale: int | None = None) -> Value:
    """The number rounded to `scale` decimals, without one to a whole number, halves away from zero."""
    return _rounded(run, value, scale or 0, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale?: integer)")
def round_half_down(run: Run, value: Number, scale: int | None = None) -> Value:
    """The number rounded to `scale` decimals, without one to a whole number, halves towards zero."""
    return _rounded(run, value, scale or 0, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number | days duration | months duration)")
def absolute(_run: Run, value: Number | DaysDuration | MonthsDuration) -> Value:
    """A number or a duration without its sign."""
    if isinstance(value, DaysDuration):
        return DaysDuration(abs(value.nanoseconds))
    if isinstance(value, MonthsDuration):
        return MonthsDuration(abs(value.months))
    return abs(value) if type(value) is int else numbers.exact(value).copy_abs()


@builtin("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Number, divisor: Number) -> Value:
    """`dividend - divisor * floor(dividend / divisor)`, whose sign is that of the divisor.

    Null, with a warning, for a divisor of 0 and for numbers too far apart.
    """
    if divisor == 0:
        return run.warn("wrong value", "modulo takes a divisor other than 0")
    if type(dividend) is int and type(divisor) is int:
        return dividend % divisor
    run.spend(_ROUNDING_FUEL)
    remainder = numbers.compute(CONTEXT.remainder, numbers.exact(dividend), numbers.exact(divisor))
    if remainder is None:
        return run.warn("wrong value", "modulo has no result for numbers this far apart")
    return numbers.whole(
        CONTEXT.add(remainder, divisor) if remainder and (remainder < 0) != (divisor < 0) else remainder
    )


@builtin("sqrt(number: number)")
def sqrt(run: Run, value: Number) -> Value:
    """The square root to 34 digits; null, with a warning, for a number below 0."""
    run.spend(_ROOT_FUEL)
    return _computed(run, "sqrt", numbers.compute(CONTEXT.sqrt, numbers.exact(value)))


@builtin("log(number: number)")
def log(run: Run, value: Number) -> Value:
    """The natural logarithm to 34 digits; null, with a warning, for a number that is not above 0."""
    if value <= 0:
        return run.warn("wrong value", "log takes a number above 0")
    run.spend(_LOGARITHM_FUEL)
    return _computed(run, "log", numbers.compute(CONTEXT.ln, numbers.exact(value)))


@builtin("exp(number: number)")
def exp(run: Run, value: Number) -> Value:
    """The power of e to 34 digits; null, with a warning, where it leaves the range of numbers."""
    run.spend(_EXPONENTIAL_FUEL)
    return _computed(run, "exp", numbers.compute(CONTEXT.exp, numbers.exact(value)))


def _computed(run: Run, name: str, result: Decimal | None) -> Value:
    return (
        run.warn("wrong value", f"{name} has no result for this number")
        if result is None
        else numbers.whole(result)
    )


@builtin("even(number: number)")
def even(_run: Run, value: Number) -> Value:
    """Whether a number is whole and even."""
    return numbers.parity(value) == 0


@builtin("odd(number: number)")
def odd(_run: Run, value: Number) -> Value:
    """Whether a number is whole and odd."""
    return numbers.parity(value) == 1
