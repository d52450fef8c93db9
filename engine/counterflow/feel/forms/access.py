"""Names, paths and filters: everything that reads a value out of another."""

import operator
from collections.abc import Callable
from decimal import Decimal
from itertools import compress, repeat
from typing import Any, Final

from counterflow.feel import tree
from counterflow.feel.builtins import BUILTINS
from counterflow.feel.errors import quoted
from counterflow.feel.forms.base import NAMES_PER_FUEL, Compiler
from counterflow.feel.numbers import as_int, shown
from counterflow.feel.operators import PROPERTIES
from counterflow.feel.run import ABSENT, TEXT_PER_FUEL, Local, Null, Run, Value
from counterflow.feel.scope import Item, Scope
from counterflow.feel.temporal import DateTime, Time
from counterflow.feel.values import (
    ZONE_FUEL,
    Code,
    Function,
    Range,
    a_kind,
    as_list,
    has_named_zone,
    no_variable,
)

_ANSWERS_YES_OR_NO = (
    tree.Comparison,
    tree.Conjunction,
    tree.Disjunction,
    tree.Between,
    tree.Membership,
    tree.InstanceOf,
    tree.Quantified,
)

_RANGE_PROPERTIES: dict[str, Callable[[Range], Value]] = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}


KnownComparison = tuple[str, Callable[[Any, Any], bool], Any, frozenset[type]]
"""The name of an entry, the comparison, what to compare with, and the kinds that it answers at once."""

_HOLDS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_AT_ONCE: Final[dict[type, frozenset[type]]] = {
    int: frozenset({int, Decimal}),
    Decimal: frozenset({int, Decimal}),
    bool: frozenset({bool}),
    str: frozenset({str}),
}

# Names


def name(compiler: Compiler, node: tree.Name, scope: Scope) -> Code:
    """The code that reads a name, local or a variable; null, with a warning, if there is none."""
    why = f"no variable {quoted(node.name)}" if node.name not in BUILTINS else no_variable(node.name)
    return _name(compiler, node, scope, f"{why}: it is null")


def value_or_function(compiler: Compiler, node: tree.Tree, scope: Scope) -> Code:
    """The code of a part that may be a function: what is called, handed on or kept.

    There the name of a built-in means the built-in. Where a value is computed with, such a name is a
    variable, null where that is missing: `count = null` must not ask a function.
    """
    if isinstance(node, tree.Name) and (builtin := BUILTINS.get(node.name)) is not None:
        return _name(compiler, node, scope, builtin.as_value())
    return compiler.code(node, scope)


def _name(compiler: Compiler, node: tree.Name, scope: Scope, otherwise: Function | str) -> Code:
    """The code of a name; `otherwise` is what a missing variable is taken for, or why it is null."""
    code, reaches_variables = scope.reader(node.name, _variable(node.name, otherwise))
    if reaches_variables:
        compiler.names.add(node.name)
    return code


def _variable(name: str, otherwise: Function | str) -> Code:
    def variable(run: Run, _local: Local) -> Value:
        decoded = run.decoded
        value = decoded[name] if name in decoded else run.variable(name)
        if value is not ABSENT:
            return value
        return run.warn("unknown name", otherwise) if isinstance(otherwise, str) else otherwise

    return variable


# Paths


def path(compiler: Compiler, node: tree.Path, scope: Scope) -> Code:
    """The code of `source.name`, which reads an entry or property of the source's value (see `entry`)."""
    source, name = compiler.code(node.source, scope), node.name

    def read_path(run: Run, local: Local) -> Value:
        value = source(run, local)
        if type(value) is dict and name in value:
            return value[name]
        return entry(run, value, name)

    return read_path


def entry(run: Run, value: Value, name: str) -> Value:
    """The entry of a context, the property of a temporal value or a range; of a list, those of its items.

    Null, with a warning, if there is none.
    """
    if isinstance(value, dict):
        return (
            value[name]
            if name in value
            else run.warn("unknown entry", f"no entry {quoted(name)} in the context: it is null")
        )
    if isinstance(value, list):
        run.spend(len(value))
        return [entry(run, item, name) for item in value]
    if isinstance(value, Range):
        read_range = None if value.operator == "!=" else _RANGE_PROPERTIES.get(name)
        return read_range(value) if read_range else _no_entry(run, value, name)
    run.spend(ZONE_FUEL if isinstance(value, Time | DateTime) and has_named_zone(value) else 1)
    read = PROPERTIES.get(type(value), {}).get(name)
    return read(value) if read else _no_entry(run, value, name)


def _no_entry(run: Run, value: Value, name: str) -> Null:
    return run.warn("unknown entry", f"no entry {quoted(name)} in {a_kind(value)}: it is null")


# Filters


def filter_(compiler: Compiler, node: tree.Filter, scope: Scope) -> Code:
    """The code of `source[condition]`: the items that meet it, or the one at a position (10.3.2.5)."""
    source = compiler.code(node.source, scope)
    if isinstance(node.condition, tree.Literal) and type(node.condition.value) is int:
        return _indexed(source, node.condition.value)
    condition = compiler.code(node.condition, scope.plus(Item()))
    if node.strict:
        return _checked(source, condition)
    if (known := comparison_with_literal(node.condition)) is not None:
        return _selected_by_column(source, condition, known)
    return (
        _selected(source, condition)
        if isinstance(node.condition, _ANSWERS_YES_OR_NO)
        else _either(source, condition)
    )


def comparison_with_literal(condition: tree.Tree) -> KnownComparison | None:
    """What a condition such as `price > 25` or `item.price > 25` compares; None for all others."""
    if not isinstance(condition, tree.Comparison) or not isinstance(condition.right, tree.Literal):
        return None
    limit = condition.right.value
    kinds = _AT_ONCE.get(type(limit))
    name = _entry_name(condition.left)
    if (
        kinds is None
        or name is None
        or (isinstance(limit, bool | str) and not _compares_at_once(condition.operator, limit))
    ):
        return None
    return name, _HOLDS[condition.operator], limit, kinds


def _compares_at_once(operator: str, limit: bool | str) -> bool:
    # The order of texts, and the equality of long ones, are paid for by length.
    return operator in {"=", "!="} and (isinstance(limit, bool) or len(limit) <= TEXT_PER_FUEL)


def _entry_name(node: tree.Tree) -> str | None:
    if isinstance(node, tree.Path) and node.source == tree.Name("item"):
        return node.name
    return node.name if isinstance(node, tree.Name) and node.name != "item" else None


def _indexed(source: Code, index: int) -> Code:
    def index_list(run: Run, local: Local) -> Value:
        items = _filtered(run, source(run, local))
        return None if items is None else at(run, items, index)

    return index_list


def _filtered(run: Run, value: Value) -> list[Value] | None:
    """The list that brackets are put to, any other value as a list of one; None, with a warning, for null.

    Null has neither items nor positions (table 68).
    """
    return (
        run.warn("wrong type", "brackets are put to a list or a value; found null")
        if value is None
        else as_list(value)
    )


def at(run: Run, items: list[Value], position: Value) -> Value:
    """The item at a position, counted from 1, or from -1 at the end; null, with a warning, if none is."""
    index = as_int(position)
    if index is None:
        return run.warn("out of range", "a position in a list is a whole number, other than 0")
    if 0 < index <= len(items):
        return items[index - 1]
    if index < 0 and -index <= len(items):
        return items[index]
    wish = shown(position if isinstance(position, Decimal) else index)
    return run.warn("out of range", f"no item at position {wish} in a list of {len(items)}")


def _selected(source: Code, condition: Code) -> Code:
    def select(run: Run, local: Local) -> Value:
        items = _filtered(run, source(run, local))
        return None if items is None else _select(run, local, items, condition)

    return select


def _select(run: Run, local: Local, items: list[Value], condition: Code) -> list[Value]:
    selected: list[Value] = []
    cost = 1 + len(local) // NAMES_PER_FUEL
    for item in items:
        run.fuel -= cost
        if run.fuel < 0:
            run.exhausted()
        if condition(run, (*local, item)) is True:
            selected.append(item)
    return selected


def _selected_by_column(source: Code, condition: Code, known: "KnownComparison") -> Code:
    """As `_selected`, for `price > 25`: where all items have such an entry, it compares them in a row."""
    name, holds, limit, kinds = known

    def select_by_column(run: Run, local: Local) -> Value:
        items: Any = _filtered(run, source(run, local))
        if items is None:
            return None
        try:
            column = [item[name] for item in items]
        except (KeyError, TypeError):
            return _select(run, local, items, condition)
        if not kinds.issuperset(map(type, column)):
            return _select(run, local, items, condition)
        run.spend(len(items))
        return list(compress(items, map(holds, column, repeat(limit))))

    return select_by_column


def _select_checked(run: Run, local: Local, items: list[Value], condition: Code) -> Value:
    """As `_select`, for conditions that may have other answers than yes and no."""
    run.spend(len(items) * (1 + len(local) // NAMES_PER_FUEL))
    answers = [condition(run, (*local, item)) for item in items]
    if any(answer is not None and type(answer) is not bool for answer in answers):
        return run.warn(
            "wrong type", "the condition of a filter is true or false for every item; found another answer"
        )
    return [item for item, answer in zip(items, answers, strict=True) if answer is True]


def _checked(source: Code, condition: Code) -> Code:
    def select_checked(run: Run, local: Local) -> Value:
        items = _filtered(run, source(run, local))
        return None if items is None else _select_checked(run, local, items, condition)

    return select_checked


def _either(source: Code, condition: Code) -> Code:
    """Whether the brackets hold a condition or a position shows only when it has a value: `orders[next]`."""

    def select_or_index(run: Run, local: Local) -> Value:
        items = _filtered(run, source(run, local))
        if items is None:
            return None
        first = condition(run, (*local, items[0] if items else None))
        if type(first) is bool or first is None or not items:
            return _select_checked(run, local, items, condition)
        if isinstance(first, int | Decimal):
            return at(run, items, first)
        return run.warn(
            "wrong type", f"the brackets after a list hold a condition or a position; found {a_kind(first)}"
        )

    return select_or_index
