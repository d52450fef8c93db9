"""Literals: numbers, strings, dates, lists, contexts and ranges."""

from counterflow.feel import iso, tree
from counterflow.feel.errors import cut
from counterflow.feel.forms.access import value_or_function
from counterflow.feel.forms.base import Compiler
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Entries, Scope
from counterflow.feel.values import Code, Range, a_kind, ordered


def constant(value: Value) -> Code:
    """The code of a value that is known."""
    return lambda _run, _local: value


def literal(_compiler: Compiler, node: tree.Literal, _scope: Scope) -> Code:
    """The code of a number, a string, a boolean or null."""
    return constant(node.value)


def temporal_literal(_compiler: Compiler, node: tree.TemporalLiteral, _scope: Scope) -> Code:
    """The code of @"..."; null, with a warning, if the text is no date, time or duration."""
    value = iso.read(node.text)
    if value is not None:
        return constant(value)
    message = f'@"{cut(node.text)}" is no date, time, date and time or duration'
    return lambda run, _local: run.warn("wrong value", message)


def list_literal(compiler: Compiler, node: tree.ListLiteral, scope: Scope) -> Code:
    """The code of `[a, b]`, which makes a new list each time and pays for its length."""
    items = [value_or_function(compiler, item, scope) for item in node.items]
    count = len(items)

    def make_list(run: Run, local: Local) -> Value:
        run.spend(count)
        return [item(run, local) for item in items]

    return make_list


def context_literal(compiler: Compiler, node: tree.ContextLiteral, scope: Scope) -> Code:
    """The code of `{a: 1, b: a}`, in which an entry may use those before it, and a function itself."""
    entries = Entries()
    inner = scope.plus(entries)
    codes: list[tuple[str, Code]] = []
    for name, value in node.entries:
        if isinstance(value, tree.FunctionDefinition):
            entries.add(name)  # a function may call itself by the name of its entry
        codes.append((name, value_or_function(compiler, value, inner)))
        entries.add(name)

    def make_context(run: Run, local: Local) -> Value:
        run.spend(len(codes))
        context: dict[str, Value] = {}
        names = (*local, context)
        for name, code in codes:
            context[name] = code(run, names)
        return context

    return make_context


def range_literal(compiler: Compiler, node: tree.RangeLiteral, scope: Scope) -> Code:
    """The code of `[low..high]`; null, with a warning, if its ends have no order."""
    start, end = compiler.code(node.start, scope), compiler.code(node.end, scope)

    def make_range(run: Run, local: Local) -> Value:
        low, high = start(run, local), end(run, local)
        if ordered(run, low, high) is None:
            return run.warn(
                "wrong type",
                f"a range has two ends that can be compared; found {a_kind(low)} and {a_kind(high)}",
            )
        return Range(low, high, node.start_included, node.end_included)

    return make_range


def operator_range(compiler: Compiler, node: tree.OperatorRange, scope: Scope) -> Code:
    """The code of `(> 3)`, a range with one end; null, with a warning, if that is null."""
    end = compiler.code(node.end, scope)
    operator, included = node.operator, node.operator in {"<=", ">=", "="}
    upward, downward = operator.startswith(">"), operator.startswith("<")

    def make_range(run: Run, local: Local) -> Value:
        value = end(run, local)
        if value is None:
            return run.warn("wrong type", f"a range ({operator} ...) has an end; found null")
        return Range(
            None if downward else value,
            None if upward else value,
            included and not downward,
            included and not upward,
            operator,
        )

    return make_range
