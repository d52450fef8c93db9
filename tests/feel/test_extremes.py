"""Every function, operator and property on the largest, smallest and oddest values: each has a value or is
null; nothing is raised.

What only a computation can show (a square that leaves the range, a sum that does) is null with a warning,
like any other error of FEEL.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any, Final

import pytest

from counterflow import dmn, feel
from counterflow.feel import external
from counterflow.feel.builtins import BUILTINS
from counterflow.feel.forms.access import entry
from counterflow.feel.identity import identical
from counterflow.feel.json_text import to_json
from counterflow.feel.operators import NEGATION, PROPERTIES, TABLES, calculate, negate
from counterflow.feel.run import Limits, Run, Value
from counterflow.feel.values import KINDS, Function, Range, compare, contains, equal, text, to_text
from tests.dmn.drawing import decision, table
from tests.dmn.drawing import model as drawn

WRITTEN: Final = (
    "null", "true", "0", "-1", "2", "1.5", "1e34", "-1e34", "1e6144", "-9.999999999999999999999999999999999e6144", "1e-6143", "1e-6176",
    "6176", "-6111", '""', '"a"', '"Europe/Berlin"', '"2030-01-31"', '"P1D"', '"(a|b)+"', '"{\\"a\\": 1e6144}"', '"[1..3]"',
    '"\U0001f600"', '"%d %s %.300f %x"',
    "[]", "[null]", "[1e6144, -1e6144]", "[1e-6176, 1e6144, 0.1]", '["a", 1]', "[[], {}]", "{}", "{key: \"a\", value: 1}",
    '@"-999999999-01-01"', '@"999999999-12-31"', '@"00:00:00"', '@"23:59:59.999999999@Europe/Berlin"', '@"00:00:00+14:00"',
    '@"-999999999-01-01T00:00:00Z"', '@"999999999-12-31T23:59:59@America/New_York"', '@"2030-06-01T12:00:00"',
    '@"P731000000000D"', '@"-P731000000000DT0.000000001S"', '@"P9223372036854775807M"', '@"-P1Y"',
    "[1..3]", "(1e6144..null]", '[@"-999999999-01-01"..@"999999999-12-31"]', "(!= 3)", "(> 1e-6176)",
    "function(a) a", "function(a, b) a < b", "function(a, b) null",
)  # fmt: skip
VALUES: Final[tuple[Value, ...]] = tuple(feel.compile(each).evaluate({}).value for each in WRITTEN)
LIMITS: Final = Limits(fuel=20_000, result_bytes=200_000)
DRAWN: Final = 1_000
"""Combinations of two and more arguments of a function, by chance with a seed."""


def new_run() -> Run:
    return Run({}, 1_900_000_000_000, LIMITS, LIMITS.fuel, seed="seed")


def check(what: str, compute: Callable[[Run], Value]) -> None:
    """It gives a FEEL value, or is stopped; and the value can be told."""
    try:
        value = compute(new_run())
    except feel.FeelFailure:
        return
    except Exception as error:  # noqa: BLE001  # what this file is about
        pytest.fail(f"{what} raised {type(error).__name__}: {error}")
    assert type(value) in KINDS, what
    assert isinstance(to_text(value), str)
    with suppress(feel.FeelValueError):
        to_json(value)


def combinations(count: int) -> Iterator[tuple[Value, ...]]:
    if count < 2:
        yield from product(VALUES, repeat=count)
        return
    chance = random.Random(count)
    for _ in range(DRAWN):
        yield tuple(chance.choices(VALUES, k=count))


def shown(arguments: tuple[Value, ...]) -> str:
    return f"({', '.join(to_text(each)[:60] for each in arguments)})"


def test_the_values_are_what_they_look_like() -> None:
    assert {type(each) for each in VALUES} == set(KINDS)


@pytest.mark.parametrize("name", BUILTINS)
def test_a_function_never_raises(name: str) -> None:
    counts = {
        count
        for each in BUILTINS[name].overloads
        for count in range(len(each.parameters) + each.variadic + 1)
        if each.takes(count)
    }
    for count in counts:
        choice = BUILTINS[name].candidates(count)
        for arguments in combinations(count):
            check(f"{name}{shown(arguments)}", lambda run: BUILTINS[name].apply(run, choice, arguments))  # noqa: B023  # called at once


@pytest.mark.parametrize(
    "method", external.TWINS, ids=lambda method: f"{method[0]}.{method[1]}({', '.join(method[2])})"
)
def test_a_function_of_java_never_raises(method: tuple[str, str, tuple[str, ...]]) -> None:
    class_name, name, kinds = method
    mapping: Value = {"class": class_name, "method signature": f"{name}({', '.join(kinds)})"}
    for arguments in combinations(len(kinds)):
        function = external.function(new_run(), mapping, tuple(f"p{index}" for index in range(len(kinds))))
        assert isinstance(function, Function)
        check(f"{class_name}.{name}{shown(arguments)}", lambda run: function.call(run, list(arguments)))  # noqa: B023  # called at once


@pytest.mark.parametrize("operator", TABLES)
def test_an_operator_never_raises(operator: str) -> None:
    for left, right in product(VALUES, repeat=2):
        check(f"{operator} {shown((left, right))}", lambda run: calculate(run, operator, left, right))  # noqa: B023  # called at once


QUESTIONS: Final[dict[str, Callable[[Run, Any, Any], Value]]] = {
    "=": equal,
    "is": identical,
    "order": lambda run, left, right: compare(run, "<", left, right),
    "in": lambda run, left, right: contains(run, left, right) if isinstance(left, Range) else None,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_comparison_never_raises(question: str) -> None:
    for left, right in product(VALUES, repeat=2):
        check(f"{question} {shown((left, right))}", lambda run: QUESTIONS[question](run, left, right))  # noqa: B023  # called at once


def test_a_property_never_raises() -> None:
    names = sorted({*(name for each in PROPERTIES.values() for name in each), "start", "end included", "a"})
    for value, name in product(VALUES, names):
        check(f"{to_text(value)}.{name}", lambda run: entry(run, value, name))  # noqa: B023  # called at once


def test_a_sign_and_a_text_never_raise() -> None:
    assert set(NEGATION) < set(KINDS)
    for value in VALUES:
        check(f"-{to_text(value)}", lambda run: negate(run, value))  # noqa: B023  # called at once
        check(f"string({to_text(value)})", lambda run: text(run, value))  # noqa: B023  # called at once


FORMS: Final = (
    *(
        "for i in x return i",
        "for i in x..y return i",
        "some i in x satisfies i",
        "x[y]",
        "x[item = y]",
        "x in y",
        "x between y and x",
    ),
    *("if x then y else x", "{a: x}.a", "[x..y]", "x instance of list<number>", "x(y)"),
)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_never_raises(form: str) -> None:
    expression = feel.compile(form, limits=Limits(fuel=500))
    for left, right in product(VALUES, repeat=2):
        variables = {
            name: value
            for name, value in (("x", left), ("y", right))
            if not isinstance(value, Range | Function)
        }
        evaluation = expression.evaluate(variables)
        assert evaluation.failure is None or evaluation.value is None


@pytest.mark.parametrize(
    "policy", ["COLLECT SUM", "COLLECT MIN", "COLLECT MAX", "COLLECT COUNT", "PRIORITY", "RULE_ORDER", "ANY"]
)
def test_a_hit_policy_never_raises(policy: str) -> None:
    rows = "\n".join(f"| - || {each}" for each in WRITTEN if "|" not in each)
    model = dmn.read(drawn(decision("held", table(f"{policy} | x || y\n{rows}"))), "model.dmn").definitions
    assert model is not None
    result = model.evaluate("held", {"x": 1})
    assert result.failure is None or result.failure.kind == "hit policy"


@pytest.mark.parametrize(
    "text",
    [
        "stddev([1e6144, -1e6144])",
        "stddev(1e6144, 9e6144)",
        "sum([9e6144, 9e6144])",
        "mean([9e6144, 9e6144])",
        "product([1e6144, 10])",
    ],
)
def test_what_leaves_the_range_is_null_with_a_warning(text: str) -> None:
    evaluation = feel.compile(text).evaluate({})
    assert evaluation.value is None
    assert evaluation.warnings
    assert evaluation.failure is None
