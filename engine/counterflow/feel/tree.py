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
    """Any form, which begins at the offset `at` of its text."""

    at: int = field(default=0, compare=False, repr=False)


# Values


@dataclass(frozen=True, slots=True)
class Literal(Tree):
    """`3`, `"text"`, `true` or `null`, as the value that it means."""

    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class TemporalLiteral(Tree):
    """`@"2030-12-31"`, `@"PT1H"` and their family, as the text inside."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Tree):
    """`order`: a variable, a local name or a built-in."""

    name: str


@dataclass(frozen=True, slots=True)
class ListLiteral(Tree):
    """`[1, 2]`."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Tree):
    """`{a: 1, b: a + 1}`; names are there once, in the order of the text."""

    entries: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Tree):
    """`[1..3]` or `]1..3[`, with the ends that belong to it."""

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
    """`function(a, b) a + b`; with `external` the body is a context that names a function of Java."""

    parameters: tuple["Parameter", ...]
    body: Tree
    external: bool = False


@dataclass(frozen=True, slots=True)
class Parameter(Tree):
    """`name` or `name: type` of a function."""

    name: str
    type: "TypeName | None" = None


# Operators


@dataclass(frozen=True, slots=True)
class Negation(Tree):
    """`-a`."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Arithmetic(Tree):
    """`a + b` and its kin."""

    operator: ArithmeticOperator
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Comparison(Tree):
    """`a < b` and its kin."""

    operator: ComparisonOperator
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Conjunction(Tree):
    """`a and b and c`: two operands at least."""

    operands: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Tree):
    """`a or b or c`: two operands at least."""

    operands: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Between(Tree):
    """`a between 1 and 3`, both ends included."""

    value: Tree
    low: Tree
    high: Tree


@dataclass(frozen=True, slots=True)
class InstanceOf(Tree):
    """`a instance of number`."""

    value: Tree
    type: "TypeName"


# Tests: what may stand to the right of `in`, or in the cell of a decision table


@dataclass(frozen=True, slots=True)
class Membership(Tree):
    """`a in (1, > 5)`."""

    value: Tree
    tests: "UnaryTestList"


@dataclass(frozen=True, slots=True)
class UnaryTestList(Tree):
    """Holds if any test holds; negated, if none does; without tests (`-` in a decision table) always."""

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
    """`if condition then a else b`."""

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
    """`for a in [1, 2] return a + 1`."""

    iterators: tuple[Iterator, ...]
    body: Tree


@dataclass(frozen=True, slots=True)
class Quantified(Tree):
    """`some a in items satisfies a > 1`, or with `every`.

    A `strict` one, which the parser never makes, asks every item, and is null where one gives neither true,
    false nor null.
    """

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Tree
    strict: bool = False


# Access


@dataclass(frozen=True, slots=True)
class Path(Tree):
    """`source.name`."""

    source: Tree
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Tree):
    """`source[condition]`; in a `strict` one, which the parser never makes, that is never a position."""

    source: Tree
    condition: Tree
    strict: bool = False


@dataclass(frozen=True, slots=True)
class FunctionCall(Tree):
    """`f(a, b)`, or `f(x: a, y: b)` with `names` as long as `arguments`; they are empty for the former."""

    function: Tree
    arguments: tuple[Tree, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded(Tree):
    """A part that somebody else compiles, in the scope where it stands: a boxed expression of a decision.

    The parser makes none.
    """

    compile: Callable[[Any], Any]


# Types, after `instance of` and in parameters


@dataclass(frozen=True, slots=True)
class TypeName(Tree):
    """A type: `list<number>` is TypeName("list", (TypeName("number"),)).

    A context's members carry `names`; a function's last is its result.
    """

    name: str
    members: tuple["TypeName", ...] = ()
    names: tuple[str, ...] = ()
