"""What an expression asks of its variables; and that it means the same whatever is left out, whatever the
shape of the JSON.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow import feel
from counterflow.feel.demand import Demand, decoders
from counterflow.feel.parser import parse
from tests.feel.tables import cases


def _shown(demand: Demand) -> str:
    return ", ".join(
        f"{name}({_shown(part)})" if part.partial else name for name, part in sorted(demand.entries.items())
    )


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
    [
        "price > 25",
        "price >= 25",
        "price < 25",
        "price <= 25",
        "price = 25",
        "price != 25",
        "price = 2.5",
        'price = "25"',
        "price = true",
    ],
)
@pytest.mark.parametrize(
    "prices",
    ["[24, 25, 26]", "[2.5, 25, 25.0, 26]", '["25", "26"]', '[25, "25", true, null, 1.5]', "[true, false]"],
)
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


# Names beyond ASCII

NAMES: Final = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="`"), min_size=1, max_size=5),
    st.sampled_from(
        ["café", unicodedata.normalize("NFD", "café"), "straße", "заказ", "値", "\U0001f600", "a", "größe"]
    ),
).map(lambda name: name + "")
MEMBERS: Final = st.recursive(
    st.one_of(st.none(), st.integers(0, 9), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(st.tuples(NAMES, inner), max_size=3).map(tuple)
    ),
    max_leaves=8,
)
"""JSON: a context is a tuple of its entries, of which two may have one name."""


def _as_json(value: object, *, escaped: bool) -> str:
    if isinstance(value, tuple):
        entries = (
            f"{json.dumps(name, ensure_ascii=escaped)}: {_as_json(entry, escaped=escaped)}"
            for name, entry in value
        )
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_as_json(item, escaped=escaped) for item in value)}]"
    return json.dumps(value, ensure_ascii=escaped)


@given(first=NAMES, second=NAMES, third=NAMES, other=MEMBERS, found=MEMBERS, escaped=st.booleans())
def test_an_entry_of_any_name_is_found_as_the_plain_decoder_finds_it(
    first: str, second: str, third: str, other: object, found: object, escaped: bool
) -> None:
    inner = ((third, other), (second, found), (first, other))
    text = _as_json(((second, other), (first, inner), (third, [inner, inner, other])), escaped=escaped)
    plain = msgspec.json.decode(text)
    variables = {first: msgspec.Raw(text.encode())}
    for source, expected in (
        (f"`{first}`.`{first}`", plain.get(first)),
        (f"count(`{first}`.`{third}`)", len(plain[third]) if isinstance(plain[third], list) else 1),
    ):
        if expected is not None:
            assert feel.compile(source).evaluate(variables).value == expected
    for source in (
        f"`{first}`.`{first}`.`{second}`",
        f"`{first}`.`{third}`[`{second}` != 1].`{second}`",
        f"`{first}`.`{third}`.`{third}`",
    ):
        partly = feel.compile(source).evaluate(variables)
        whole = feel.compile(f"[{source}, `{first}`]").evaluate(variables)
        assert isinstance(whole.value, list)
        assert partly.value == whole.value[0]


@pytest.mark.parametrize(
    "text, members, expected",
    [
        ("x.café", '{"café": 1}', 1),
        ("x.café", '{"caf\\u00e9": 1}', 1),
        ("x.café", '{"café": 1, "caf\\u00e9": 2}', 2),
        ("x.`\U0001f600`", '{"\\ud83d\\ude00": 1}', 1),
        ("x.a + x.größe", '{"a": 1, "größe": 2}', 3),
        ("x.日本.値", '{"日本": {"値": 5}, "a": 1}', 5),
        ("x.позиции[имя = 1].число", '{"позиции": [{"имя": 1, "число": 7}, {"имя": 2}]}', [7]),
        ("for i in x.позиции return i.число", '{"позиции": [{"число": 7}, {"число": 8}]}', [7, 8]),
        # What is written in two ways is two names: nothing is normalised.
        (unicodedata.normalize("NFC", "x.café"), unicodedata.normalize("NFD", '{"café": 1}'), None),
        (unicodedata.normalize("NFD", "x.café"), unicodedata.normalize("NFD", '{"café": 1}'), 1),
        # Half of a surrogate pair is no JSON, in a part that is asked for or in another.
        ("x.a", '{"a": "\\ud800"}', None),
        ("x.`\\ud800`", '{"a": 1}', None),
    ],
)
def test_names_beyond_ascii(text: str, members: str, expected: object) -> None:
    assert feel.compile(text).evaluate({"x": msgspec.Raw(members.encode())}).value == expected


def test_finding_an_entry_does_not_depend_on_what_python_has_kept_beside_its_name() -> None:
    """A string that was encoded once keeps its UTF-8; the answer is the same before and after."""
    variables = {"x": msgspec.Raw('{"straße": {"größe": 9}}'.encode())}
    fresh = feel.compile("x.straße.größe")
    before = fresh.evaluate(variables)
    for name in fresh.text.split("."):
        msgspec.json.encode(name)
    assert before.value == 9
    assert fresh.evaluate(variables) == before
