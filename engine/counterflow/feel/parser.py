"""Tokens to tree: a Pratt parser (DMN 1.5, 10.3.1.2, grammar rules 1-60).

Each operator has a binding power; `expression(power)` reads on while operators bind tighter than `power`.
Names of several words are joined only if they are known: entries and parameters seen so far, built-ins, and
the names given by the caller.
"""

from collections.abc import Callable
from typing import TypeVar

from counterflow.feel import tree
from counterflow.feel.errors import DuplicateEntry, cut
from counterflow.feel.names import NO_WORDS, Vocabulary
from counterflow.feel.precedence import (
    ARITHMETIC,
    COMPARISON,
    COMPARISONS,
    CONJUNCTION,
    DISJUNCTION,
    NEGATION,
    POWERS,
)
from counterflow.feel.reader import Reader
from counterflow.feel.tokens import KEYWORDS

CONSTANTS = {"true": True, "false": False, "null": None}
T = TypeVar("T")


def parse(text: str, vocabulary: Vocabulary = NO_WORDS, nesting: int = 200) -> tree.Tree:
    """The tree of an expression, which may be `nesting` levels deep. Raises FeelSyntaxError.

    The vocabulary holds names that may contain spaces or operators.
    """
    return _guarded(Parser(text, vocabulary, nesting), Parser.whole_expression)


def parse_unary_tests(text: str, vocabulary: Vocabulary = NO_WORDS, nesting: int = 200) -> tree.UnaryTestList:
    """The tests of a decision table's input cell (grammar rule 17); the arguments as for `parse`.

    Raises FeelSyntaxError.
    """
    return _guarded(Parser(text, vocabulary, nesting), Parser.whole_unary_tests)


def _guarded(parser: "Parser", read: Callable[["Parser"], T]) -> T:
    try:
        return read(parser)
    except RecursionError:
        raise parser.too_deep() from None


class Parser(Reader):
    """The forms of the language, one method each; `range_open` while the end of a range is being read."""

    range_open = False

    # The whole text

    def whole_expression(self) -> tree.Tree:
        """The tree of all that is left of the text. Raises FeelSyntaxError."""
        expression = self.expression()
        self._end()
        return expression

    def whole_unary_tests(self) -> tree.UnaryTestList:
        """The unary tests in all that is left of the text. Raises FeelSyntaxError."""
        tests = self._unary_tests()
        self._end()
        return tests

    def _end(self) -> None:
        if self.token.kind != "end":
            self.refuse("an operator or the end of the expression")

    # The loop of the parser: a prefix, then operators while they bind tighter

    def expression(self, power: int = 0) -> tree.Tree:
        """The tree of an expression whose operators bind tighter than `power`. Raises FeelSyntaxError."""
        self.depth += 1
        if self.depth > self.nesting:
            raise self.too_deep()
        prefix = PREFIXES.get(self.token.kind)
        if prefix is None:
            self.refuse("an expression")
        left = prefix(self)
        while POWERS.get(self.token.kind, 0) > power and not self._closes_range():
            left = INFIXES[self.token.kind](self, left)
        self.depth -= 1
        return left

    def _closes_range(self) -> bool:
        # In `[1..3[` the last bracket ends the range; in `[1..limits[1]]` it begins a filter.
        return self.range_open and self.token.kind == "[" and (self.peek().kind not in PREFIXES)

    # Values

    def _literal(self) -> tree.Tree:
        token = self.advance()
        return tree.Literal(token.value, at=token.offset)

    def _constant(self) -> tree.Tree:
        token = self.advance()
        return tree.Literal(CONSTANTS[token.kind], at=token.offset)

    def _temporal(self) -> tree.Tree:
        token = self.advance()
        return tree.TemporalLiteral(str(token.value), at=token.offset)

    def _name(self) -> tree.Tree:
        at = self.token.offset
        return tree.Name(self.known_name(), at=at)

    def _negation(self) -> tree.Tree:
        at = self.advance().offset
        operand = self.expression(NEGATION)
        if isinstance(operand, tree.Literal) and type(operand.value) is int:
            return tree.Literal(-operand.value, at=at)
        return tree.Negation(operand, at=at)

    def _group(self) -> tree.Tree:
        at = self.advance().offset
        was_open, self.range_open = self.range_open, False
        inner = self._operator_range() if self.token.kind in COMPARISONS else self.expression()
        if self.token.kind == "..":
            return self._range(at, inner, start_included=False, was_open=was_open)
        self.range_open = was_open
        self.expect(")", "to close the group")
        return inner

    def _operator_range(self) -> tree.Tree:
        token = self.advance()
        return tree.OperatorRange(COMPARISONS[token.kind], self.expression(COMPARISON), at=token.offset)

    def _open_range(self) -> tree.Tree:
        at = self.advance().offset
        return self._range(at, self.expression(COMPARISON), start_included=False, was_open=self.range_open)

    def _list(self) -> tree.Tree:
        at = self.advance().offset
        was_open, self.range_open = self.range_open, False
        items: list[tree.Tree] = []
        while self.token.kind != "]":
            items.append(self.expression())
            if len(items) == 1 and self.token.kind == "..":
                return self._range(at, items[0], start_included=True, was_open=was_open)
            if not self.accept(","):
                break
        self.range_open = was_open
        self.expect("]", "or `,` in the list")
        return tree.ListLiteral(tuple(items), at=at)

    def _range(self, at: int, start: tree.Tree, *, start_included: bool, was_open: bool) -> tree.Tree:
        self.expect("..", "between the ends of the range")
        self.range_open = True
        end = self.expression(COMPARISON)
        self.range_open = was_open
        if self.token.kind not in {"]", ")", "["}:
            self.refuse("`]`, `)` or `[` to close the range")
        end_included = self.advance().kind == "]"
        return tree.RangeLiteral(start, end, start_included, end_included, at=at)

    def _context(self) -> tree.Tree:
        at = self.advance().offset
        was_open, self.range_open = self.range_open, False
        entries: dict[str, tree.Tree] = {}
        with self.known.scope():
            while self.token.kind != "}":
                key_at = self.token.offset
                key = self._key()
                if key in entries:
                    raise DuplicateEntry(
                        self.text, key_at, expected="each entry once", found=f"{cut(key)} again"
                    )
                self.expect(":", f"after the entry name {cut(key)}")
                entries[key] = self.expression()
                self.known.add(key)
                if not self.accept(","):
                    break
        self.range_open = was_open
        self.expect("}", "or `,` in the context")
        return tree.ContextLiteral(tuple(entries.items()), at=at)

    def _key(self) -> str:
        if self.token.kind == "string":
            return str(self.advance().value)
        return self.new_name({":", ",", "}", "end"}, "an entry name")

    def _function(self) -> tree.Tree:
        at = self.advance().offset
        self.expect("(", "after function")
        parameters: list[tree.Parameter] = []
        while self.token.kind != ")":
            parameters.append(self._parameter())
            if not self.accept(","):
                break
        self.expect(")", "or `,` after the parameters")
        if external := self.token.text == "external":
            self.advance()
        with self.known.scope(parameter.name for parameter in parameters):
            return tree.FunctionDefinition(tuple(parameters), self.expression(), external, at=at)

    def _parameter(self) -> tree.Parameter:
        at = self.token.offset
        name = self.new_name({":", ",", ")", "end"}, "a parameter name")
        return tree.Parameter(name, self.type_name() if self.accept(":") else None, at=at)

    # Choice and repetition

    def _conditional(self) -> tree.Tree:
        at = self.advance().offset
        condition = self.expression()
        self.expect("then", "after the condition")
        then = self.expression()
        self.expect("else", "after the value of then")
        return tree.Conditional(condition, then, self.expression(), at=at)

    def _for(self) -> tree.Tree:
        at = self.advance().offset
        with self.known.scope():
            iterators = self._iterators()
            self.expect("return", "or `,` after the iterator")
            return tree.For(iterators, self.expression(), at=at)

    def _quantified(self) -> tree.Tree:
        start = self.advance()
        with self.known.scope():
            iterators = self._iterators()
            self.expect("satisfies", "or `,` after the iterator")
            return tree.Quantified(start.text == "every", iterators, self.expression(), at=start.offset)

    def _iterators(self) -> tuple[tree.Iterator, ...]:
        iterators = [self._iterator()]
        while self.accept(","):
            iterators.append(self._iterator())
        return tuple(iterators)

    def _iterator(self) -> tree.Iterator:
        at = self.token.offset
        name = self.new_name({"in", "return", "satisfies", ":", "end"}, "a name for the item")
        self.expect("in", f"after the name {cut(name)}")
        domain = self.expression()
        end = self.expression() if self.accept("..") else None
        self.known.add(name)
        return tree.Iterator(name, domain, end, at=at)

    # Operators, each with its left side already read

    def _arithmetic(self, left: tree.Tree) -> tree.Tree:
        operator = self.advance().kind
        return tree.Arithmetic(ARITHMETIC[operator], left, self.expression(POWERS[operator]), at=left.at)

    def _comparison(self, left: tree.Tree) -> tree.Tree:
        operator = self.advance().kind
        return tree.Comparison(COMPARISONS[operator], left, self.expression(COMPARISON), at=left.at)

    def _conjunction(self, left: tree.Tree) -> tree.Tree:
        return tree.Conjunction(self._operands("and", CONJUNCTION, left), at=left.at)

    def _disjunction(self, left: tree.Tree) -> tree.Tree:
        return tree.Disjunction(self._operands("or", DISJUNCTION, left), at=left.at)

    def _operands(self, operator: str, power: int, left: tree.Tree) -> tuple[tree.Tree, ...]:
        operands = [left]
        while self.accept(operator):
            operands.append(self.expression(power))
        return tuple(operands)

    def _between(self, value: tree.Tree) -> tree.Tree:
        self.advance()
        low = self.expression(COMPARISON)
        self.expect("and", "between the two ends")
        return tree.Between(value, low, self.expression(COMPARISON), at=value.at)

    def _instance_of(self, value: tree.Tree) -> tree.Tree:
        self.advance()
        self.expect_word("of", "after instance")
        return tree.InstanceOf(value, self.type_name(), at=value.at)

    # Tests

    def _in(self, value: tree.Tree) -> tree.Tree:
        self.advance()
        at = self.token.offset
        tests = self._grouped_tests() if self.token.kind == "(" else (self._test(),)
        return tree.Membership(value, tree.UnaryTestList(tests, at=at), at=value.at)

    def _grouped_tests(self) -> tuple[tree.Tree, ...]:
        at = self.advance().offset
        tests = [self._whole_test()]
        if self.token.kind == "..":
            return (self._range(at, tests[0], start_included=False, was_open=self.range_open),)
        while self.accept(","):
            tests.append(self._whole_test())
        self.expect(")", "or `,` in the list of tests")
        return tuple(tests)

    def _test(self) -> tree.Tree:
        if self.token.kind not in COMPARISONS:
            return self.expression(COMPARISON)
        token = self.advance()
        return tree.ComparisonTest(COMPARISONS[token.kind], self.expression(COMPARISON), at=token.offset)

    def _unary_tests(self) -> tree.UnaryTestList:
        at = self.token.offset
        if self.token.kind == "-" and self.peek().kind == "end":
            self.advance()
            return tree.UnaryTestList((), at=at)
        negated = self.token.text == "not" and self.peek().kind == "("
        if negated:
            self.advance()
            return tree.UnaryTestList(self._grouped_tests(), negated=True, at=at)
        tests = [self._whole_test()]
        while self.accept(","):
            tests.append(self._whole_test())
        return tree.UnaryTestList(tuple(tests), at=at)

    def _whole_test(self) -> tree.Tree:
        return self._test() if self.token.kind in COMPARISONS else self.expression()

    # Access

    def _path(self, source: tree.Tree) -> tree.Tree:
        self.advance()
        if not (self.token.kind == "name" or self.token.kind in KEYWORDS):
            self.refuse("the name of an entry after `.`")
        name, length = self.known.longest_entry(self.tokens, self.position)
        self.advance(length)
        return tree.Path(source, name, at=source.at)

    def _filter(self, source: tree.Tree) -> tree.Tree:
        self.advance()
        was_open, self.range_open = self.range_open, False
        with self.known.entries_in_scope():
            condition = self.expression()
        self.range_open = was_open
        self.expect("]", "to close the filter")
        return tree.Filter(source, condition, at=source.at)

    def _call(self, function: tree.Tree) -> tree.Tree:
        self.advance()
        was_open, self.range_open = self.range_open, False
        named = self.has_named_arguments()
        names: list[str] = []
        arguments: list[tree.Tree] = []
        while self.token.kind != ")":
            if named:
                names.append(self.new_name({":", ",", ")", "end"}, "the name of a parameter"))
                self.expect(":", "after the name of the parameter")
            arguments.append(self.expression())
            if not self.accept(","):
                break
        self.range_open = was_open
        self.expect(")", "or `,` after the argument")
        return tree.FunctionCall(function, tuple(arguments), tuple(names), at=function.at)


PREFIXES: dict[str, Callable[[Parser], tree.Tree]] = {
    "number": Parser._literal,
    "string": Parser._literal,
    "temporal": Parser._temporal,
    "true": Parser._constant,
    "false": Parser._constant,
    "null": Parser._constant,
    "name": Parser._name,
    "-": Parser._negation,
    "(": Parser._group,
    "[": Parser._list,
    "]": Parser._open_range,
    "{": Parser._context,
    "if": Parser._conditional,
    "for": Parser._for,
    "some": Parser._quantified,
    "every": Parser._quantified,
    "function": Parser._function,
}
INFIXES: dict[str, Callable[[Parser, tree.Tree], tree.Tree]] = {
    **dict.fromkeys(ARITHMETIC, Parser._arithmetic),
    **dict.fromkeys(COMPARISONS, Parser._comparison),
    "and": Parser._conjunction,
    "or": Parser._disjunction,
    "between": Parser._between,
    "in": Parser._in,
    "instance": Parser._instance_of,
    ".": Parser._path,
    "[": Parser._filter,
    "(": Parser._call,
}
