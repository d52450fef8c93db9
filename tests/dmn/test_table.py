"""Decision tables: what they answer, by hit policy, and what they tell about it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from counterflow import dmn
from counterflow.feel.run import Value
from tests.dmn.drawing import decide, decision, item_definition, model, read, table
from tests.feel.tables import cases, evaluate, shown

DISH = """
    UNIQUE season: string | guests: number  || dish: string
    "Winter"              | <= 8            || "Spareribs"
    "Winter"              | > 8             || "Pasta"
    "Summer"              | -               || "Salad"
    not("Winter","Summer")| [1..4)          || "Stew"
"""


@pytest.mark.parametrize(
    "season, guests, dish",
    [
        ("Winter", 8, "Spareribs"),
        ("Winter", Decimal("8.5"), "Pasta"),
        ("Summer", None, "Salad"),
        ("Spring", 1, "Stew"),
        ("Spring", 4, None),
        (None, 1, "Stew"),
        ("Winter", None, None),
        (3, 1, "Stew"),  # of the wrong type, so it is null
    ],
)
def test_a_unique_table(season: Value, guests: Value, dish: str | None) -> None:
    definitions = read(decision("dish", table(DISH)))
    assert decide(definitions, "dish", {"season": season, "guests": guests}).output == dish


OVERLAPPING = """
    POLICY score: number || level {"high", "middle", "low"}
    > 1                  || "low"
    > 2                  || "high"
    > 3                  || "middle"
    > 3                  || "high"
"""


@pytest.mark.parametrize(
    "policy, score, expected",
    [
        ("FIRST", 4, '"low"'),
        ("FIRST", 0, "null"),
        ("UNIQUE", 2, '"low"'),
        ("UNIQUE", 4, "null"),
        ("ANY", 2, '"low"'),
        ("ANY", 4, "null"),
        ("PRIORITY", 2, '"low"'),
        ("PRIORITY", 4, '"high"'),
        ("COLLECT", 4, '["low", "high", "middle", "high"]'),
        ("RULE_ORDER", 3, '["low", "high"]'),
        ("OUTPUT_ORDER", 4, '["high", "high", "middle", "low"]'),
        ("COLLECT", 0, "[]"),
        ("OUTPUT_ORDER", 0, "[]"),
    ],
)
def test_hit_policies(policy: str, score: int, expected: str) -> None:
    definitions = read(decision("level", table(OVERLAPPING.replace("POLICY", policy))))
    assert shown(decide(definitions, "level", {"score": score}).output) == expected


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY"])
def test_a_violated_hit_policy_is_told(policy: str) -> None:
    definitions = read(decision("level", table(OVERLAPPING.replace("POLICY", policy))))
    result = decide(definitions, "level", {"score": 4})
    assert result.failure
    assert (result.failure.kind, result.failure.decision_id) == ("hit policy", "level")
    assert "rules 1, 2, 3, 4" in result.failure.message
    assert [rule.index for rule in result.matched] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "aggregation, score, expected",
    [
        ("SUM", 3, "33.5"),
        ("COUNT", 3, "3"),
        ("MIN", 3, "1"),
        ("MAX", 3, "30"),
        ("SUM", 0, "null"),
        ("MIN", 0, "null"),
        ("COUNT", 0, "0"),
    ],
)
def test_aggregations(aggregation: str, score: int, expected: str) -> None:
    drawn = """
        COLLECT score || fee
        > 0           || 1
        > 1           || 2.5
        > 2           || 30
    """
    definitions = read(decision("fee", table(drawn, aggregation=aggregation)))
    assert shown(decide(definitions, "fee", {"score": score}).output) == expected


@pytest.mark.parametrize(
    "policy, expected",
    [
        ("UNIQUE", '{rate: "Best", fee: 1}'),
        ("COLLECT", '[{rate: "Best", fee: 1}]'),
        ("PRIORITY", '{rate: "Best", fee: 1}'),
    ],
)
def test_several_outputs_are_a_context(policy: str, expected: str) -> None:
    drawn = f"""
        {policy} age || rate: string | fee: number
        >= 18        || "Best"       | 1
        < 18         || "Worst"      | 2
    """
    assert shown(decide(read(decision("offer", table(drawn))), "offer", {"age": 20}).output) == expected


def test_priorities_look_at_the_first_output_first() -> None:
    drawn = """
        OUTPUT_ORDER score || status {"no", "yes"} | rate {"B", "A"}
        > 0                || "yes"                | "B"
        > 0                || "no"                 | "A"
        > 0                || "no"                 | "B"
    """
    output = decide(read(decision("order", table(drawn))), "order", {"score": 1}).output
    assert (
        shown(output) == '[{status: "no", rate: "B"}, {status: "no", rate: "A"}, {status: "yes", rate: "B"}]'
    )


@pytest.mark.parametrize(
    "policy, expected",
    [
        ("UNIQUE", '{level: "none", fee: 9}'),
        ("FIRST", '{level: "none", fee: 9}'),
        ("COLLECT", '[{level: "none", fee: 9}]'),
    ],
)
def test_defaults_answer_where_no_rule_matches(policy: str, expected: str) -> None:
    drawn = f"""
        {policy} score || level = "none" | fee = 4 + 5
        > 10           || "high"         | 1
    """
    assert shown(decide(read(decision("level", table(drawn))), "level", {"score": 1}).output) == expected


def test_an_input_that_is_not_allowed_has_no_result() -> None:
    drawn = """
        FIRST risk {"low", "high"} || level
        -                          || 1
    """
    definitions = read(decision("level", table(drawn)))
    assert decide(definitions, "level", {"risk": "low"}).output == 1
    refused = decide(definitions, "level", {"risk": "odd"})
    assert refused.output is None
    assert "'risk' is not among its allowed values" in str(refused.warnings[0])


@pytest.mark.parametrize(
    "cell, answer",
    cases("""
        ? > limit              => true
        > limit                => true
        limit + 1              => false
        count([?]) = 1         => true
        null                   => false
        [1, 7]                 => true
        [limit..10]            => true
        not(limit)             => true
        even(?)                => false
        -                      => true
    """),
)
def test_cells_that_no_index_answers(cell: str, answer: str) -> None:
    drawn = f"""
        FIRST value || hit
        {cell}      || true
        -           || false
    """
    assert (
        shown(decide(read(decision("hit", table(drawn))), "hit", {"value": 7, "limit": 5}).output) == answer
    )


def test_outputs_are_brought_to_their_types() -> None:
    drawn = """
        FIRST a || b: number
        -       || "text"
    """
    result = decide(read(decision("b", table(drawn))), "b", {"a": 1})
    assert result.output is None
    assert "the output 'b' is of type number" in str(result.warnings[0])


def test_inputs_and_matched_rules_are_told() -> None:
    definitions = read(decision("dish", table(DISH)))
    result = decide(definitions, "dish", {"season": msgspec.Raw(b'"Winter"'), "guests": msgspec.Raw(b"12")})
    assert [(each.label, each.value) for each in result.inputs] == [("season", "Winter"), ("guests", 12)]
    (rule,) = result.matched
    assert (rule.id, rule.index, rule.outputs[0].name, rule.outputs[0].value) == (
        "rule 2",
        2,
        "dish",
        "Pasta",
    )
    assert result.failure is None
    assert result.warnings == ()


def test_dates_in_json_are_dates_where_a_type_says_so() -> None:
    drawn = """
        UNIQUE day                                       || season
        [date("2030-01-01")..date("2030-06-30")]         || "first half"
        > @"2030-06-30"                                  || "second half"
    """
    definitions = read(
        item_definition("tDay", "date"),
        '<inputData id="day" name="day"><variable name="day" typeRef="tDay"/></inputData>',
        decision("half", table(drawn), needs="day"),
    )
    assert decide(definitions, "half", {"day": msgspec.Raw(b'"2030-07-01"')}).output == "second half"
    assert decide(definitions, "half", {"day": evaluate('date("2030-02-01")').value}).output == "first half"
    assert decide(definitions, "half", {"day": msgspec.Raw(b'"soon"')}).output is None


@pytest.mark.parametrize(
    "outputs, messages",
    [
        (["price", "fee"], []),
        ([""], []),  # a single output needs none
        (["", "price"], ["none here, beside the output in line 3 ('price')."]),
        (
            ["", ""],
            [
                "none here, beside the output in line 3 ('o1').",
                "none here, beside the output in line 2 ('o0').",
            ],
        ),
        (["price", "price"], ["the name 'price' here and in line 2 ('price')."]),
        (["price", "fee", "price", "price"], ["the name 'price' here and in line 2 ('price')."] * 2),
    ],
)
def test_each_of_several_outputs_needs_a_name_of_its_own(outputs: list[str], messages: list[str]) -> None:
    drawn = "".join(f'\n<output id="o{place}" name="{name}"/>' for place, name in enumerate(outputs))
    rule = f"<rule>{'<outputEntry><text>1</text></outputEntry>' * len(outputs)}</rule>"
    found = dmn.read(model(decision("a", f"<decisionTable>{drawn}{rule}</decisionTable>")), "a.dmn").findings
    assert [finding.rule for finding in found] == ["output-name"] * len(messages)
    assert [finding.severity for finding in found] == ["error"] * len(messages)
    for finding, message in zip(found, messages, strict=True):
        assert finding.message == f"expected several outputs to have a name each, found {message}"
