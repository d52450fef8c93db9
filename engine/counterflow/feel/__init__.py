"""FEEL, the expression language of DMN (1.5, chapter 10): text → tokens → tree → closures.

    expression = feel.compile("amount > 100")
    evaluation = expression.evaluate({"amount": msgspec.Raw(b"150")}, now_ms=1_700_000_000_000)
    evaluation.value        True
    evaluation.warnings     why parts of it were null
    evaluation.failure      set if it was stopped for taking too much

Compile at deployment, evaluate many times: evaluating never raises, sees no clock but `now_ms`, and runs on
fuel.
"""

from counterflow.feel.errors import (
    FeelError,
    FeelFailure,
    FeelSyntaxError,
    FeelValueError,
    FeelWarning,
)
from counterflow.feel.expression import Evaluation, Expression, UnaryTests, compile, compile_unary_tests  # noqa: A004  # it is read as feel.compile
from counterflow.feel.json_text import excerpt, to_json
from counterflow.feel.run import Limits, Value, Variables
from counterflow.feel.values import to_text

__all__ = [
    "Evaluation",
    "Expression",
    "FeelError",
    "FeelFailure",
    "FeelSyntaxError",
    "FeelValueError",
    "FeelWarning",
    "Limits",
    "UnaryTests",
    "Value",
    "Variables",
    "compile",
    "compile_unary_tests",
    "excerpt",
    "to_json",
    "to_text",
]
