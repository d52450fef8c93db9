"""Decimal128 arithmetic that keeps whole numbers whole."""

from decimal import Decimal

import pytest

from counterflow.feel import numbers

BIG = Decimal("9.9E+6144")


@pytest.mark.parametrize(
    "text, value",
    [
        ("1", 1),
        ("1.50", Decimal("1.5")),
        ("1e3", Decimal(1000)),
        ("1e9999", None),
        ("NaN", None),
        ("Infinity", None),
        ("", None),
        ("x", None),
    ],
)
def test_read(text: str, value: numbers.Number | None) -> None:
    assert numbers.read(text) == value


@pytest.mark.parametrize(
    "result",
    [
        numbers.add(2**60, 2**60),
        numbers.subtract(1, 2),
        numbers.multiply(10**16, 10**16),
        numbers.divide(10, 5),
        numbers.power(3, 4),
    ],
)
def test_whole_numbers_stay_whole(result: numbers.Number | None) -> None:
    assert type(result) is int


@pytest.mark.parametrize(
    "result, expected",
    [
        (numbers.add(10**34 - 1, 1), Decimal("1E+34")),
        (numbers.multiply(10**20, 10**20), Decimal("1E+40")),
        (numbers.add(Decimal("0.1"), Decimal("0.2")), Decimal("0.3")),
        (numbers.divide(1, 3), Decimal("0.3333333333333333333333333333333333")),
        (numbers.divide(2, 3), Decimal("0.6666666666666666666666666666666667")),
        (numbers.power(2, -1), Decimal("0.5")),
        (numbers.divide(1, 0), None),
        (numbers.multiply(BIG, 10), None),
        (numbers.power(10, 6145), None),
        (numbers.power(-8, Decimal("0.5")), None),
        (numbers.power(10, 10**50), None),
        (numbers.power(1, 10**9), None),
        (numbers.power(1, 10**9 - 1), 1),
        (numbers.power(Decimal(0), 0), 1),
        (numbers.power(0, -1), None),
    ],
)
def test_decimal128(result: numbers.Number | None, expected: numbers.Number | None) -> None:
    assert result == expected


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"),
        (-1, "-1"),
        (Decimal("-0.0"), "0"),
        (Decimal("1.500"), "1.5"),
        (Decimal(100), "100"),
        (Decimal("1E+5"), "100000"),
        (Decimal("1E-7"), "0.0000001"),
        (2**70, "1180591620717411303424"),
    ],
)
def test_plain(value: numbers.Number, text: str) -> None:
    assert numbers.plain(value) == text


def test_very_long_numbers_can_be_written() -> None:
    assert len(numbers.plain(10**5000)) == 5001
    assert numbers.shown(10**5000) == "a number of 5001 digits"


@pytest.mark.parametrize(
    "value, whole",
    [
        (3, 3),
        (Decimal("3.0"), 3),
        (Decimal("1E+40"), 10**34),
        (Decimal("-1E+6144"), -(10**34)),
        (Decimal("3.5"), None),
        (True, None),
        ("3", None),
        (None, None),
    ],
)
def test_as_int(value: object, whole: int | None) -> None:
    assert numbers.as_int(value) == whole
