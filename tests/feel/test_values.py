"""Equality, order and JSON of values."""

from decimal import Decimal

import msgspec
import pytest

from counterflow import feel
from counterflow.feel.json_text import to_json
from counterflow.feel.values import KINDS, order
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


@pytest.mark.parametrize(
    "value", [2**70, -(2**63), 2**63, 10**4000, Decimal("0.1"), Decimal("-12345678901234567890.123456789")]
)
def test_numbers_survive_json(value: int | Decimal) -> None:
    assert Decimal(to_json(value).decode()) == value


LONG_NUMBERS = (
    f"1{'0' * 4_299}", f"1{'0' * 4_300}", f"1{'0' * 5_000}", f"-{'7' * 5_000}", f"4{'0' * 3_999}5{'0' * 1_000}6", "9" * 6_144,
    f"-{'9' * 6_144}", f"9{'0' * 6_144}",
)  # fmt: skip


@pytest.mark.parametrize("digits", LONG_NUMBERS, ids=len)
def test_numbers_of_so_many_digits_that_python_reads_none_are_read_exactly(digits: str) -> None:
    variables = {"v": msgspec.Raw(f'{{"a":[{digits}],"b":"é"}}'.encode()), "n": msgspec.Raw(digits.encode())}
    for text in ("v.a[1]", "v", "n", "from json(string(n))", f'from json("{digits}")'):
        evaluated = evaluate(text, variables)
        assert not evaluated.warnings
        found = evaluated.value
        assert to_json(found).decode() == (
            f'{{"a":[{digits}],"b":"é"}}' if isinstance(found, dict) else digits
        ), text


@pytest.mark.parametrize("text", ["10**5000", "-(10**6144)", "9.5 * 10**6144", "10**4300 + 10**4280"])
def test_what_is_computed_reads_back(text: str) -> None:
    written = to_json(evaluate(text).value)
    assert evaluate(f"v = {text}", {"v": msgspec.Raw(written)}).value is True
    assert to_json(evaluate("v", {"v": msgspec.Raw(written)}).value) == written


@pytest.mark.parametrize(
    "json, why",
    [
        (f"1{'0' * 6_145}", "a number beyond 10 ** 6144"),
        (f"[-1{'0' * 9_000}]", "a number beyond 10 ** 6144"),
        (f"[1{'0' * 5_000}, NaN]", "cannot be read: JSON is malformed"),
        (f"[1{'0' * 5_000}, 1e7000]", "a number beyond 10 ** 6144"),
    ],
    ids=["long", "inside", "no JSON", "fraction"],
)
def test_what_is_beyond_any_number_or_no_json_beside_a_long_one_is_null(json: str, why: str) -> None:
    evaluated = evaluate("v", {"v": msgspec.Raw(json.encode())})
    assert evaluated.value is None
    assert why in str(evaluated.warnings[0])


@pytest.mark.parametrize(
    "text, message",
    [
        ("count", "there is no variable 'count' (a function has this name)"),
        ("function(x) x", "expected a value that JSON can say, found a function"),
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


@pytest.mark.parametrize(
    "text, shown",
    [
        ("[function(x, y) x, [1..3], null]", "[function(x, y), [1..3], null]"),
        ('{a: @"2030-01-01", b: "c"}', '{a: 2030-01-01, b: "c"}'),
        ("1.50", "1.5"),
        ("for i in 1..199999 return i", "a list"),
    ],
)
def test_any_value_can_be_told_as_text(text: str, shown: str) -> None:
    limits = feel.Limits(fuel=10_000_000, result_bytes=100_000_000)
    assert feel.to_text(feel.compile(text, limits=limits).evaluate({}).value) == shown


@pytest.mark.parametrize(
    "text, told",
    [
        ("count > 5", True),
        ("count = null", True),
        ('string(count) + "a"', True),
        ("sort(list: [2, 1], precedes: before)", False),
        ("date.year", True),
        ("sort([2, 1], before)", False),
        ("list replace([1, null], 7, 2)", False),
    ],
)
def test_a_built_in_that_stands_for_a_missing_variable_is_told_where_something_is_wrong(
    text: str, told: bool
) -> None:
    warnings = [warning.message for warning in feel.compile(text).evaluate({}).warnings]
    assert any("(a function has this name)" in message for message in warnings) is told


@pytest.mark.parametrize(
    "text, value",
    [
        ("count = null", True),
        ("null != count", False),
        ("is defined(count)", False),
        ("get or else(count, 5)", 5),
        ("if count then 1 else 2", 2),
        ("min(count, 3)", None),
        ("{a: count}.a([1, 2])", 2),
        ("(if true then count else sum)([1, 2])", 2),
        ("[1, 2][count = null]", [1, 2]),
    ],
)
def test_a_missing_variable_is_null_whatever_function_has_its_name(text: str, value: feel.Value) -> None:
    """Only where a function may be called, handed on or kept does the name mean the built-in."""
    assert feel.compile(text).evaluate({}).value == value


def test_a_built_in_in_a_wrong_place_is_told_by_its_name() -> None:
    (warning,) = feel.compile("[count].a").evaluate({}).warnings
    assert warning.message == "no entry 'a' in the function 'count': it is null"


def test_a_built_in_is_no_json_because_a_variable_is_missing() -> None:
    with pytest.raises(
        feel.FeelValueError, match=r"there is no variable 'count' \(a function has this name\) at a\[1\]"
    ):
        feel.to_json(feel.compile("{a: [count]}").evaluate({}).value)


def test_every_kind_orders_itself_or_nothing() -> None:
    ordered = {KINDS[type(value)] for value in (1, Decimal(1), "a") if order(value, value) == 0}
    assert ordered == {"number", "string"}
    assert order([1], [1]) is None
    assert order(None, None) is None
    assert order(1, "a") is None
