"""Arithmetic, comparison, `between`, `instance of`.

The commonest kinds are answered on the spot, all others by their tables.
"""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from counterflow.feel import operators, tree, values
from counterflow.feel.forms.access import value_or_function
from counterflow.feel.forms.base import Compiler
from counterflow.feel.numbers import BOUND
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Scope
from counterflow.feel.types import instance_of as is_instance_of
from counterflow.feel.types import shapes
from counterflow.feel.values import Code

_WHOLE: Final[dict[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS: Final = frozenset({(kind, other) for kind in (int, Decimal) for other in (int, Decimal)})


def negation(compiler: Compiler, node: tree.Negation, scope: Scope) -> Code:
    """The code of `-operand`; null, with a warning, for what is neither a number nor a duration."""
    operand = compiler.code(node.operand, scope)
    return lambda run, local: operators.negate(run, operand(run, local))


def arithmetic(compiler: Compiler, node: tree.Arithmetic, scope: Scope) -> Code:
    """The code of `left + right` and its kin; null, with a warning, where the tables have no such row."""
    left, right = compiler.code(node.left, scope), compiler.code(node.right, scope)
    symbol = node.operator
    whole = _WHOLE.get(symbol)
    if whole is None:
        return lambda run, local: operators.calculate(run, symbol, left(run, local), right(run, local))

    def calculate(run: Run, local: Local) -> Value:
        first, second = left(run, local), right(run, local)
        if type(first) is int and type(second) is int and -BOUND < first < BOUND and -BOUND < second < BOUND:
            result = whole(first, second)
            if -BOUND < result < BOUND:
                return result
        return operators.calculate(run, symbol, first, second)

    return calculate


def comparison(compiler: Compiler, node: tree.Comparison, scope: Scope) -> Code:
    """The code of `left < right` and its kin; null, with a warning, for kinds without such an order."""
    left, right = compiler.code(node.left, scope), compiler.code(node.right, scope)
    if node.operator in _ORDER:
        if isinstance(node.right, tree.Literal) and type(node.right.value) in {int, Decimal}:
            return _ordered_by(node.operator, left, node.right.value)
        return _ordered(node.operator, left, right)
    return _equal(left, right, negated=node.operator == "!=")


def _ordered(symbol: str, left: Code, right: Code) -> Code:
    holds = _ORDER[symbol]

    def ordered(run: Run, local: Local) -> Value:
        first, second = left(run, local), right(run, local)
        if (type(first), type(second)) in _NUMBERS:
            return holds(first, second)
        position = values.compare(run, symbol, first, second)
        return None if position is None else holds(position, 0)

    return ordered


def _ordered_by(symbol: str, left: Code, limit: Any) -> Code:
    """As `_ordered`, by a number that is known: the commonest condition of all."""
    holds = _ORDER[symbol]

    def ordered_by(run: Run, local: Local) -> Value:
        value = left(run, local)
        if type(value) is int or type(value) is Decimal:
            return holds(value, limit)
        position = values.compare(run, symbol, value, limit)
        return None if position is None else holds(position, 0)

    return ordered_by


def _equal(left: Code, right: Code, *, negated: bool) -> Code:
    def equal(run: Run, local: Local) -> Value:
        first, second = left(run, local), right(run, local)
        if (type(first), type(second)) in _NUMBERS:
            return (first == second) is not negated
        answer = values.equal(run, first, second)
        return None if answer is None else answer is not negated

    return equal


def compare_with(symbol: str) -> Callable[[Run, Value, Value], bool | None]:
    """The comparison of a symbol as a function: true, false, or None where there is no answer."""
    if symbol in _ORDER:
        holds = _ORDER[symbol]

        def ordered(run: Run, left: Value, right: Value) -> bool | None:
            position = values.compare(run, symbol, left, right)
            return None if position is None else holds(position, 0)

        return ordered

    def equal(run: Run, left: Value, right: Value) -> bool | None:
        answer = values.equal(run, left, right)
        return None if answer is None else answer is (symbol == "=")

    return equal


def between(compiler: Compiler, node: tree.Between, scope: Scope) -> Code:
    """The code of `value between low and high`, ends included; null where a comparison has no answer."""
    value, low, high = (compiler.code(part, scope) for part in (node.value, node.low, node.high))
    at_least = compare_with(">=")

    def is_between(run: Run, local: Local) -> Value:
        tested = value(run, local)
        above, below = at_least(run, tested, low(run, local)), at_least(run, high(run, local), tested)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return is_between


def instance_of(compiler: Compiler, node: tree.InstanceOf, scope: Scope) -> Code:
    """The code of `value instance of type`; null, with a warning, if there is no such type."""
    value = value_or_function(compiler, node.value, scope)
    is_of_type = is_instance_of(node.type, shapes(compiler.types))
    return lambda run, local: is_of_type(run, value(run, local))
