"""Booleans, and questions about whether there is a value (DMN 1.5, 10.3.4.2; the last are Camunda's)."""

from counterflow.feel.builtins.registry import builtin
from counterflow.feel.errors import FeelFailure
from counterflow.feel.identity import identical
from counterflow.feel.run import Run, Value


@builtin("not(negand: any)")
def not_(run: Run, value: Value) -> Value:
    """The opposite of a boolean; null for null and, with a warning, for every other kind."""
    if isinstance(value, bool):
        return not value
    return None if value is None else run.warn("wrong type", "not takes true, false or null")


@builtin("is(value1: any, value2: any)")
def is_(run: Run, left: Value, right: Value) -> Value:
    """Whether two values are the same element of FEEL's domain (10.3.2.2), never null.

    Both are of one kind, and times are in the same zone, be it a name or an offset.
    """
    return identical(run, left, right)


@builtin("is defined(value: any)")
def is_defined(_run: Run, value: Value) -> Value:
    """False for null, which is what a missing variable is as well; true for every other value."""
    return value is not None


@builtin("get or else(value: any, default: any)")
def get_or_else(_run: Run, value: Value, default: Value) -> Value:
    """The value, or `default` where it is null."""
    return default if value is None else value


@builtin("assert(value: any, condition: any, cause?: string)")
def assert_(run: Run, value: Value, condition: Value, cause: str | None = None) -> Value:
    """The value, if the condition is true; the evaluation fails, with the cause as its message, if not."""
    if condition is True:
        return value
    raise FeelFailure("assertion", cause or "the condition of an assert is not true")


@builtin(
    "fromAi(value: any, description?: string | null, type?: string | null, schema?: context | null, "
    "options?: context | null)"
)
def from_ai(
    _run: Run,
    value: Value,
    _description: str | None = None,
    _type: str | None = None,
    _schema: Value = None,
    _options: Value = None,
) -> Value:
    """The value; the rest tells who decides about an ad-hoc sub-process what is asked for (Camunda's)."""
    return value
