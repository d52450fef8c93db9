"""`String.format` of Java: %s %d %f %e %x %b %c %n %%, with width, precision and flags."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from counterflow.feel import numbers
from counterflow.feel.run import Run, Value
from counterflow.feel.values import text

_DIRECTIVE: Final = re.compile(r"%(?:(\d+)\$)?([-+ 0,(#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")
_WIDTH_BOUND: Final = 1000
_DIRECTIVE_FUEL: Final = 10


class NoJavaResult(ValueError):
    """A function of Java has no result for its arguments, where Java would throw."""


def java_format(run: Run, pattern: str, arguments: list[Value]) -> str:
    """The pattern filled in. Raises NoJavaResult where Java would throw."""
    remaining = iter(arguments)

    def fill(match: re.Match[str]) -> str:
        position, flags, width, precision, conversion = match.groups()
        run.spend(_DIRECTIVE_FUEL)
        if int(width or 0) > _WIDTH_BOUND or int(precision or 0) > _WIDTH_BOUND:
            raise NoJavaResult(f"expected a width of at most {_WIDTH_BOUND} in a format")
        if conversion in "n%":
            return {"n": "\n", "%": "%"}[conversion]
        argument = _argument(arguments, int(position)) if position else next(remaining, _MISSING)
        if argument is _MISSING:
            raise NoJavaResult(f"expected an argument for {match.group()}")
        filled = _CONVERSIONS.get(conversion.lower(), _unknown)(run, argument, flags, precision)
        aligned = (
            filled.ljust(int(width or 0)) if "-" in flags else _padded(filled, int(width or 0), "0" in flags)
        )
        return aligned.upper() if conversion.isupper() else aligned

    return _DIRECTIVE.sub(fill, pattern)


_MISSING: Final = object()


def _argument(arguments: list[Value], position: int) -> Value:
    return arguments[position - 1] if 0 < position <= len(arguments) else _MISSING


def _padded(filled: str, width: int, zeros: bool) -> str:
    return filled.zfill(width) if zeros else filled.rjust(width)


def _number(argument: Value) -> Decimal:
    if isinstance(argument, int | Decimal) and not isinstance(argument, bool):
        return numbers.exact(argument)
    raise NoJavaResult("expected a number for a format")


def _signed(digits: str, flags: str) -> str:
    return f"+{digits}" if "+" in flags and not digits.startswith("-") else digits


def _whole(_run: Run, argument: Value, flags: str, _precision: str | None) -> str:
    value = numbers.as_int(_number(argument))
    if value is None or abs(value) >= numbers.BOUND:
        raise NoJavaResult("expected a whole number for %d")
    return _signed(f"{value:,}" if "," in flags else str(value), flags)


def _fixed(_run: Run, argument: Value, flags: str, precision: str | None) -> str:
    value = _number(argument)
    if abs(value) >= numbers.BOUND:
        raise NoJavaResult("expected a number below 10 ** 34 for %f")
    # Java rounds half up here, unlike everything else in FEEL.
    rounded = value.quantize(Decimal(1).scaleb(-int(precision or 6)), "ROUND_HALF_UP", numbers.CONTEXT.copy())
    return _signed(f"{rounded:,f}" if "," in flags else f"{rounded:f}", flags)


def _scientific(_run: Run, argument: Value, flags: str, precision: str | None) -> str:
    return _signed(f"{float(_number(argument)):.{int(precision or 6)}e}", flags)


def _hexadecimal(_run: Run, argument: Value, _flags: str, _precision: str | None) -> str:
    value = numbers.as_int(_number(argument))
    if value is None or not 0 <= value < 1 << 63:
        raise NoJavaResult("expected a whole number from 0 for %x")
    return f"{value:x}"


def _text(run: Run, argument: Value, _flags: str, precision: str | None) -> str:
    shown = "null" if argument is None else text(run, argument)
    return shown if precision is None else shown[: int(precision)]


def _boolean(_run: Run, argument: Value, _flags: str, _precision: str | None) -> str:
    return "false" if argument is None or argument is False else "true"


def _unknown(_run: Run, _argument: Value, _flags: str, _precision: str | None) -> str:
    raise NoJavaResult("expected a format of %s, %d, %f, %e, %x, %b or %c")


_CONVERSIONS: Final[dict[str, Callable[[Run, Value, str, str | None], str]]] = {
    "s": _text,
    "c": _text,
    "d": _whole,
    "f": _fixed,
    "e": _scientific,
    "x": _hexadecimal,
    "b": _boolean,
}
