"""How tight each operator binds, the loosest first (DMN 1.5, grammar rules 1-60)."""

from typing import Final

from counterflow.feel import tree

DISJUNCTION, CONJUNCTION, COMPARISON, SUM, PRODUCT, EXPONENT, NEGATION, INSTANCE, ACCESS = range(1, 10)
POWERS: Final = {
    "or": DISJUNCTION,
    "and": CONJUNCTION,
    **dict.fromkeys(["=", "!=", "<", "<=", ">", ">=", "between", "in"], COMPARISON),
    **dict.fromkeys(["+", "-"], SUM),
    **dict.fromkeys(["*", "/"], PRODUCT),
    "**": EXPONENT,
    "instance": INSTANCE,
    **dict.fromkeys([".", "[", "("], ACCESS),
}
COMPARISONS: Final[dict[str, tree.ComparisonOperator]] = {
    "=": "=",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
ARITHMETIC: Final[dict[str, tree.ArithmeticOperator]] = {"+": "+", "-": "-", "*": "*", "/": "/", "**": "**"}
