"""`in`, and the unary tests of decision tables (DMN 1.5, table 55 and 8.3.3).

The value under test is a local name, `?`. A test is a comparison, a range, a list, a value to be equal to, or
a condition about `?`.
"""

from counterflow.feel import tree, values
from counterflow.feel.forms.base import Compiler
from counterflow.feel.forms.operations import compare_with
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import LocalVariable, Scope
from counterflow.feel.values import Code, Range


def membership(compiler: Compiler, node: tree.Membership, scope: Scope) -> Code:
    """The code of `value in tests`: whether any of the tests holds, or null (table 55)."""
    value = compiler.code(node.value, scope)
    tests = unary_tests(compiler, node.tests, scope)
    return lambda run, local: tests(run, (*local, value(run, local)))


def unary_tests(compiler: Compiler, node: tree.UnaryTestList, scope: Scope, alias: str = "") -> Code:
    """The code of tests, which finds the value under test behind the local names of `scope`.

    It is true if any test holds, or null if none does and one has no answer; without tests it is true. The
    tests may call the value by the alias as well as `?`.
    """
    tests = [_test(compiler, test, scope, alias) for test in node.tests]
    if not tests:
        return lambda _run, _local: True

    def any_test(run: Run, local: Local) -> Value:
        answer: Value = False
        for test in tests:
            result = test(run, local)
            if result is True:
                return not node.negated
            if result is None:
                answer = None
        return answer if answer is None else node.negated

    return any_test


def _test(compiler: Compiler, node: tree.Tree, scope: Scope, alias: str) -> Code:
    tested = LocalVariable("?", alias=alias)
    inner, slot = scope.plus(tested), scope.size
    if isinstance(node, tree.ComparisonTest):
        operand, holds = compiler.code(node.operand, inner), compare_with(node.operator)
        return lambda run, local: holds(run, local[slot], operand(run, local))
    code = compiler.code(node, inner)
    is_range = isinstance(node, tree.RangeLiteral)

    def test(run: Run, local: Local) -> Value:
        result = code(run, local)
        if (tested.used and isinstance(result, bool)) or (result is None and (tested.used or is_range)):
            return result
        return accepts(run, result, local[slot])

    return test


def accepts(run: Run, test: Value, value: Value) -> bool | None:
    """Whether a value is in the test's range or list, or equal to the test; None if that has no answer."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return values.contains(run, test, value)
    if isinstance(test, list):
        if isinstance(value, list) and values.equal(run, test, value):
            return True
        return any(values.same(run, item, value) or _lies_in(run, item, value) for item in test)
    return values.equal(run, value, test)


def _lies_in(run: Run, test: Value, value: Value) -> bool:
    return isinstance(test, Range) and values.contains(run, test, value) is True
