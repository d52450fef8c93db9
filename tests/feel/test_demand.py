"""What an expression asks of its variables; and that it means the same whatever is left out, whatever the shape of the JSON."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from counterflow import feel
from counterflow.feel.demand import Demand, decoders
from counterflow.feel.parser import parse
from tests.feel.tables import cases


def _shown(demand: Demand) -> str:
    return ", ".join(f"{name}({_shown(part)})" if part.partial else name for name, part in sorted(demand.entries.items()))


def _demands(text: str) -> str:
    found = decoders(parse(text), frozenset())
    return "; ".join(f"{name}: {_shown(demand)}" for name, demand in sorted(found.demands.items()))


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        order.qty * order.price + 10                            => order: price, qty
        count(order.items[price > 25])                          => order: items(price)
        count(order.items[item.price > limit])                  => order: items(limit, price)
        order.items[price > 25].name                            => order: items(name, price)
        order.items[1].name                                     => order: items(name)
        order.items[order.next].name                            => order: items(name, order(next)), next
        some x in order.items satisfies x.price > 25            => order: items(price)
        for x in a.b, y in x.c return y.d + x.e                 => a: b(c(d), e)
        for x in a.b return x                                   => a: b
        if order.paid then order.total else 0                   => order: paid, total
        {a: order.total, b: order.tax}                          => order: tax, total
        order.a.b + order.a.c                                   => order: a(b, c)
        order.a.b + count(order.a)                              => order: a(b)
        # all of it
        order                                                   =>
        order.qty + order                                       =>
        order.items[price > 25]                                 => order: items
        get value(order, "qty") + order.price                   =>
        {count: function(x) x, all: count(order.items[a > 1])}  => order: items
        (function(order) order.qty)(order)                      =>
        order in [order.a]                                      =>
    """),
)
def test_demands(text: str, expected: str) -> None:
    assert _demands(text) == expected


SHAPES: Final = (
    '{"qty": 2, "price": 1.5, "items": [{"price": 30, "name": "a"}, {"price": 7, "name": "b", "more": [1, {"x": 2}]}]}',
    '{"qty": 2, "items": [{"price": 30}, {"name": "b"}, null, {"price": null, "name": null}]}',
    '{"qty": 2, "price": 1, "items": {"price": 30, "name": "alone"}}',
    '{"qty": "2", "price": true, "items": [[{"price": 30, "name": "deep"}], 5, "six", {"price": "7"}, {"price": false}]}',
    '[{"qty": 2, "price": 1.5, "items": [{"price": 30, "name": "a"}]}, {"qty": 3, "items": []}]',
    '{"qty": 12345678901234567890123, "price": 1e-7, "items": null}',
    '{"price": 1, "price": 2, "qty": 2, "items": [{"price": 30, "price": 3, "name": "twice"}]}',
    '"a text"',
    "null",
    "17",
    "[]",
    "{}",
    '{"qty": 1, "price": ',
)
TEXTS: Final = (
    "order.qty * order.price + 10",
    "count(order.items[price > 25])",
    "count(order.items[item.price <= 25])",
    'order.items[name = "b"].price',
    "order.items[price != 30].name",
    "order.items[price = false].name",
    "order.items[price > 25]",
    "order.items[-1].name",
    "every x in order.items satisfies x.price > 5",
    "for x in order.items return x.name",
    "order.items.price",
    "is empty(order.items)",
    "is defined(order.items.name)",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_means_the_same_as_read_whole(text: str, shape: str) -> None:
    # `whole` asks for all of the variable beside, so nothing of it is left out.
    variables = {"order": msgspec.Raw(shape.encode())}
    partly = feel.compile(text).evaluate(variables)
    whole = feel.compile(f"[{text}, order]").evaluate(variables)
    assert isinstance(whole.value, list)
    assert partly.value == whole.value[0]
    assert {warning.message for warning in partly.warnings} == {warning.message for warning in whole.warnings}


def test_makes_no_value_of_what_is_not_asked_for() -> None:
    beyond = msgspec.Raw(b'{"qty": 3, "history": [1e9999999]}')
    assert feel.compile("order.qty").evaluate({"order": beyond}).value == 3


@pytest.mark.parametrize(
    "condition",
    ["price > 25", "price >= 25", "price < 25", "price <= 25", "price = 25", "price != 25", "price = 2.5", 'price = "25"', "price = true"],
)
@pytest.mark.parametrize("prices", ["[24, 25, 26]", "[2.5, 25, 25.0, 26]", '["25", "26"]', '[25, "25", true, null, 1.5]', "[true, false]"])
def test_comparing_in_a_row_is_comparing_one_by_one(condition: str, prices: str) -> None:
    items = f"(for price in {prices} return {{price: price}})"
    in_a_row = feel.compile(f"{items}[{condition}].price").evaluate({})
    # `and true` keeps the compiler from seeing the comparison.
    one_by_one = feel.compile(f"{items}[({condition}) and true].price").evaluate({})
    assert in_a_row.value == one_by_one.value
    assert in_a_row.warnings == one_by_one.warnings


def test_a_filter_pays_for_every_item() -> None:
    expression = feel.compile("count(order.items[price > 25])", limits=feel.Limits(fuel=100))
    items = ",".join(['{"price": 30}'] * 101)
    failure = expression.evaluate({"order": msgspec.Raw(f'{{"items": [{items}]}}'.encode())}).failure
    assert failure is not None
    assert failure.kind == "fuel"
