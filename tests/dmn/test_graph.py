"""Requirements: what a decision sees, in which order decisions are made, functions, services, imports."""

from __future__ import annotations

import msgspec
import pytest

from counterflow import dmn
from counterflow.feel.run import Value
from tests.dmn.drawing import (
    decide,
    decision,
    input_data,
    item_definition,
    knowledge,
    literal,
    model,
    read,
    service,
    table,
)
from tests.feel.tables import shown


def test_required_decisions_come_first() -> None:
    definitions = read(
        decision("total", literal("net * (1 + rate)"), needs="net, !rate"),
        decision("rate", table('UNIQUE country || rate\n"FR" || 0.2\n"DE" || 0.19'), needs="country"),
        input_data("net", "number"),
        input_data("country", "string"),
    )
    result = decide(definitions, "total", {"net": msgspec.Raw(b"100"), "country": msgspec.Raw(b'"FR"')})
    assert shown(result.output) == "120"
    assert [(each.id, each.kind, shown(each.output)) for each in result.evaluated] == [
        ("rate", "decision table", "0.2"),
        ("total", "literal expression", "120"),
    ]


def test_what_is_not_required_is_not_decided() -> None:
    definitions = read(decision("a", literal("1")), decision("b", literal("2")))
    assert [each.id for each in decide(definitions, "a").evaluated] == ["a"]


def test_a_decision_that_several_need_is_decided_once() -> None:
    definitions = read(
        decision("top", literal("left + right"), needs="!left, !right"),
        decision("left", literal("base + 1"), needs="!base"),
        decision("right", literal("base + 2"), needs="!base"),
        decision("base", literal("10")),
    )
    result = decide(definitions, "top")
    assert result.output == 23
    assert sorted(each.id for each in result.evaluated) == ["base", "left", "right", "top"]


def test_names_of_several_words() -> None:
    definitions = read(
        item_definition("tPerson", components="full name: string, age-in-years: number"),
        input_data("the person", "tPerson"),
        decision("greeting", literal('"Hello " + the person.full name'), needs="the person"),
        decision("next year", literal("the person.age-in-years + 1"), needs="the person"),
    )
    context = {"the person": msgspec.Raw(b'{"full name": "Ada", "age-in-years": 36}')}
    assert decide(definitions, "greeting", context).output == "Hello Ada"
    assert decide(definitions, "next year", context).output == 37


def test_variables_that_nobody_declared_are_found_all_the_same() -> None:
    assert decide(read(decision("a", literal("amount * 2"))), "a", {"amount": 4}).output == 8


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_decisions_in_a_circle_are_refused(names: list[str]) -> None:
    drawn = [
        decision(name, literal("1"), needs=f"!{after}")
        for name, after in zip(names, [*names[1:], names[0]], strict=True)
    ]
    result = dmn.read(model(*drawn), "circle.dmn")
    assert {finding.rule for finding in result.errors} == {"cycle"}
    assert "in a circle" in result.errors[0].message
    assert result.definitions
    assert decide(result.definitions, "a").output is None


def test_a_long_chain_of_decisions() -> None:
    chain = [decision(f"d{n}", literal(f"d{n - 1} + 1"), needs=f"!d{n - 1}") for n in range(1, 3000)]
    assert decide(read(decision("d0", literal("0")), *chain), "d2999").output == 2999


def test_unknown_requirements_are_told() -> None:
    result = dmn.read(model(decision("a", literal("1"), needs="nowhere")), "x.dmn")
    assert [finding.rule for finding in result.errors] == ["requirement"]


def test_unknown_decisions_are_told_with_those_there_are() -> None:
    definitions = read(decision("dish", literal("1")))
    with pytest.raises(dmn.UnknownDecision, match="this model \\(dish\\), found 'fish'"):
        decide(definitions, "fish")
    with pytest.raises(dmn.UnknownDecision, match="it has none"):
        definitions.evaluate_service("fish", {})


# Business knowledge models

FACTORIAL = knowledge("factorial", "n: number", literal("if n < 2 then 1 else n * factorial(n - 1)"))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("factorial(5)", "120"),
        ("factorial(n: 5)", "120"),
        ("factorial([5])", "120"),
        ('factorial("5")', "null"),
        ("factorial()", "null"),
        ("factorial(5, 6)", "null"),
        ("factorial(m: 5)", "null"),
        ("for i in 1..4 return factorial(i)", "[1, 2, 6, 24]"),
    ],
)
def test_calls_of_a_business_knowledge_model(text: str, expected: str) -> None:
    definitions = read(FACTORIAL, decision("a", literal(text), needs="factorial()"))
    assert shown(decide(definitions, "a").output) == expected


def test_endless_recursion_is_stopped() -> None:
    definitions = read(knowledge("f", "n", literal("f(n + 1)")), decision("a", literal("f(1)"), needs="f()"))
    result = decide(definitions, "a")
    assert result.failure
    assert (result.failure.kind, result.output) == ("nesting", None)


def test_knowledge_that_needs_knowledge() -> None:
    definitions = read(
        knowledge("net", "gross: number", literal("gross / (1 + rate())"), needs="rate()"),
        knowledge("rate", "", literal("0.25")),
        decision("a", literal("net(125)"), needs="net()"),
    )
    assert decide(definitions, "a").output == 100


def test_the_result_of_knowledge_has_a_type() -> None:
    definitions = read(
        item_definition("tText", "string"),
        knowledge("f", "a", literal("a"), type_ref="tText"),
        decision("a", literal('[f(1), f("b")]'), needs="f()"),
    )
    assert decide(definitions, "a").output == [None, "b"]


def test_a_table_in_a_business_knowledge_model() -> None:
    definitions = read(
        knowledge("rate", "country: string", table('UNIQUE country || r\n"FR" || 0.2\n- || 0.1')),
        decision("a", literal('rate("DE")'), needs="rate()"),
    )
    assert shown(decide(definitions, "a").output) == "0.1"


# Decision services

SHOP = (
    input_data("amount", "number"),
    decision("discount", literal("0.5")),
    decision("price", literal("amount * discount"), needs="amount, !discount"),
    decision("label", literal('"EUR " + string(price)'), needs="!price"),
    service("pricing", "price", decisions="discount", data="amount"),
    service("both", "price, label", decisions="discount", data="amount"),
)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("pricing(10, 0.1)", "1"),
        ("pricing(discount: 0.1, amount: 10)", "1"),
        ("both(10, 0.1)", '{price: 1, label: "EUR 1"}'),
        ("pricing(10)", "null"),
        ('pricing("ten", 1)', "null"),
    ],
)
def test_calls_of_a_decision_service(text: str, expected: str) -> None:
    definitions = read(*SHOP, decision("a", literal(text), needs="pricing(), both()"))
    assert shown(decide(definitions, "a").output) == expected


@pytest.mark.parametrize(
    "context, expected", [({"amount": 10, "discount": 1}, "10"), ({"amount": 10}, "null")]
)
def test_a_service_from_outside(context: dict[str, Value], expected: str) -> None:
    result = read(*SHOP).evaluate_service("pricing", context)
    assert shown(result.output) == expected
    assert [each.id for each in result.evaluated] == ["price"]


# Imports

TYPES = model(
    item_definition("tPerson", components="full name: string"),
    input_data("guest one", "tPerson"),
    knowledge("greet", "who: tPerson", literal('"Hello " + who.full name')),
    decision("initial", literal("substring(guest one.full name, 1, 1)"), needs="guest one"),
    namespace="urn:people",
)


def _importing(name: str, *elements: str) -> dmn.Definitions:
    people = dmn.read(TYPES, "people.dmn").definitions
    assert people
    result = dmn.read(
        model(f'<import namespace="urn:people" name="{name}" importType="x"/>', *elements), "x.dmn", [people]
    )
    assert not result.findings
    assert result.definitions
    return result.definitions


@pytest.mark.parametrize(
    "text, expected",
    [
        ('people.greet({full name: "Ada"})', '"Hello Ada"'),
        ("people.greet(people.guest one)", '"Hello Bob"'),
        ("people.initial", '"B"'),
    ],
)
@pytest.mark.parametrize(
    "context", [{"people": {"guest one": {"full name": "Bob"}}}, {"guest one": {"full name": "Bob"}}]
)
def test_imported_elements_have_the_name_of_the_import(
    text: str, expected: str, context: dict[str, Value]
) -> None:
    needs = "urn:people#greet(), urn:people#guest one, !urn:people#initial"
    assert (
        shown(decide(_importing("people", decision("a", literal(text), needs)), "a", context).output)
        == expected
    )


def test_an_import_without_a_name() -> None:
    definitions = _importing("", decision("a", literal("initial"), "!urn:people#initial"))
    assert decide(definitions, "a", {"guest one": {"full name": "Eve"}}).output == "E"


def test_imported_types() -> None:
    definitions = _importing(
        "people", input_data("guest", "people.tPerson"), decision("a", literal("guest"), "guest")
    )
    assert decide(definitions, "a", {"guest": {"full name": "Ada"}}).output == {"full name": "Ada"}
    assert decide(definitions, "a", {"guest": {"name": "Ada"}}).output is None


def test_a_missing_import_is_told() -> None:
    result = dmn.read(model('<import namespace="urn:people" name="people" importType="x"/>'), "x.dmn")
    assert [finding.rule for finding in result.errors] == ["import"]


def test_each_way_to_a_model_has_inputs_of_its_own() -> None:
    greeting = decision("greeting", literal('"Hello " + base.name'), "urn:base#name, !urn:base#initial")
    base = dmn.read(
        model(input_data("name"), decision("initial", literal("name"), "name"), namespace="urn:base"),
        "base.dmn",
    ).definitions
    assert base
    drawn = '<import namespace="urn:base" name="base" importType="x"/>'
    left, right = (
        dmn.read(model(drawn, greeting, namespace=f"urn:{side}"), side, [base]).definitions
        for side in ("left", "right")
    )
    assert left
    assert right
    both = '<import namespace="urn:left" name="L" importType="x"/><import namespace="urn:right" name="R" importType="x"/>'
    top = decision("a", literal('L.greeting + "; " + R.greeting'), "!urn:left#greeting, !urn:right#greeting")
    result = dmn.read(model(both, top), "top", [left, right])
    assert not result.findings
    assert result.definitions
    context = {"L": {"base": {"name": "Ada"}}, "R": {"base": {"name": "Bob"}}}
    assert decide(result.definitions, "a", context).output == "Hello Ada; Hello Bob"
