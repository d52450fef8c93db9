"""Expressions that mean harm.

Each must end by itself, cheaply and in a typed way; cost is counted in fuel and nesting, not in time.

`evaluate` never raises, whatever the text or the variables: a failure names the limit that was met.
"""

import random
import re
from decimal import Decimal
from functools import reduce
from typing import Final

import pytest

from counterflow import feel
from counterflow.feel.builtins import BUILTINS
from counterflow.feel.expression import compile as compile_feel
from counterflow.feel.forms.base import FORMS_PER_FUEL
from tests.feel.hostile import ENDING, GROWING, VARIABLES
from tests.feel.tables import answer, evaluate, raw


@pytest.mark.parametrize(
    "text, expected",
    ENDING,
)
def test_ends_in_a_typed_way(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "method, arguments",
    [
        ("java.lang.Runtime.exec(java.lang.String)", '"ls"'),
        ("java.lang.Class.forName(java.lang.String)", '"os"'),
        ("java.lang.System.exit(int)", "1"),
        ("os.system(String)", '"ls"'),
        ("builtins.eval(String)", '"1"'),
        ("java.lang.Math.__class__(double)", "1"),
        ("java.lang.Math.exp(double)", "10 ** 6000"),
        ("java.lang.Math.exp(double)", "9999"),
        ("java.lang.Math.cbrt(double)", '"x"'),
        ("java.lang.Math.pow(double, double)", "9999, 9999"),
        ("java.lang.Integer.valueOf(String)", 'string join(for i in 1..9999 return "9")'),
        ("java.lang.Double.valueOf(String)", '"infinity"'),
        ("java.lang.String.format(String, Object...)", '"%999999999d", 1'),
        ("java.lang.String.format(String, Object...)", '"%.999999999f", 1'),
        ("java.lang.String.format(String, Object...)", '"%d", 10 ** 6000'),
        ("java.lang.String.format(String, Object...)", '"%2$s", 1'),
    ],
)
def test_functions_of_java_are_a_short_list(method: str, arguments: str) -> None:
    place, _, signature = method.partition("(")
    owner, _, name = place.rpartition(".")
    parameters = "a, b" if "," in signature else "a"
    mapping = f'{{java: {{class: "{owner}", method signature: "{name}({signature}"}}}}'
    evaluation = evaluate(f"{{f: function({parameters}) external {mapping}, r: f({arguments})}}.r")
    assert (evaluation.value, evaluation.failure) == (None, None)
    assert evaluation.warnings


@pytest.mark.parametrize(
    "text, kind",
    GROWING,
)
def test_growth_is_stopped(text: str, kind: str) -> None:
    failure = evaluate(text, VARIABLES).failure
    assert failure is not None
    assert failure.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "{a: " * 5000,
        "-" * 5000 + "1",
        "a" + ".b" * 5000,
        "1" + " + 1" * 5000,
        "1" + " ** 1" * 5000,
        "if true then " * 5000,
        "f(" * 5000,
        "a[" * 5000,
        "a" + "[1]" * 5000,
        "for i in " * 5000,
        "some i in " * 5000,
        "function(a) " * 5000 + "1",
        "not(" * 5000,
        "1 in (" * 5000,
        "a instance of " + "list<" * 5000,
        "a instance of " + "function<" * 5000,
        "1 = " * 5000 + "1",
        "[1.." * 5000,
    ],
    ids=lambda text: text[:20].strip(),
)
def test_nesting_is_refused_at_compile_time(text: str) -> None:
    with pytest.raises(feel.FeelSyntaxError, match="at most 200 levels of nesting"):
        feel.compile(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 190 + "1" + ")" * 190,
        "1" + " + 1" * 190,
        "true" + " and true" * 5000,
        "1 in (" + "1, " * 5000 + "1)",
        "[" + "1, " * 5000 + "1]",
    ],
    ids=lambda text: text[:20].strip(),
)
def test_what_is_long_or_fairly_deep_is_accepted(text: str) -> None:
    assert evaluate(text).failure is None


@pytest.mark.parametrize(
    "json",
    [
        "[" * 100_000 + "]" * 100_000,
        "9" * 1_000_000,
        '"\\ud800"',
        "1e999999999",
        '{"a":' * 5000 + "1" + "}" * 5000,
    ],
)
def test_hostile_json(json: str) -> None:
    evaluation = evaluate("x.a", raw(x=json))
    assert evaluation.value is None
    assert evaluation.failure or evaluation.warnings


@pytest.mark.parametrize(
    "pattern",
    ["(", "[", "(?P<n>a)(?P=n)", r"(a)\2", "(?=a)", "a{100000}", "((a{99}){99}){99}", "(?<!a)b", "\\"],
)
def test_patterns_beyond_xpath_are_null(pattern: str) -> None:
    evaluation = evaluate("matches(text, pattern)", {"text": "aaa", "pattern": pattern})
    assert evaluation.value is None
    assert "no regular expression of XPath" in str(evaluation.warnings[0])


def test_backtracking_bombs_are_linear() -> None:
    assert (
        evaluate('matches(big, "^(a+)+$") and not(matches(big, "^(a|aa)+b$"))', {"big": "a" * 20_000}).value
        is True
    )


NASTY: Final[list[feel.Value]] = [
    None, True, 0, -1, 1, 3, 10**40, -(10**5000), Decimal("0.5"), Decimal("-1E+6144"), Decimal("1E-6170"), "", "a", "2030-01-31", "P1D",
    "(", "\U0010ffff", [], [1, "a", None], [[]], [3, 1, 2], {}, {"key": "a", "value": 1}, [{"key": "a", "value": 1}],
]  # fmt: skip
NASTY_FORMS: Final = [
    '@"2030-01-31"', '@"-999999999-01-01"', '@"10:00:00"', '@"10:00:00@Europe/Paris"', '@"2030-01-31T10:00:00"',
    '@"999999999-12-31T23:59:59-14:00"', '@"2030-03-31T02:30:00@Europe/Paris"', '@"P1D"', '@"-P600000000000D"', '@"P1Y"',
    '@"-P9999999999999Y"', "[1..3]", "(> 3)", "(!= 3)", "count", "function(a) a", "function(a, b) a < b",
]  # fmt: skip
OPERATORS: Final = ["+", "-", "*", "/", "**", "=", "<", "in", "and"]


def _nasty(chance: random.Random, variables: dict[str, feel.Value]) -> str:
    if chance.random() < 0.4:
        return chance.choice(NASTY_FORMS)
    name = f"v{len(variables)}"
    variables[name] = chance.choice(NASTY)
    return name


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_no_argument_makes_a_built_in_raise(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        variables: dict[str, feel.Value] = {}
        arguments = ", ".join(_nasty(chance, variables) for _ in range(chance.randrange(5)))
        _survives(f"{name}({arguments})", variables)


@pytest.mark.parametrize("operator", OPERATORS)
def test_no_operand_makes_an_operator_raise(operator: str) -> None:
    chance = random.Random(operator)
    for _ in range(200):
        variables: dict[str, feel.Value] = {}
        _survives(f"({_nasty(chance, variables)}) {operator} ({_nasty(chance, variables)})", variables)


def _survives(text: str, variables: dict[str, feel.Value]) -> None:
    evaluation = compile_feel(text).evaluate(variables, now_ms=0)
    if evaluation.failure is None and not isinstance(evaluation.value, bool):
        evaluate("string(x)", {"x": evaluation.value})
    for warning in evaluation.warnings:
        assert len(str(warning)) < 500, text
        assert not re.search(r"0x[0-9a-f]{6}|counterflow\.", str(warning)), text


@pytest.mark.parametrize("seed", range(200))
def test_no_text_makes_the_compiler_raise_anything_else(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        "a",
        "1",
        '"s"',
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        "..",
        "+",
        "-",
        "**",
        "<",
        ">",
        "=",
        "in",
        "for",
        "return",
        "some",
    ]
    words += [
        "satisfies",
        "if",
        "then",
        "else",
        "between",
        "and",
        "not",
        "function",
        "instance",
        "of",
        "list",
        "@",
        "date and time",
        "'",
        "?",
    ]
    text = " ".join(chance.choice(words) for _ in range(chance.randrange(1, 30)))
    assert 0 <= _refused_at(text) <= len(text) + 1


def _refused_at(text: str) -> int:
    """The column of the fault; 0 if there is none."""
    try:
        feel.compile(text).evaluate({"a": [1, 2]}, now_ms=0)
    except feel.FeelSyntaxError as error:
        return error.column
    return 0


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..100 return {body}",
        "some i in 1..100 satisfies {body} < 0",
        "every i in 1..100 satisfies {body} > 0",
        "{{f: function(i) {body}, r: for n in 1..100 return f(n)}}.r",
        "{{a: for n in 1..100 return {{i: n}}, r: a[{body} < 0]}}.r",
    ],
)
def test_a_long_text_that_is_repeated_pays_for_its_length(text: str) -> None:
    leaves = 2**8
    wide = reduce(lambda inner, _: f"({inner} + {inner})", range(8), "i")
    short, long = (evaluate(text.format(body=body)) for body in ("i", wide))
    assert (short.failure, long.failure) == (None, None)
    assert short.fuel_used < 1_000
    assert long.fuel_used > 100 * 2 * leaves / FORMS_PER_FUEL * 0.9
