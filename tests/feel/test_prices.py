"""Fuel is a bound of time: what takes longer costs more, on arguments at their limits too.

Time is measured by the benchmark (`python -m tests.benchmarks --only fuel`); here the price is asked, which is
the same on every machine.
"""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from counterflow import dmn, feel
from counterflow.feel.errors import FeelFailure
from counterflow.feel.json_text import excerpt
from counterflow.feel.run import Limits, Run, Value
from counterflow.feel.sizes import Sizes, check_size
from tests.dmn.drawing import decision, literal, model
from tests.feel.tables import evaluate, raw

ROUNDS: Final = 100


def cost(text: str, **variables: Value) -> int:
    """The fuel of one round of a loop over an expression; all of the evaluation's where that does not suffice."""
    given: dict[str, Value] = {"rounds": ROUNDS, **variables}
    evaluation = evaluate(f"count(for round in 1..rounds return {text})", given)
    return evaluation.fuel_used // ROUNDS


GROWING: Final[list[tuple[str, Value, Value, float]]] = [
    ("x < y", "a" * 100, "a" * 100_000, 100),
    ("x = y", "a" * 100, "a" * 100_000, 100),
    ("min([x, y])", "a" * 100, "a" * 100_000, 100),
    ("sort([x, y])", "a" * 100, "a" * 100_000, 100),
    ("distinct values([x, y])", "a" * 100, "a" * 100_000, 100),
    ("x in [y, y]", "a" * 100, "a" * 100_000, 100),
    ("[x] = [y]", "a" * 100, "a" * 100_000, 100),
    ("{a: x} = {a: y}", "a" * 100, "a" * 100_000, 100),
    ("is(x, y)", "a" * 100, "a" * 100_000, 100),
    ("before(x, y)", "a" * 100, "a" * 100_000, 100),
    ("x + y", "a" * 100, "a" * 100_000, 100),
    ("upper case(x)", "a" * 100, "a" * 100_000, 100),
    ('matches(x, "b")', "a" * 100, "a" * 100_000, 100),
    ('matches("a", x)', "a", "a" * 1_000, 20),
    ("x = y", [1] * 10, [1] * 1_000, 50),
    ("append(x, 1)", [1] * 160, [1] * 16_000, 50),
    ("concatenate(x, y)", [1] * 160, [1] * 16_000, 50),
    ("insert before(x, 1, 1)", [1] * 160, [1] * 16_000, 50),
    ("union(x, y)", [1] * 10, [1] * 1_000, 50),
    ("string join(x)", ["a"] * 100, ["a"] * 10_000, 50),
    ("min(x)", [1] * 10, [1] * 1_000, 50),
    ("median(x)", [1] * 10, [1] * 1_000, 50),
    ("string(x)", [1] * 10, [1] * 1_000, 50),
    ("to json(x)", [1] * 100, [1] * 10_000, 30),
    ("x instance of list<number>", [1] * 10, [1] * 1_000, 50),
    ("even(x)", 2, 10**6_000, 10),
    ("string(x)", 2, 10**6_000, 10),
]


@pytest.mark.parametrize("text, small, large, times", GROWING, ids=[case[0] for case in GROWING])
def test_the_price_grows_with_what_is_done(text: str, small: Value, large: Value, times: float) -> None:
    def copied(value: Value) -> Value:
        return msgspec.json.decode(msgspec.json.encode(value)) if isinstance(value, str | list) else value

    dear = cost(text, x=large, y=copied(large))
    assert dear >= min(times * cost(text, x=small, y=copied(small)), Limits().fuel // ROUNDS)


@pytest.mark.parametrize(
    "dear, cheap, times",
    [
        ("1.5 ** 0.3", "1.5 + 0.3", 10),
        ("log(1.5)", "abs(1.5)", 10),
        ("exp(1.5)", "abs(1.5)", 5),
        ('@"2030-01-31T10:00:00@Europe/Paris" < now()', '@"2030-01-31T10:00:00Z" < now()', 1.5),
        ('@"2030-01-31T10:00:00@Europe/Paris" + @"P1D"', "1 + 1", 5),
        ("uuid()", "1 + 1", 5),
        ('matches("aaaaaaaaaaaaaaaa", "[ab]*a[ab]{100}c")', 'matches("aaaaaaaaaaaaaaaa", "c")', 3),
    ],
)
def test_dear_operations_cost_more(dear: str, cheap: str, times: float) -> None:
    assert cost(dear) >= times * cost(cheap)


@pytest.mark.parametrize(
    "text", ["x", "x + 1", "x > 1", "if x > 1 then 2 else 3", "abs(x)", 'string(x) + "a"']
)
def test_small_things_cost_next_to_nothing(text: str) -> None:
    assert cost(text, x=2) <= 8


def test_no_integer_is_made_of_a_number_beyond_34_digits() -> None:
    for text in (
        "even(1e6144)",
        "odd(1e6144)",
        "[1][1e6144]",
        'substring("a", 1e6144)',
        "date(1e6144, 1, 1)",
    ):
        assert cost(text) < 200, text
    assert evaluate("even(1e6144)").value is True
    assert evaluate("odd(v)", raw(v="1" * 6_000)).value is True
    assert evaluate("v", raw(v="1" * 300)).value == int("1" * 300)


def test_reading_a_variable_is_paid_for_by_what_it_holds() -> None:
    prose, parts = msgspec.json.encode("a" * 20_000), msgspec.json.encode([[]] * 7_000)
    read = feel.compile("count([v])")
    cheap, dear = (read.evaluate({"v": msgspec.Raw(each)}).fuel_used for each in (prose, parts))
    assert dear > 10 * cheap


# What holds itself many times


def _doubled(times: int) -> Value:
    value: Value = [1]
    for _ in range(times):
        value = [value, value]
    return value


def test_what_holds_itself_many_times_is_measured_at_once_and_counts_each_time() -> None:
    run = Run({}, 0, Limits(), Limits().fuel)
    assert Sizes().of(run, _doubled(10)) > 10 * 1024
    assert run.fuel_used < 20
    with pytest.raises(FeelFailure, match="larger than the limit"):
        Sizes().of(run, _doubled(40))


def test_what_is_held_many_times_is_written_as_often_and_paid_for() -> None:
    hundred: Value = [[1] * 100] * 100
    run = Run({}, 0, Limits(), Limits().fuel)
    check_size(run, [hundred] * 10)
    assert run.fuel_used > 10 * 100 * 100 // 8


def test_of_a_value_no_more_is_shown_than_fits() -> None:
    assert excerpt({"a": [1, "b", None], "c": True}, 100) == '{"a":[1,"b",null],"c":true}'
    shown = excerpt(_doubled(40), 100)
    assert len(shown) <= 101
    assert shown.startswith("[[[")
    assert shown.endswith("…")
    assert excerpt("a" * 4_000_000, 10) == '"aaaaaaaaa…'


def test_each_decision_counts_against_the_size_of_an_answer() -> None:
    chain = [decision("d0", literal('"0123456789"'))]
    chain += [decision(f"d{n}", literal(f"[d{n - 1}, d{n - 1}]"), needs=f"!d{n - 1}") for n in range(1, 240)]
    read = dmn.read(model(*chain), "chain.dmn").definitions
    assert read is not None
    small = read.evaluate("d9", {})
    assert small.failure is None
    assert small.trace_bytes < 20_000
    stopped = read.evaluate("d239", {})
    assert stopped.failure is not None
    assert (stopped.failure.kind, stopped.output) == ("size", None)
    assert len(stopped.trace) < 25, "it was stopped where it became too large"
    assert stopped.fuel_used < 2_000
