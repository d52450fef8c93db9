"""The type of an expression as far as its text shows it (DMN 1.5, 10.3.2.9, table 43).

It is what a function is known to answer, for `instance of`.

What only a value can tell is UNKNOWN, which conforms to every type.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from counterflow.feel import iso, tree
from counterflow.feel.tree import TypeName
from counterflow.feel.values import KINDS

UNKNOWN: Final = TypeName("")
ANY: Final = TypeName("Any")
NULL: Final = TypeName("Null")
_BOOLEAN: Final = TypeName("boolean")

Known = Mapping[str, TypeName]
"""The declared types of the names in scope."""


def result_type(node: tree.Tree, known: Known) -> TypeName:
    """The type that all values of an expression belong to; UNKNOWN where its text does not show one."""
    infer = _INFER.get(type(node))
    return UNKNOWN if infer is None else infer(node, known)


def _literal(node: tree.Literal, _known: Known) -> TypeName:
    return NULL if node.value is None else TypeName(KINDS[type(node.value)])


def _temporal(node: tree.TemporalLiteral, _known: Known) -> TypeName:
    value = iso.read(node.text)
    return NULL if value is None else TypeName(KINDS[type(value)])


def _list(node: tree.ListLiteral, known: Known) -> TypeName:
    item_types = list(dict.fromkeys(result_type(item, known) for item in node.items))
    if UNKNOWN in item_types:
        return TypeName("list", (UNKNOWN,))
    return TypeName("list", (item_types[0] if len(item_types) == 1 else ANY if item_types else NULL,))


def _context(node: tree.ContextLiteral, known: Known) -> TypeName:
    return TypeName(
        "context",
        tuple(result_type(value, known) for _, value in node.entries),
        tuple(name for name, _ in node.entries),
    )


def _range(node: tree.RangeLiteral, known: Known) -> TypeName:
    return TypeName("range", (result_type(node.start, known),))


def _function(node: tree.FunctionDefinition, known: Known) -> TypeName:
    parameters = {parameter.name: parameter.type or UNKNOWN for parameter in node.parameters}
    return TypeName("function", (*parameters.values(), result_type(node.body, {**known, **parameters})))


def _conditional(node: tree.Conditional, known: Known) -> TypeName:
    then, otherwise = result_type(node.then, known), result_type(node.otherwise, known)
    return then if then == otherwise else UNKNOWN


def _arithmetic(node: tree.Arithmetic, known: Known) -> TypeName:
    left, right = result_type(node.left, known), result_type(node.right, known)
    return left if left == right and left.name in {"number", "string"} else UNKNOWN


_INFER: Final[dict[type[tree.Tree], Callable[[Any, Known], TypeName]]] = {
    tree.Literal: _literal,
    tree.TemporalLiteral: _temporal,
    tree.Name: lambda node, known: known.get(node.name, UNKNOWN),
    tree.ListLiteral: _list,
    tree.ContextLiteral: _context,
    tree.RangeLiteral: _range,
    tree.FunctionDefinition: _function,
    tree.Conditional: _conditional,
    tree.Arithmetic: _arithmetic,
    **dict.fromkeys(
        (tree.Comparison, tree.Between, tree.InstanceOf, tree.Membership), lambda _node, _known: _BOOLEAN
    ),
}
