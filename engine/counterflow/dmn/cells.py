"""Which input cells an index can answer: those that compare with constants (8.3.3, grammar rule 17).

    "gold", "silver"     equal to one of several
    not("gold")          equal to none of them
    [18..65), > 100      inside one of several intervals
    -                    anything

Everything else (`> limit`, `count(?) > 3`, a list) is None here: it is compiled, and run for each value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from counterflow.feel import iso, numbers, tree
from counterflow.feel.run import Value
from counterflow.feel.scope import Scope
from counterflow.feel.temporal import Date, DaysDuration, MonthsDuration
from counterflow.feel.values import KINDS, order

INDEXED: Final = frozenset({str, int, Decimal, bool, Date, DaysDuration, MonthsDuration})
"""Kinds whose equality in FEEL is Python's, so that equal values have equal hashes."""

_LITERAL_CALLS: Final[dict[str, Callable[[str], Value]]] = {"date": iso.date, "duration": iso.duration}


@dataclass(frozen=True, slots=True)
class Equal:
    """The test `"gold"`: equal to a constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Interval:
    """The test `[18..65)` or `> 100`; an end that is None is no end."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One of `tests` must hold, or none of them if `negated` (then all are `Equal`).

    Without tests, anything passes.
    """

    tests: tuple[Equal | Interval, ...]
    negated: bool = False


def indexed(root: tree.UnaryTestList, scope: Scope) -> Cell | None:
    """The cell as an index can hold it; None if its tests have to be run.

    Names of the scope may hide the built-ins that spell constants.
    """
    constants = [_test(node, scope) for node in root.tests]
    tests = tuple(test for test in constants if test is not None)
    if len(tests) < len(constants):
        return None
    if (
        len(root.tests) == 1
        and isinstance(root.tests[0], tree.ComparisonTest)
        and root.tests[0].operator == "!="
    ):
        return None if root.negated else Cell(tests, negated=True)
    if any(isinstance(node, tree.ComparisonTest) and node.operator == "!=" for node in root.tests):
        return None
    if root.negated and not _negatable(tests):
        return None
    return Cell(tests, root.negated)


def _negatable(tests: tuple[Equal | Interval, ...]) -> bool:
    """Equalities of one kind: for a value of another kind the answer is null, for null it is true."""
    values = [test.value for test in tests if isinstance(test, Equal)]
    return len(values) == len(tests) and len({KINDS[type(value)] for value in values}) == 1


def _test(node: tree.Tree, scope: Scope) -> Equal | Interval | None:
    if isinstance(node, tree.RangeLiteral):
        low, high = constant(node.start, scope), constant(node.end, scope)
        return Interval(low, high, node.start_included, node.end_included) if _orders(low, high) else None
    if isinstance(node, tree.ComparisonTest | tree.OperatorRange):
        operand = node.operand if isinstance(node, tree.ComparisonTest) else node.end
        value = constant(operand, scope)
        if isinstance(node, tree.OperatorRange) and node.operator == "!=":
            return None
        return None if value is None else _compared(node.operator, value)
    value = constant(node, scope)
    return None if value is None else Equal(value)


def _orders(low: Value, high: Value) -> bool:
    return low is not None and type(low) is not bool and order(low, high) is not None


def _compared(operator: str, value: Value) -> Equal | Interval | None:
    if operator in {"=", "!="}:
        return Equal(value)
    if type(value) is bool:
        return None
    included = operator.endswith("=")
    return (
        Interval(None, value, False, included)
        if operator.startswith("<")
        else Interval(value, None, included, False)
    )


def constant(node: tree.Tree, scope: Scope) -> Value:
    """The value of a literal that an index can hold; None for anything else."""
    value: Value = None
    if isinstance(node, tree.Literal):
        value = node.value
    elif isinstance(node, tree.TemporalLiteral):
        value = iso.read(node.text)
    elif (
        isinstance(node, tree.Negation)
        and isinstance(node.operand, tree.Literal)
        and isinstance(node.operand.value, Decimal)
    ):
        value = numbers.negate(node.operand.value)
    elif isinstance(node, tree.FunctionCall):
        value = _called(node, scope)
    return value if type(value) in INDEXED else None


def _called(node: tree.FunctionCall, scope: Scope) -> Value:
    """`date("2030-12-31")` is a constant, too."""
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    read = None if scope.binds(name) else _LITERAL_CALLS.get(name)
    if read is None or node.names or len(node.arguments) != 1:
        return None
    (argument,) = node.arguments
    return (
        read(argument.value)
        if isinstance(argument, tree.Literal) and isinstance(argument.value, str)
        else None
    )
