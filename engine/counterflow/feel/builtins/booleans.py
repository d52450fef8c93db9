"""Booleans, and questions about whether there is a value at all (DMN 1.5, 10.3.4.2; the last ones are
Camunda's).
"""

from counterflow.feel.builtins.registry import builtin
from counterflow.feel.errors import FeelFailure
from counterflow.feel.identity import identical
from counterflow.feel.run import Run, Value


@builtin("not(negand: any)")
def not_(run: Run, value: Value) -> Value:
    if isinstance(value, bool):
        return not value
    return None if value is None else run.warn("wrong type", "not takes true, false or null")


@builtin("is(value1: any, value2: any)")
def is_(run: Run, left: Value, right: Value) -> Value:
    """The same value of the same kind; of times, in the same zone, be it a name or an offset (10.3.2.2).
    Never null.
    """
    return identical(run, left, right)


@builtin("is defined(value: any)")
def is_defined(_run: Run, value: Value) -> Value:
    return value is not None


@builtin("get or else(value: any, default: any)")
def get_or_else(_run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("assert(value: any, condition: any, cause?: string)")
def assert_(run: Run, value: Value, condition: Value, cause: str | None = None) -> Value:
    """The value, if the condition is true; otherwise the evaluation fails, with the cause as its message."""
    if condition is True:
        return value
    raise FeelFailure("assertion", cause or "the condition of an assert is not true")
