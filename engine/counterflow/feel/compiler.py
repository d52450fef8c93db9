"""Tree to closures: what is decided here is never decided again while running.

Each form of the language has one function in `forms`, entered in `FORMS`; it compiles the parts of its node
and returns the closure that runs them. Nothing walks the tree at run time, and nothing looks a form up.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from counterflow.feel import demand, parser, tree
from counterflow.feel.demand import Decoders
from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.forms import access, calls, choices, loops, operations, tests, values
from counterflow.feel.forms.base import Compiler
from counterflow.feel.names import NO_WORDS, Vocabulary
from counterflow.feel.scope import LocalBinding, Scope
from counterflow.feel.types import NO_TYPES, DefinedTypes
from counterflow.feel.values import Code

FORMS: Final[dict[type[tree.Tree], Callable[[Compiler, Any, Scope], Code]]] = {
    tree.Literal: values.literal,
    tree.TemporalLiteral: values.temporal_literal,
    tree.Name: access.name,
    tree.ListLiteral: values.list_literal,
    tree.ContextLiteral: values.context_literal,
    tree.RangeLiteral: values.range_literal,
    tree.OperatorRange: values.operator_range,
    tree.FunctionDefinition: calls.function_definition,
    tree.Negation: operations.negation,
    tree.Arithmetic: operations.arithmetic,
    tree.Comparison: operations.comparison,
    tree.Conjunction: choices.conjunction,
    tree.Disjunction: choices.disjunction,
    tree.Conditional: choices.conditional,
    tree.Between: operations.between,
    tree.InstanceOf: operations.instance_of,
    tree.Membership: tests.membership,
    tree.For: loops.for_,
    tree.Quantified: loops.quantified,
    tree.Path: access.path,
    tree.Filter: access.filter_,
    tree.FunctionCall: calls.call,
    tree.Embedded: lambda _compiler, node, scope: node.compile(scope),
}


class Surroundings:
    """Where an expression stands inside something larger, such as a decision.

    `scope` binds names that are there already. What is compiled here shares the run (fuel, warnings,
    variables) and the local names of whatever calls it. `words` are entries and types that all texts know.
    """

    def __init__(
        self, scope: Scope, words: Vocabulary = NO_WORDS, types: DefinedTypes = NO_TYPES, nesting: int = 200
    ) -> None:
        self.scope = scope
        self.words = words
        self.types = types
        self.nesting = nesting

    @property
    def _vocabulary(self) -> Vocabulary:
        return self.words._replace(names=self.scope.spellings)

    def plus(self, *bindings: LocalBinding) -> "Surroundings":
        """The same surroundings with further local names behind those that are there."""
        return self.at(self.scope.plus(*bindings))

    def expression(self, text: str) -> Code:
        """The code of the expression that a text spells. Raises FeelSyntaxError."""
        return self._code(parser.parse(text, self._vocabulary, self.nesting), text)

    def form(self, root: tree.Tree) -> Code:
        """The code of a tree that was put together by hand. Raises FeelSyntaxError if it nests too deeply."""
        return self._code(root, "")

    def at(self, scope: Scope) -> "Surroundings":
        """The same words, types and nesting in another scope."""
        return Surroundings(scope, self.words, self.types, self.nesting)

    def parse_tests(self, text: str) -> tree.UnaryTestList:
        """The tree of unary tests, for those who answer simple ones by themselves. Raises FeelSyntaxError."""
        return parser.parse_unary_tests(text, self._vocabulary, self.nesting)

    def tests(self, root: tree.UnaryTestList, text: str, alias: str = "") -> Code:
        """The code of unary tests, which expects the value under test behind the local names.

        They call it `?`, or by the alias. Raises FeelSyntaxError.
        """
        compiler = Compiler(FORMS, text, frozenset(), self.nesting, self.types)
        return tests.unary_tests(compiler, root, self.scope, alias)

    def _code(self, root: tree.Tree, text: str) -> Code:
        try:
            return access.value_or_function(
                Compiler(FORMS, text, frozenset(), self.nesting, self.types), root, self.scope
            )
        except RecursionError:
            raise too_deep(text, root, self.nesting) from None


class Compiled(NamedTuple):
    """Code, the top-level names it may read, and the decoders of those of which it asks for a part."""

    code: Code
    names: frozenset[str]
    decoders: Decoders


def compile_tree(root: tree.Tree, text: str, given: frozenset[str], nesting: int) -> Compiled:
    """The code of an expression, with the names that it may read. Raises FeelSyntaxError.

    `given` names are variables even where a built-in has that name.
    """
    return _compiled(access.value_or_function, root, text, given, nesting)


def compile_tests(root: tree.UnaryTestList, text: str, given: frozenset[str], nesting: int) -> Compiled:
    """The code of unary tests, with the names that they may read. Raises FeelSyntaxError.

    It expects the value under test as the only local name; `given` is as for `compile_tree`.
    """
    return _compiled(tests.unary_tests, root, text, given, nesting)


def _compiled(
    compile_root: Callable[[Compiler, Any, Scope], Code],
    root: tree.Tree,
    text: str,
    given: frozenset[str],
    nesting: int,
) -> Compiled:
    compiler = Compiler(FORMS, text, given, nesting)
    try:
        code = compile_root(compiler, root, Scope())
        return Compiled(code, frozenset(compiler.names), demand.decoders(root, given))
    except RecursionError:
        raise too_deep(text, root, nesting) from None


def too_deep(text: str, node: tree.Tree, nesting: int) -> FeelSyntaxError:
    """The error for a text that nests more than `nesting` levels deep, at the form `node`."""
    expected = f"at most {nesting} levels of nesting"
    return FeelSyntaxError(text, node.at, expected=expected, found="more", hint="split the expression")
