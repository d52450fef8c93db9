"""Twenty thousand expressions by chance: each compiles or is refused, and evaluates to a FEEL value, with
nothing else ever raised.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import msgspec
import pytest

from counterflow import feel
from counterflow.feel.expression import compile_unary_tests
from counterflow.feel.json_values import DECODER
from counterflow.feel.values import KINDS
from tests.feel.grammar import Grammar
from tests.feel.tables import NOW_MS, raw, shown

CHUNKS: Final = 40
EXPRESSIONS: Final = 500
FUEL: Final = feel.Limits(fuel=5_000, result_bytes=100_000)
CONTEXT: Final[dict[str, msgspec.Raw]] = raw(
    a="1",
    b='"text"',
    items='[1, 2.5, null, "a", [3], {"name": "x", "age": 3}]',
    person='{"name": "Ada", "age": 36}',
    when='"2030-01-31T10:00:00Z"',
)


WHOLE: Final = {name: DECODER.decode(each) for name, each in CONTEXT.items()}
BY_CHANCE: Final = ("uuid", "random number")


def _shown(evaluation: feel.Evaluation) -> str:
    return evaluation.failure.kind if evaluation.failure else shown(evaluation.value)


def _belongs(value: feel.Value) -> bool:
    """Whether a value, and all in it, is of a kind of FEEL."""
    if type(value) is list:
        return all(map(_belongs, value))
    if type(value) is dict:
        return all(type(key) is str and _belongs(item) for key, item in value.items())
    return type(value) in KINDS


def _check(expression: feel.Expression, text: str) -> None:
    evaluation = expression.evaluate(CONTEXT, NOW_MS)
    assert _belongs(evaluation.value), text
    if not any(name in text for name in BY_CHANCE):
        whole = expression.evaluate(WHOLE, NOW_MS)  # nothing is left out of values that are there already
        assert (_shown(evaluation), evaluation.warnings) == (_shown(whole), whole.warnings), text
    assert evaluation.failure is None or evaluation.value is None, text
    assert all(len(str(warning)) < 1_000 for warning in evaluation.warnings), text
    with suppress(feel.FeelValueError):  # a range or a function has no JSON
        feel.to_json(evaluation.value)


def _compiled(text: str) -> feel.Expression | None:
    """The expression; None if it is refused, which must be at a place inside it."""
    try:
        return feel.compile(text, limits=FUEL)
    except feel.FeelSyntaxError as error:
        if not 1 <= error.column <= len(text) + 1:
            raise
        return None


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_expressions_by_chance(chunk: int) -> None:
    compiled = 0
    for number in range(EXPRESSIONS):
        text = Grammar(chunk * EXPRESSIONS + number).expression()
        expression = _compiled(text)
        if expression is not None:
            compiled += 1
            _check(expression, text)
    assert compiled > EXPRESSIONS // 3


@pytest.mark.parametrize("chunk", range(10))
def test_tests_by_chance(chunk: int) -> None:
    for number in range(200):
        grammar = Grammar(-(chunk * 200 + number) - 1)
        text = f"{grammar.chance.choice(['', 'not(', '> '])}{grammar.expression(3)}, {grammar.expression(2)}"
        text = f"{text})" if text.startswith("not(") else text
        try:
            tests = compile_unary_tests(text, limits=FUEL)
        except feel.FeelSyntaxError:
            continue
        for value in (None, 1, "a", [1]):
            assert tests.test(value, CONTEXT, NOW_MS).value in (True, False, None), text


@pytest.mark.parametrize("seed", range(200))
def test_the_same_expression_again_gives_the_same(seed: int) -> None:
    text = Grammar(seed).expression()
    if any(name in text for name in BY_CHANCE):
        return
    expression = _compiled(text)
    if expression is not None:
        first, second = (expression.evaluate(CONTEXT, NOW_MS) for _ in range(2))
        assert (shown(first.value), first.warnings) == (shown(second.value), second.warnings), text
