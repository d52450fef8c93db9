"""Conversions between kinds (DMN 1.5, 10.3.4.1)."""

import re

from counterflow.feel import numbers
from counterflow.feel.builtins.registry import builtin
from counterflow.feel.run import Run, Value
from counterflow.feel.values import text

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUPINGS = {" ", ",", ".", None}
_DECIMALS = {".", ",", None}


@builtin("string(from: any)")
def string(run: Run, value: Value) -> Value:
    return None if value is None else text(run, value)


@builtin("number(from: number)")
def number_of_number(_run: Run, value: numbers.Number) -> Value:
    return value


@builtin("number(from: string, grouping separator?: string | null, decimal separator?: string | null)")
def number(run: Run, value: str, grouping: str | None = None, point: str | None = None) -> Value:
    if grouping not in _GROUPINGS or point not in _DECIMALS or (grouping is not None and grouping == point):
        return run.warn("wrong value", "number takes the grouping separators space, comma and dot, and another one as decimal separator")
    plain = value.replace(grouping, "") if grouping else value
    plain = plain.replace(point, ".") if point else plain
    result = numbers.read(plain) if _NUMBER.fullmatch(plain) else None
    return run.warn("wrong value", "number takes the text of a number, such as 1200.50") if result is None else result
