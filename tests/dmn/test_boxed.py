"""Boxed expressions: each box answers as the FEEL that it stands for."""

from __future__ import annotations

import pytest

from counterflow import dmn
from tests.dmn.drawing import (
    context,
    decide,
    decision,
    item_definition,
    knowledge,
    literal,
    model,
    read,
    table,
)
from tests.feel.tables import shown


def _box(tag: str, attributes: str = "", **parts: str) -> str:
    drawn = "".join(f"<{name.rstrip('_')}>{box}</{name.rstrip('_')}>" for name, box in parts.items())
    return f"<{tag}{attributes}>{drawn}</{tag}>"


def _answer(box: str, *others: str, needs: str = "") -> str:
    return shown(decide(read(*others, decision("a", box, needs)), "a", {"outside": 7}).output)


LISTED = literal("[1, 2, 3]")
NAMED = ' iteratorVariable="each one"'


@pytest.mark.parametrize(
    "box, expected",
    [
        (
            _box("conditional", if_=literal("outside > 5"), then=literal('"yes"'), else_=literal('"no"')),
            '"yes"',
        ),
        (
            _box("conditional", if_=literal("outside < 5"), then=literal('"yes"'), else_=literal('"no"')),
            '"no"',
        ),
        (_box("conditional", if_=literal("null"), then=literal('"yes"'), else_=literal('"no"')), "null"),
        (_box("conditional", if_=literal('"true"'), then=literal('"yes"'), else_=literal('"no"')), "null"),
        (_box("conditional", if_=literal("1"), then=literal('"yes"'), else_=literal('"no"')), "null"),
        (_box("conditional", then=literal('"yes"'), else_=literal('"no"')), "null"),
        (_box("filter", in_=LISTED, match=literal("item > 1")), "[2, 3]"),
        (_box("filter", in_=literal("[{a: 1}, {a: 2}]"), match=literal("a > 1")), "[{a: 2}]"),
        (_box("filter", in_=LISTED, match=literal("-1")), "null"),
        (_box("filter", in_=LISTED, match=literal('"a"')), "null"),
        (_box("filter", in_=LISTED, match=literal("if item > 1 then true else null")), "[2, 3]"),
        (_box("filter", in_=literal("null"), match=literal("true")), "null"),
        (_box("filter", in_=literal("2"), match=literal("item > 1")), "[2]"),
        (_box("filter", in_=LISTED, match=literal('if item > 1 then "odd" else true')), "null"),
        (_box("for", NAMED, in_=LISTED, return_=literal("each one * outside")), "[7, 14, 21]"),
        (_box("for", NAMED, in_=LISTED, return_=literal("count(partial)")), "[0, 1, 2]"),
        (_box("some", NAMED, in_=LISTED, satisfies=literal("each one > 2")), "true"),
        (_box("every", NAMED, in_=LISTED, satisfies=literal("each one > 2")), "false"),
        (_box("some", NAMED, in_=LISTED, satisfies=literal("each one > 9")), "false"),
        (_box("every", NAMED, in_=LISTED, satisfies=literal("each one > 0")), "true"),
        # every item is asked, and nothing but true, false and null has a part in the answer
        (_box("some", NAMED, in_=LISTED, satisfies=literal('if each one = 1 then true else "a"')), "null"),
        (_box("every", NAMED, in_=LISTED, satisfies=literal('if each one = 1 then false else "a"')), "null"),
        (_box("some", NAMED, in_=LISTED, satisfies=literal("each one")), "null"),
        (_box("some", NAMED, in_=LISTED, satisfies=literal("if each one = 1 then true else null")), "true"),
        (_box("some", NAMED, in_=LISTED, satisfies=literal("if each one = 1 then false else null")), "null"),
        (_box("every", NAMED, in_=LISTED, satisfies=literal("if each one = 1 then true else null")), "null"),
        (
            _box("every", NAMED, in_=LISTED, satisfies=literal("if each one = 1 then false else null")),
            "false",
        ),
        (_box("some", NAMED, in_=literal("null"), satisfies=literal("true")), "null"),
        (_box("some", NAMED, in_=literal("[]"), satisfies=literal("1")), "false"),
        (_box("every", NAMED, in_=literal("[]"), satisfies=literal("false")), "true"),
        (f"<list>{literal('1')}{LISTED}{literal('outside')}</list>", "[1, [1, 2, 3], 7]"),
        ("<list/>", "[]"),
        (literal(""), "null"),
        ("", "null"),
    ],
)
def test_choice_and_repetition(box: str, expected: str) -> None:
    assert _answer(box) == expected


@pytest.mark.parametrize(
    "box, expected",
    [
        (context(a=literal("1"), b=literal("a + outside")), "{a: 1, b: 8}"),
        (context(a=literal("1"), result=literal("a + 1")), "2"),
        (context(the_net=literal("10"), result=literal("the net * 2")), "20"),
        (
            context(a=literal("1"), inner=context(a=literal("a + 1"), b=literal("a"))),
            "{a: 1, inner: {a: 2, b: 2}}",
        ),
        (context(), "{}"),
        (context(f=literal("function(n) if n < 2 then 1 else n * f(n - 1)"), result=literal("f(4)")), "24"),
    ],
)
def test_contexts(box: str, expected: str) -> None:
    assert _answer(box) == expected


def test_entries_have_types() -> None:
    box = (
        '<context><contextEntry><variable name="a" typeRef="number"/>'
        + literal('"text"')
        + "</contextEntry></context>"
    )
    assert _answer(box) == "{a: null}"


def test_relations() -> None:
    columns = '<column name="name" typeRef="string"/><column name="the age"/>'
    rows = "".join(
        f"<row>{literal(name)}{literal(age)}</row>" for name, age in (('"Ada"', "36"), ("1", "outside"))
    )
    assert (
        _answer(f"<relation>{columns}{rows}</relation>")
        == '[{name: "Ada", the age: 36}, {name: null, the age: 7}]'
    )


# Functions


def _function(parameters: str, body: str, kind: str = "FEEL") -> str:
    drawn = "".join(
        f'<formalParameter name="{each.strip()}"/>' for each in parameters.split(",") if each.strip()
    )
    return f'<functionDefinition kind="{kind}">{drawn}{body}</functionDefinition>'


def _invocation(function: str, **arguments: str) -> str:
    bindings = "".join(
        f'<binding><parameter name="{name}"/>{literal(text)}</binding>' for name, text in arguments.items()
    )
    return f"<invocation>{literal(function)}{bindings}</invocation>"


ADD = knowledge("add", "a: number, b: number", literal("a + b"))


@pytest.mark.parametrize(
    "box, expected",
    [
        (_invocation("add", a="1", b="2"), "3"),
        (_invocation("add", b="2", a="1"), "3"),
        (_invocation("add", a="1"), "null"),
        (_invocation("add", a="1", c="2"), "null"),
        (_invocation("add", a='"1"', b="2"), "null"),
        (_invocation("abs", n="-2"), "2"),
        (_invocation("outside", n="-2"), "null"),
        # a built-in that is declared several times, or has parameters that may be left out
        (_invocation("date", year="2030", month="1", day="2"), "2030-01-02"),
        (_invocation("floor", n="1.5"), "1"),
        (_invocation("floor", n="1.55", scale="1"), "1.5"),
        (_invocation("matches", input='"ab"', pattern='"^A"', flags='"i"'), "true"),
        (_invocation("matches", input='"ab"', pattern='"^a"'), "true"),
        (_invocation("before", point="1", range="[2..3]"), "true"),
        (_invocation("substring", string='"abc"', by="2"), "null"),
        (context(f=_function("x, y", literal("x - y")), result=_invocation("f", y="1", x="9")), "8"),
        (context(f=_function("x", literal("x + outside")), result=literal("f(1)")), "8"),
        (context(f=_function("n", literal("if n = 0 then 0 else f(n - 1)")), result=literal("f(3)")), "0"),
    ],
)
def test_functions(box: str, expected: str) -> None:
    assert _answer(box, ADD, needs="add()") == expected


JAVA = context(**{"class": literal('"java.lang.Math"'), "method signature": literal('"max(int, int)"')})
SECRET = context(**{"class": literal('"java.lang.Runtime"'), "method signature": literal('"exit(int)"')})


@pytest.mark.parametrize(
    "box, expected",
    [
        (context(f=_function("a, b", JAVA, "Java"), result=literal("f(3, 5)")), "5"),
        (context(f=_function("a, b", JAVA, "Java"), result=literal('f(3, "5")')), "null"),
        (context(f=_function("a", JAVA, "Java"), result=literal("f(3)")), "null"),
        (context(f=_function("a", SECRET, "Java"), result=literal("f(3)")), "null"),
        (context(f=_function("a", literal("1"), "PMML"), result=literal("f(3)")), "null"),
    ],
)
def test_functions_of_java_have_twins(box: str, expected: str) -> None:
    assert _answer(box) == expected


def test_a_business_knowledge_model_in_java() -> None:
    definitions = read(
        knowledge("larger", "a, b", JAVA, kind="Java"),
        decision("a", literal("larger(3, 5)"), needs="larger()"),
    )
    assert decide(definitions, "a").output == 5


# Faults


@pytest.mark.parametrize(
    "box",
    [
        literal("1 +"),
        context(a=literal("1 +")),
        f"<list>{literal('1 +')}</list>",
        "<decisionTable><input><inputExpression><text>1 +</text></inputExpression></input><output/></decisionTable>",
    ],
)
def test_what_is_not_feel_is_told_and_null(box: str) -> None:
    result = dmn.read(model(decision("broken", box), decision("whole", literal("1"))), "x.dmn")
    (finding,) = result.errors
    assert (finding.rule, finding.element_id) == ("expression", "broken")
    assert "is not FEEL: at column 4 expected an expression" in finding.message
    assert result.definitions
    assert decide(result.definitions, "whole").output == 1
    assert decide(result.definitions, "broken").failure is None


def test_the_type_of_an_expression() -> None:
    definitions = read(
        item_definition("tWords", "string", collection=True),
        decision("a", literal('"word"', "tWords")),
        decision("b", literal("[1]", "number")),
        decision("c", literal('["x"]', "number")),
    )
    assert [decide(definitions, each).output for each in "abc"] == [["word"], 1, None]


TWICE = "{a: 1, a: 2}"
BOXED_TWICE = '<context><contextEntry><variable name="a"/>%s</contextEntry><contextEntry><variable name="a"/>%s</contextEntry></context>'
COLUMNS_TWICE = '<relation><column name="a"/><column name="a"/><row>%s%s</row></relation>'


@pytest.mark.parametrize(
    "box, place",
    [
        (
            literal(TWICE),
            "the expression has an entry twice: at column 8 expected each entry once, found a again",
        ),
        (BOXED_TWICE % (literal("1"), literal("2")), "a boxed context has an entry twice: 'a'"),
        (COLUMNS_TWICE % (literal("1"), literal("2")), "each row of a relation has an entry twice: 'a'"),
        (f"<list>{literal(TWICE)}</list>", "the expression has an entry twice"),
        (table(f"FIRST x || y\n- || {TWICE}"), "the output entry has an entry twice"),
        (table(f"FIRST x || y\n{TWICE} || 1"), "the input entry has an entry twice"),
        (table(f"FIRST x {{{TWICE}}} || y\n- || 1"), "the list of allowed values has an entry twice"),
        (table(f"PRIORITY x || y {{{TWICE}}}\n- || 1"), "the list of output values has an entry twice"),
    ],
)
def test_an_entry_twice_stops_the_decision_that_needs_it_and_no_other(box: str, place: str) -> None:
    result = dmn.read(
        model(decision("a", box), decision("b", literal("a"), "!a"), decision("c", literal("3"))), "a.dmn"
    )
    (finding,) = result.findings
    assert (finding.rule, finding.severity) == ("duplicate-entry", "warning")
    assert place in finding.message
    assert result.definitions
    for name in ("a", "b"):
        decided = decide(result.definitions, name, {"x": 1})
        assert decided.failure is not None
        assert (decided.failure.kind, decided.output) == ("duplicate entry", None)
        assert "twice" in decided.failure.message
    assert decide(result.definitions, "c").output == 3
