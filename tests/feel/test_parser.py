"""Which tree a text becomes, and what is said where it becomes none."""

import pytest

from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.names import Vocabulary
from counterflow.feel.parser import parse, parse_unary_tests
from counterflow.feel.tree import (
    Arithmetic,
    Between,
    Comparison,
    ComparisonTest,
    Conditional,
    Conjunction,
    ContextLiteral,
    Disjunction,
    Filter,
    For,
    FunctionCall,
    FunctionDefinition,
    InstanceOf,
    Iterator,
    ListLiteral,
    Literal,
    Membership,
    Name,
    Negation,
    OperatorRange,
    Parameter,
    Path,
    Quantified,
    RangeLiteral,
    TemporalLiteral,
    Tree,
    TypeName,
    UnaryTestList,
)

ONE, TWO, THREE = Literal(1), Literal(2), Literal(3)
A, B, C = Name("a"), Name("b"), Name("c")
NUMBER = TypeName("number")


@pytest.mark.parametrize(
    "text, expected",
    [
        # Literals
        ("null", Literal(None)),
        ("true", Literal(True)),
        ('"a"', Literal("a")),
        ("-1", Literal(-1)),
        ('@"P1D"', TemporalLiteral("P1D")),
        ("[]", ListLiteral(())),
        ("[1, 2]", ListLiteral((ONE, TWO))),
        ("{}", ContextLiteral(())),
        ('{a: 1, "b c": 2}', ContextLiteral((("a", ONE), ("b c", TWO)))),
        # Ranges
        ("[1..2]", RangeLiteral(ONE, TWO)),
        ("(1..2)", RangeLiteral(ONE, TWO, False, False)),
        ("]1..2[", RangeLiteral(ONE, TWO, False, False)),
        ("[1..2)", RangeLiteral(ONE, TWO, True, False)),
        ("[1..a[2]]", RangeLiteral(ONE, Filter(A, TWO))),
        ("(> 1)", OperatorRange(">", ONE)),
        # Precedence
        ("1 + 2 * 3", Arithmetic("+", ONE, Arithmetic("*", TWO, THREE))),
        ("(1 + 2) * 3", Arithmetic("*", Arithmetic("+", ONE, TWO), THREE)),
        ("1 - 2 - 3", Arithmetic("-", Arithmetic("-", ONE, TWO), THREE)),
        ("1 ** 2 ** 3", Arithmetic("**", Arithmetic("**", ONE, TWO), THREE)),
        ("-1 ** 2", Arithmetic("**", Literal(-1), TWO)),
        ("-a.b", Negation(Path(A, "b"))),
        ("a + 1 > 2", Comparison(">", Arithmetic("+", A, ONE), TWO)),
        ("a or b and c", Disjunction((A, Conjunction((B, C))))),
        ("a and b and c", Conjunction((A, B, C))),
        ("a between 1 and 2 and b", Conjunction((Between(A, ONE, TWO), B))),
        ("a instance of number = b", Comparison("=", InstanceOf(A, NUMBER), B)),
        ("if a then b else c + 1", Conditional(A, B, Arithmetic("+", C, ONE))),
        # Access
        ("a.b.c", Path(Path(A, "b"), "c")),
        ("a.return", Path(A, "return")),
        ("a[1].b", Path(Filter(A, ONE), "b")),
        ("a[b > 1]", Filter(A, Comparison(">", B, ONE))),
        ("a(1, 2)", FunctionCall(A, (ONE, TWO))),
        ("a(b: 1, long name: 2)", FunctionCall(A, (ONE, TWO), ("b", "long name"))),
        ("string length(a)", FunctionCall(Name("string length"), (A,))),
        ("years and months duration(a, b)", FunctionCall(Name("years and months duration"), (A, B))),
        ("date and time", Conjunction((Name("date"), Name("time")))),
        # Loops and functions
        ("for a in b return c", For((Iterator("a", B),), C)),
        ("for a in 1..3 return a", For((Iterator("a", ONE, THREE),), A)),
        ("for a in b, c in a return c", For((Iterator("a", B), Iterator("c", A)), C)),
        ("some a in b satisfies c", Quantified(False, (Iterator("a", B),), C)),
        ("every a in b satisfies c", Quantified(True, (Iterator("a", B),), C)),
        ("function(a, b: number) a", FunctionDefinition((Parameter("a"), Parameter("b", NUMBER)), A)),
        # Tests
        ("a in b", Membership(A, UnaryTestList((B,)))),
        ("a in > 1", Membership(A, UnaryTestList((ComparisonTest(">", ONE),)))),
        (
            "a in (1, > 2, [1..3])",
            Membership(A, UnaryTestList((ONE, ComparisonTest(">", TWO), RangeLiteral(ONE, THREE)))),
        ),
        ("a in (1..3)", Membership(A, UnaryTestList((RangeLiteral(ONE, THREE, False, False),)))),
        # Types
        ("a instance of list<number>", InstanceOf(A, TypeName("list", (NUMBER,)))),
        ("a instance of context<b: number>", InstanceOf(A, TypeName("context", (NUMBER,), ("b",)))),
        ("a instance of function<number> -> number", InstanceOf(A, TypeName("function", (NUMBER, NUMBER)))),
        ("a instance of date and time", InstanceOf(A, TypeName("date and time"))),
    ],
)
def test_trees(text: str, expected: Tree) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text, names, expected",
    [
        ("full name", ["full name"], Name("full name")),
        ("full  name", ["full name"], Name("full name")),
        ("a-b", ["a-b"], Name("a-b")),
        ("a-b", [], Arithmetic("-", A, B)),
        ("a - b", ["a-b"], Name("a-b")),
        ("Ada's age", ["Ada's age"], Name("Ada's age")),
        ("order.full name", ["full name"], Path(Name("order"), "full name")),
        ("a.time offset", [], Path(A, "time offset")),
        ("`a b`", [], Name("a b")),
        ("{a b: 1, c: a b}", [], ContextLiteral((("a b", ONE), ("c", Name("a b"))))),
        ("{a b: 1}.a b", [], Path(ContextLiteral((("a b", ONE),)), "a b")),
        (
            "[{a b: 1}][a b = 1]",
            [],
            Filter(ListLiteral((ContextLiteral((("a b", ONE),)),)), Comparison("=", Name("a b"), ONE)),
        ),
        ("for a b in c return a b", [], For((Iterator("a b", C),), Name("a b"))),
        ("function(a b) a b", [], FunctionDefinition((Parameter("a b"),), Name("a b"))),
    ],
)
def test_names_of_several_words(text: str, names: list[str], expected: Tree) -> None:
    assert parse(text, Vocabulary.of(names)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("-", UnaryTestList(())),
        ("1, 2", UnaryTestList((ONE, TWO))),
        ("> 1, [1..3]", UnaryTestList((ComparisonTest(">", ONE), RangeLiteral(ONE, THREE)))),
        ("not(1, 2)", UnaryTestList((ONE, TWO), negated=True)),
        (
            "? > 1 and ? < 3",
            UnaryTestList(
                (Conjunction((Comparison(">", Name("?"), ONE), Comparison("<", Name("?"), THREE))),)
            ),
        ),
        ("-1", UnaryTestList((Literal(-1),))),
    ],
)
def test_unary_tests(text: str, expected: UnaryTestList) -> None:
    assert parse_unary_tests(text) == expected


@pytest.mark.parametrize(
    "text, line, column, expected, found",
    [
        ("", 1, 1, "an expression", "the end of the expression"),
        ("amount >", 1, 9, "an expression", "the end of the expression"),
        ("amount > 100 100", 1, 14, "an operator or the end of the expression", "the number 100"),
        ("(1 + 2", 1, 7, "`)` to close the group", "the end of the expression"),
        ("[1, 2", 1, 6, "`]` or `,` in the list", "the end of the expression"),
        ("{a: 1", 1, 6, "`}` or `,` in the context", "the end of the expression"),
        ("{a 1}", 1, 5, "`:` after the entry name a 1", "`}`"),
        ("{a: 1, a: 2}", 1, 8, "each entry once", "a again"),
        ("{: 1}", 1, 2, "an entry name", "`:`"),
        ("if a", 1, 5, "`then` after the condition", "the end of the expression"),
        ("if a then b", 1, 12, "`else` after the value of then", "the end of the expression"),
        ("for a return a", 1, 7, "`in` after the name a", "`return`"),
        ("for a in b", 1, 11, "`return` or `,` after the iterator", "the end of the expression"),
        ("some a in b", 1, 12, "`satisfies` or `,` after the iterator", "the end of the expression"),
        ("a.", 1, 3, "the name of an entry after `.`", "the end of the expression"),
        ("a between 1", 1, 12, "`and` between the two ends", "the end of the expression"),
        ("a instance b", 1, 12, "`of` after instance", "the name b"),
        ("a instance of 1", 1, 15, "a type", "the number 1"),
        ("[1..2", 1, 6, "`]`, `)` or `[` to close the range", "the end of the expression"),
        ("f(1", 1, 4, "`)` or `,` after the argument", "the end of the expression"),
        ("a\n  + +", 2, 5, "an expression", "`+`"),
    ],
)
def test_syntax_errors(text: str, line: int, column: int, expected: str, found: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    error = caught.value
    assert (error.line, error.column, error.expected, error.found) == (line, column, expected, found)


@pytest.mark.parametrize(
    "text, hint",
    [
        ("a == b", "a single ="),
        ("full name", "`full name` in backticks"),
        ("not a", "write not(...)"),
    ],
)
def test_syntax_errors_say_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(FeelSyntaxError, match="line 1, column") as caught:
        parse(text)
    assert hint in str(caught.value)


def test_a_syntax_error_points_with_a_caret() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse("if amount > 100\nthen 'big'")
    assert str(caught.value).splitlines()[1:] == ["  then 'big'", "       ^"]


def test_a_caret_in_a_long_line_stays_in_sight() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse("1 + " * 50 + "* 2")
    _, excerpt, caret = str(caught.value).splitlines()
    assert len(excerpt) < 130
    assert excerpt[caret.index("^")] == "*"
