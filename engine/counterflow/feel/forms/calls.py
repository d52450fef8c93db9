"""Calls, positional and named, and functions written in FEEL."""

from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from counterflow.feel import external, tree
from counterflow.feel.builtins import BUILTINS
from counterflow.feel.builtins.registry import Builtin, Candidates, is_small
from counterflow.feel.errors import cut
from counterflow.feel.forms.access import value_or_function
from counterflow.feel.forms.base import NAMES_PER_FUEL, Compiler
from counterflow.feel.inference import UNKNOWN, result_type
from counterflow.feel.run import TEXT_PER_FUEL, Local, Run, Value
from counterflow.feel.scope import LocalVariable, Scope
from counterflow.feel.temporal import DateTime, Time
from counterflow.feel.types import checks, converted
from counterflow.feel.values import Code, Function, a_kind, listed

_MAY_BE_LARGE: Final = frozenset({int, Decimal, Time, DateTime})
_LONGEST_SUGGESTED: Final = 50
_CALL_FUEL: Final = 6
"""A function written in FEEL costs more than a step: it has a body, and may call itself."""


def call(compiler: Compiler, node: tree.FunctionCall, scope: Scope) -> Code:
    """The code of a call by position or name; null, with a warning, where it cannot be made (10.3.2.13)."""
    builtin = _builtin(compiler, node.function, scope)
    if builtin is not None:
        return _builtin_call(builtin, _arguments(compiler, builtin, node, scope), node.names)
    arguments = [value_or_function(compiler, argument, scope) for argument in node.arguments]
    function = value_or_function(compiler, node.function, scope)
    name = node.function.name if isinstance(node.function, tree.Name | tree.Path) else "the value before ("
    suggestion, called = _suggestion(name), cut(name)

    def invoke(run: Run, local: Local) -> Value:
        target = function(run, local)
        if not isinstance(target, Function):
            return run.warn("not a function", f"{called} is {a_kind(target)}, not a function{suggestion}")
        values = [argument(run, local) for argument in arguments]
        return (
            call_by_name(run, called, target, node.names, values) if node.names else target.call(run, values)
        )

    return invoke


def _arguments(compiler: Compiler, builtin: Builtin, node: tree.FunctionCall, scope: Scope) -> list[Code]:
    """The arguments of a built-in; where its parameter takes a function, a built-in may be named."""
    keys: Sequence[int | str] = node.names or range(len(node.arguments))
    return [
        value_or_function(compiler, argument, scope)
        if builtin.takes_function(key)
        else compiler.code(argument, scope)
        for key, argument in zip(keys, node.arguments, strict=True)
    ]


def call_by_name(
    run: Run, called: str, target: Function, names: tuple[str, ...], values: list[Value]
) -> Value:
    """What a function answers to an argument for each name; parameters without one get null (10.3.2.13.5).

    Null, with a warning, if it has no parameter of a name.
    """
    if target.by_name is not None:
        return target.by_name(run, names, values)
    run.spend(len(names) + len(target.parameters) // NAMES_PER_FUEL)
    given = dict(zip(names, values, strict=True))
    if not given.keys() <= set(target.parameters):
        return run.warn(
            "wrong argument",
            f"{called} has the parameters {listed(target.parameters)}; found {listed(names)}",
        )
    return target.call(run, [given.get(parameter) for parameter in target.parameters])


def _builtin(compiler: Compiler, function: tree.Tree, scope: Scope) -> Builtin | None:
    """The built-in that is meant, if certain: neither a local name nor a given variable hides it."""
    if not isinstance(function, tree.Name) or scope.hides(function.name) or function.name in compiler.given:
        return None
    return BUILTINS.get(function.name)


def _builtin_call(builtin: Builtin, arguments: list[Code], names: tuple[str, ...]) -> Code:
    candidates = builtin.candidates(len(arguments), names)
    if not names and candidates and not candidates[0][0].variadic:
        return _direct_call(builtin, candidates, arguments)
    return lambda run, local: builtin.apply(run, candidates, [argument(run, local) for argument in arguments])


def _direct_call(builtin: Builtin, candidates: Candidates, arguments: list[Code]) -> Code:
    """Call the first overload at once where every argument is of the very kind it takes.

    All else goes the long way.
    """
    overload = candidates[0][0]
    meaning = overload.meaning
    accepted = [parameter.exact for parameter in overload.parameters[: len(arguments)]]
    pairs = list(zip(arguments, accepted, strict=True))

    def call_directly(run: Run, local: Local) -> Value:
        values: list[Value] = []
        fits = True
        for argument, kinds in pairs:
            value = argument(run, local)
            kind = type(value)
            if kind is str:
                fits = fits and kind in kinds and len(value) < TEXT_PER_FUEL  # type: ignore[arg-type]  # it is a str
            elif kind not in kinds or (kind in _MAY_BE_LARGE and not is_small(value)):
                fits = False
            values.append(value)
        if not fits:
            return builtin.apply(run, candidates, values)
        run.fuel -= 2
        if run.fuel < 0:
            run.exhausted()
        return meaning(run, *values)

    return call_directly


def _suggestion(name: str) -> str:
    near = get_close_matches(name, BUILTINS, n=1) if len(name) <= _LONGEST_SUGGESTED else []
    return f"; did you mean {near[0]!r}?" if near else ""


def function_definition(compiler: Compiler, node: tree.FunctionDefinition, scope: Scope) -> Code:
    """The code that makes a function, whose body knows the names around it.

    A call with another number of arguments, or with one that does not convert to its type, is null, with a
    warning (10.3.2.13.2).
    """
    names = tuple(parameter.name for parameter in node.parameters)
    if node.external:
        mapping = compiler.code(node.body, scope)
        return lambda run, local: external.function(run, mapping(run, local), names)
    types = [parameter.type for parameter in node.parameters]
    typed = any(kind is not None for kind in types)
    named = checks(compiler.types)
    answers = result_type(
        node.body, {parameter.name: parameter.type or UNKNOWN for parameter in node.parameters}
    )
    body = value_or_function(compiler, node.body, scope.plus(*(LocalVariable(name) for name in names)))

    def make_function(_run: Run, local: Local) -> Value:
        def invoke(run: Run, arguments: list[Value]) -> Value:
            if len(arguments) != len(names):
                return run.warn(
                    "wrong argument",
                    f"the function has the parameters {listed(names)}; found {len(arguments)} arguments",
                )
            given = arguments
            if typed:
                given = [
                    argument if kind is None else converted(run, argument, kind, named)
                    for argument, kind in zip(arguments, types, strict=True)
                ]
                if any(
                    after is None and before is not None
                    for before, after in zip(arguments, given, strict=True)
                ):
                    return None
            run.spend(_CALL_FUEL + (len(local) + len(given)) // NAMES_PER_FUEL)
            run.enter()
            result = body(run, (*local, *given))
            run.depth -= 1
            return result

        return Function("", names, invoke, tuple(types), answers)

    return make_function
