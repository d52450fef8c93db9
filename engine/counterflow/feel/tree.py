"""The language on one page: every form a FEEL expression can take (DMN 1.5, 10.3.1.2).

Frozen data without behaviour: the parser makes it, the compiler reads it once. `at` is the offset in the text
where the form begins.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from typing import Literal as OneOf

ArithmeticOperator = OneOf["+", "-", "*", "/", "**"]
ComparisonOperator = OneOf["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    at: int = field(default=0, compare=False, repr=False)


# Values


@dataclass(frozen=True, slots=True)
class Literal(Tree):
    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class TemporalLiteral(Tree):
    """@"2030-12-31", @"PT1H" and their family."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Tree):
    name: str


@dataclass(frozen=True, slots=True)
class ListLiteral(Tree):
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Tree):
    entries: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Tree):
    """`[1..3]`, `]1..3[`."""

    start: Tree
    end: Tree
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True)
class OperatorRange(Tree):
    """`(> 3)`: a range with one end."""

    operator: ComparisonOperator
    end: Tree


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Tree):
    """With `external` the body is a context that names a function of Java."""

    parameters: tuple["Parameter", ...]
    body: Tree
    external: bool = False


@dataclass(frozen=True, slots=True)
class Parameter(Tree):
    name: str
    type: "TypeName | None" = None


# Operators


@dataclass(frozen=True, slots=True)
class Negation(Tree):
    operand: Tree


@dataclass(frozen=True, slots=True)
class Arithmetic(Tree):
    operator: ArithmeticOperator
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Comparison(Tree):
    operator: ComparisonOperator
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Conjunction(Tree):
    operands: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Tree):
    operands: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Between(Tree):
    value: Tree
    low: Tree
    high: Tree


@dataclass(frozen=True, slots=True)
class InstanceOf(Tree):
    value: Tree
    type: "TypeName"


# Tests: what may stand to the right of `in`, or in the cell of a decision table


@dataclass(frozen=True, slots=True)
class Membership(Tree):
    value: Tree
    tests: "UnaryTests"


@dataclass(frozen=True, slots=True)
class UnaryTests(Tree):
    """Holds if any test holds; negated, if none does. Without tests (`-` in a decision table) it always
    holds.
    """

    tests: tuple[Tree, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonTest(Tree):
    """`> 5`: the value under test stands to the left."""

    operator: ComparisonOperator
    operand: Tree


# Choice and repetition


@dataclass(frozen=True, slots=True)
class Conditional(Tree):
    condition: Tree
    then: Tree
    otherwise: Tree


@dataclass(frozen=True, slots=True)
class Iterator(Tree):
    """`name in domain`, or with an `end` the steps `name in domain..end`, up or down."""

    name: str
    domain: Tree
    end: Tree | None = None


@dataclass(frozen=True, slots=True)
class For(Tree):
    iterators: tuple[Iterator, ...]
    body: Tree


@dataclass(frozen=True, slots=True)
class Quantified(Tree):
    """A `strict` one asks every item, and is null where one gives neither true, false nor null; the parser
    makes none.
    """

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Tree
    strict: bool = False


# Access


@dataclass(frozen=True, slots=True)
class Path(Tree):
    source: Tree
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Tree):
    """The condition of a `strict` one is never a position; the parser makes none."""

    source: Tree
    condition: Tree
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Call(Tree):
    """`names` is empty for positional arguments, else as long as `arguments`."""

    function: Tree
    arguments: tuple[Tree, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded(Tree):
    """A part that somebody else compiles, in the scope where it stands: the boxed expressions of a decision.
    The parser makes none.
    """

    compile: Callable[[Any], Any]


# Types, after `instance of` and in parameters


@dataclass(frozen=True, slots=True)
class TypeName(Tree):
    """`list<number>` is TypeName("list", (TypeName("number"),)). A context's members carry `names`; a
    function's last is its result.
    """

    name: str
    members: tuple["TypeName", ...] = ()
    names: tuple[str, ...] = ()
