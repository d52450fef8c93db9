"""Equality, order and JSON of values."""

from decimal import Decimal

import pytest

from counterflow import feel
from counterflow.feel.values import KINDS, order, to_json
from tests.feel.tables import evaluate


@pytest.mark.parametrize(
    "text, json",
    [
        ("null", "null"),
        ("true", "true"),
        ("1 + 2", "3"),
        ("10 / 4", "2.5"),
        ("1.50", "1.5"),
        ("2.0 * 3", "6"),
        ("10 ** 20", "100000000000000000000"),
        ("10 ** 40", "1" + "0" * 40),
        ("1 / 10 ** 8", "0.00000001"),
        ('"a\\"b\\né"', '"a\\"b\\né"'),
        ('[1, "a", null]', '[1,"a",null]'),
        ('{a: 1, "b c": {d: []}}', '{"a":1,"b c":{"d":[]}}'),
        ('@"2030-01-31"', '"2030-01-31"'),
        ('@"10:00:00Z"', '"10:00:00Z"'),
        ('@"2030-01-31T10:00:00@Europe/Paris"', '"2030-01-31T10:00:00@Europe/Paris"'),
        ('[@"PT36H", @"P18M"]', '["P1DT12H","P1Y6M"]'),
    ],
)
def test_json(text: str, json: str) -> None:
    assert to_json(evaluate(text).value).decode() == json


@pytest.mark.parametrize("value", [2**70, -(2**63), 2**63, 10**4000, Decimal("0.1"), Decimal("-12345678901234567890.123456789")])
def test_numbers_survive_json(value: int | Decimal) -> None:
    assert Decimal(to_json(value).decode()) == value


@pytest.mark.parametrize(
    "text, message",
    [
        ("count", "expected a value that JSON can say, found a function"),
        ("[1..3]", "expected a value that JSON can say, found a range"),
        ("{a: [1, {b: [1..3]}]}", "expected a value that JSON can say, found a range at a[2].b"),
    ],
)
def test_values_without_json(text: str, message: str) -> None:
    with pytest.raises(feel.FeelValueError) as caught:
        to_json(evaluate(text).value)
    assert str(caught.value) == message


def test_a_value_that_nests_too_deeply_has_no_json() -> None:
    value: feel.Value = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(feel.FeelValueError, match="nests too deeply"):
        to_json(value)


def test_foreign_values_have_no_json() -> None:
    with pytest.raises(feel.FeelValueError, match="found a object"):
        to_json(object())


def test_every_kind_orders_itself_or_nothing() -> None:
    ordered = {KINDS[type(value)] for value in (1, Decimal(1), "a") if order(value, value) == 0}
    assert ordered == {"number", "string"}
    assert order([1], [1]) is None
    assert order(None, None) is None
    assert order(1, "a") is None
