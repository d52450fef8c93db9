"""`for`, `some` and `every`. Ranges are walked, never built; each round costs one unit of fuel."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from counterflow.feel import tree
from counterflow.feel.forms.access import value_or_function
from counterflow.feel.forms.base import NAMES_PER_FUEL, Compiler
from counterflow.feel.numbers import as_int
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import LocalVariable, Scope
from counterflow.feel.temporal import Date
from counterflow.feel.values import Code, Range, a_kind, ordered

_DATE_FUEL: Final = 4
"""What the next day of the calendar costs beyond a step."""

Visit = Callable[[Run, Local], bool]
"""What happens for each combination of items; the answer says whether to go on."""


def for_(compiler: Compiler, node: tree.For, scope: Scope) -> Code:
    """The code of `for`: a list with the body's value for each combination of items.

    The body knows those so far as `partial`. Null, with a warning, if a domain has no items to walk.
    """
    domains, inner = _domains(compiler, node.iterators, scope)
    partial = LocalVariable("partial")
    body = value_or_function(compiler, node.body, inner.plus(partial))

    def run_for(run: Run, local: Local) -> Value:
        results: list[Value] = []

        def visit(run: Run, local: Local) -> bool:
            results.append(body(run, (*local, _snapshot(run, results) if partial.used else None)))
            return True

        return results if _walk(run, local, domains, visit) else None

    return run_for


def _snapshot(run: Run, results: list[Value]) -> list[Value]:
    run.spend(len(results) // 64)
    return results.copy()


def quantified(compiler: Compiler, node: tree.Quantified, scope: Scope) -> Code:
    """The code of `some` and `every`, three-valued; null, with a warning, if there is nothing to walk."""
    domains, inner = _domains(compiler, node.iterators, scope)
    condition = compiler.code(node.condition, inner)
    every, decisive = node.every, not node.every
    if node.strict:
        return _strict(every, domains, condition)

    def run_quantified(run: Run, local: Local) -> Value:
        answer: Value = every

        def visit(run: Run, local: Local) -> bool:
            nonlocal answer
            value = condition(run, local)
            if value is decisive:
                answer = value
            elif type(value) is not bool:
                answer = None
            return answer is not decisive

        return answer if _walk(run, local, domains, visit) or answer is decisive else None

    return run_quantified


def _strict(every: bool, domains: list[Code], condition: Code) -> Code:
    """The three-valued answer over all items, in which nothing but true, false and null has a part."""

    def run_strictly(run: Run, local: Local) -> Value:
        answers: set[object] = set()

        def visit(run: Run, local: Local) -> bool:
            value = condition(run, local)
            if value is not None and type(value) is not bool:
                run.warn(
                    "wrong type",
                    f"what a boxed iterator asks of an item is true or false; found {a_kind(value)}",
                )
                return False
            answers.add(value)
            return True

        if not _walk(run, local, domains, visit):
            return None
        return (not every) if (not every) in answers else None if None in answers else every

    return run_strictly


def _domains(
    compiler: Compiler, iterators: tuple[tree.Iterator, ...], scope: Scope
) -> tuple[list[Code], Scope]:
    """The code of each list to walk, and the scope that has an item of each.

    A list may use the items of those before it.
    """
    codes: list[Code] = []
    for iterator in iterators:
        codes.append(_domain(compiler, iterator, scope))
        scope = scope.plus(LocalVariable(iterator.name))
    return codes, scope


def _domain(compiler: Compiler, iterator: tree.Iterator, scope: Scope) -> Code:
    start = compiler.code(iterator.domain, scope)
    if iterator.end is None:
        return start
    end = compiler.code(iterator.end, scope)
    return lambda run, local: _Steps(start(run, local), end(run, local))


class _Steps(msgspec.Struct, frozen=True):
    """`1..10` or `10..1`: like a range, but it may go down."""

    start: Value
    end: Value


def _walk(run: Run, local: Local, domains: list[Code], visit: Visit) -> bool:
    """Visit all combinations; False if the visitor stopped or a domain cannot be walked."""
    first, *rest = domains
    items = _items(run, first(run, local))
    if items is None:
        return False
    cost = 1 + len(local) // NAMES_PER_FUEL
    for item in items:
        run.fuel -= cost
        if run.fuel < 0:
            run.exhausted()
        names = (*local, item)
        if not (_walk(run, names, rest, visit) if rest else visit(run, names)):
            return False
    return True


def _items(run: Run, domain: Value) -> Iterable[Value] | None:
    if isinstance(domain, list):
        return domain
    if isinstance(domain, _Steps):
        return _steps(run, domain.start, domain.end)
    if isinstance(domain, Range):
        return _range_items(run, domain)
    if domain is None:
        return run.warn("wrong type", "an iteration needs a list or a range; found null")
    return [domain]


def _range_items(run: Run, domain: Range) -> Iterable[Value] | None:
    position = ordered(run, domain.start, domain.end)
    if position is None or position > 0 or domain.operator:
        return run.warn(
            "wrong value", "an iteration goes over a range with two ends, from its lower to its higher one"
        )
    items = _steps(run, domain.start, domain.end)
    if items is None:
        return None
    excluded = ([] if domain.start_included else [domain.start]) + (
        [] if domain.end_included else [domain.end]
    )
    return (item for item in items if item not in excluded) if excluded else items


def _steps(run: Run, start: Value, end: Value) -> Iterable[Value] | None:
    first, last = as_int(start), as_int(end)
    if first is not None and last is not None:
        return _whole_steps(first, last)
    if isinstance(start, Date) and isinstance(end, Date):
        return _dates(run, start, end)
    return run.warn(
        "wrong type",
        f"an iteration goes over whole numbers or dates; found a range from {a_kind(start)} to {a_kind(end)}",
    )


def _dates(run: Run, start: Date, end: Date) -> Iterator[Value]:
    for days in _whole_steps(start.days, end.days):
        run.spend(_DATE_FUEL)
        yield Date.of_days(days)


def _whole_steps(start: int, end: int) -> range:
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)
