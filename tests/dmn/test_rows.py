"""A result as rows of named entries, as Camunda 7 hands it out."""

from __future__ import annotations

import pytest

from tests.dmn.drawing import decide, decision, literal, read, table

ONE = '| n || size\n| < 5 || "small"\n| > 3 || "large"'
TWO = '| n || size | price\n| < 5 || "small" | 1\n| > 3 || "large" | 2'


@pytest.mark.parametrize(
    "drawn, n, rows",
    [
        (f"FIRST {ONE}", 4, [{"size": "small"}]),
        (f"FIRST {TWO}", 4, [{"size": "small", "price": 1}]),
        (f"COLLECT {ONE}", 4, [{"size": "small"}, {"size": "large"}]),
        (f"COLLECT {TWO}", 4, [{"size": "small", "price": 1}, {"size": "large", "price": 2}]),
        (f"COLLECT {ONE}", None, []),
        (f"FIRST {ONE}", None, []),
        ("FIRST | n || size\n| > 3 || null", 4, [{"size": None}]),
        ('FIRST | n || size = "none"\n| > 3 || "large"', 1, [{"size": "none"}]),
    ],
)
def test_rows_of_a_table(drawn: str, n: int | None, rows: list[dict[str, object]]) -> None:
    assert decide(read(decision("d", table(drawn))), "d", {"n": n}).rows == rows


@pytest.mark.parametrize("aggregation, rows", [("SUM", [{"size": 3}]), ("COUNT", [{"size": 2}])])
def test_an_aggregated_table_has_one_row(aggregation: str, rows: list[dict[str, object]]) -> None:
    drawn = table("COLLECT | n || size\n| < 5 || 1\n| > 3 || 2", aggregation=aggregation)
    assert decide(read(decision("d", drawn)), "d", {"n": 4}).rows == rows


def test_a_sum_of_nothing_has_no_row() -> None:
    drawn = table("COLLECT | n || size\n| < 5 || 1", aggregation="SUM")
    assert decide(read(decision("d", drawn)), "d", {"n": 9}).rows == []


def test_anything_else_is_one_row_under_the_name_of_its_variable() -> None:
    assert decide(read(decision("d", literal("[1, 2]"))), "d").rows == [{"d": [1, 2]}]
