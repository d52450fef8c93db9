"""`and`, `or`, `if`: three-valued logic (DMN 1.5, tables 50 and 51)."""

from counterflow.feel import tree
from counterflow.feel.forms.access import value_or_function
from counterflow.feel.forms.base import Compiler
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Scope
from counterflow.feel.values import Code, a_kind


def conjunction(compiler: Compiler, node: tree.Conjunction, scope: Scope) -> Code:
    """The code of `and`: false if any operand is false, else null if any is not a boolean."""
    return _deciding(compiler.codes(node.operands, scope), decisive=False)


def disjunction(compiler: Compiler, node: tree.Disjunction, scope: Scope) -> Code:
    """The code of `or`: true if any operand is true, else null if any is not a boolean."""
    return _deciding(compiler.codes(node.operands, scope), decisive=True)


def _deciding(operands: list[Code], *, decisive: bool) -> Code:
    def decide(run: Run, local: Local) -> Value:
        answer: Value = not decisive
        for operand in operands:
            value = operand(run, local)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                answer = None
        return answer

    return decide


def conditional(compiler: Compiler, node: tree.Conditional, scope: Scope) -> Code:
    """The code of `if`: `then` if the condition is true, else `otherwise`.

    A condition that is no boolean is taken as false, with a warning.
    """
    condition = compiler.code(node.condition, scope)
    then = value_or_function(compiler, node.then, scope)
    otherwise = value_or_function(compiler, node.otherwise, scope)

    def choose(run: Run, local: Local) -> Value:
        value = condition(run, local)
        if value is True:
            return then(run, local)
        if value is not False:
            run.warn(
                "wrong type", f"the condition of `if` is true or false; found {a_kind(value)}, taken as false"
            )
        return otherwise(run, local)

    return choose
