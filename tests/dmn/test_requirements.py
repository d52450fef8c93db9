"""Under which names a decision finds what it requires: as the standard has it, and as graphs are drawn in
Camunda's modelers.
"""

from __future__ import annotations

import pytest

from counterflow import dmn
from counterflow.feel.run import Value
from tests.dmn.drawing import (
    CAMUNDA,
    NAMESPACE,
    decide,
    decision,
    input_data,
    knowledge,
    literal,
    model,
    read,
    service,
    table,
)
from tests.feel.tables import shown

SEASON = table('FIRST month || season\n[6..8] || "Summer"\n- || "Winter"')
TWO = table('FIRST month || season | hot\n[6..8] || "Summer" | true\n- || "Winter" | false')
MANY = table('COLLECT month || season | hot\n> 5 || "Summer" | true\n> 0 || "Any" | false')


def undrawn(name: str, logic: str, needs: str = "", called: str = "") -> str:
    """A decision as a modeler leaves it: without a variable."""
    return decision(name, logic, needs, called=called, variable=False)


def test_the_dinner_decision_gives_two_beverages() -> None:
    dish = table(
        """
        UNIQUE season | guests || desiredDish
        "Winter" | <= 8        || "Spareribs"
        "Winter" | > 8         || "Pasta"
        """
    )
    beverages = table(
        """
        COLLECT desiredDish || beverage
        "Spareribs"         || "Aecht Schlenkerla Rauchbier"
        "Pasta"             || "Chianti"
        -                   || "Water"
        """
    )
    dinner = read(
        undrawn("dish", dish, called="Dish"),
        undrawn("drinks", beverages, "!dish", called="Beverages"),
        namespace=CAMUNDA,
    )
    assert decide(dinner, "drinks", {"season": "Winter", "guests": 4}).output == [
        "Aecht Schlenkerla Rauchbier",
        "Water",
    ]


@pytest.mark.parametrize(
    "text, answer",
    [
        ("Decision_1", '"Winter"'),
        ("season", '"Winter"'),
        ("The season", '"Winter"'),
        ("Decision_1 + season", "null"),  # the id is meant, so the other name is a variable's
        ('Decision_1 + string(season = "given")', '"Wintertrue"'),
        ("{hot: season}.hot", '"Winter"'),
        ("for season in [1] return season", "[1]"),
    ],
)
@pytest.mark.parametrize("namespace", [CAMUNDA, NAMESPACE])
def test_without_a_variable_by_id_then_output_then_name(text: str, answer: str, namespace: str) -> None:
    content = model(
        undrawn("Decision_1", SEASON, called="The season"),
        undrawn("b", literal(text), "!Decision_1"),
        namespace=namespace,
    )
    definitions = dmn.read(content, "a.dmn").definitions
    assert definitions is not None
    given = {} if "given" not in text else {"season": "given"}
    assert shown(decide(definitions, "b", given).output) == answer


@pytest.mark.parametrize(
    "logic, text, answer",
    [
        (TWO, "Decision_1.season", "Summer"),
        (TWO, "season", "Summer"),
        (TWO, "if hot then season else null", "Summer"),
        (MANY, "season", ["Summer", "Any"]),
        (MANY, "Decision_1[2].hot", False),
        (table("COLLECT month || season\n> 5 || 1\n> 0 || 2"), "season", [1, 2]),
        (literal('"month " + string(month)'), "Decision_1", "month 7"),
    ],
)
def test_outputs_of_a_required_decision(logic: str, text: str, answer: Value) -> None:
    definitions = read(
        undrawn("Decision_1", logic), undrawn("b", literal(text), "!Decision_1"), namespace=CAMUNDA
    )
    assert decide(definitions, "b", {"month": 7}).output == answer


def test_a_drawn_variable_comes_first() -> None:
    drawn = decision("a", SEASON).replace('variable name="a"', 'variable name="my season"')
    for text in ("my season", "season"):
        definitions = read(drawn, undrawn("b", literal(text), "!a"), namespace=CAMUNDA)
        assert decide(definitions, "b").output == "Winter"


def test_a_model_by_the_standard_knows_the_variable_alone() -> None:
    drawn = decision("a", SEASON).replace('variable name="a"', 'variable name="my season"')
    (finding,) = dmn.read(model(drawn, decision("b", literal("season"), "!a")), "a.dmn").warnings
    assert "'my season'." in finding.message


def test_a_variable_without_a_name_is_none() -> None:
    nameless = decision("a", SEASON, called="A").replace('variable name="a"', 'variable name=""')
    assert decide(read(nameless, decision("b", literal("season"), "!a")), "b").output == "Winter"


def test_a_result_hides_an_input_of_the_same_name() -> None:
    rounded = undrawn("Decision_1", table("FIRST amount || amount\n- || floor(amount)"), "amount")
    definitions = read(
        input_data("amount"),
        undrawn("b", literal("amount * 2"), "!Decision_1, amount"),
        rounded,
        namespace=CAMUNDA,
    )
    assert decide(definitions, "b", {"amount": 7}).output == 14


def test_an_output_named_as_a_function_hides_no_function() -> None:
    counted = undrawn("Decision_1", table("FIRST items || count\n- || count(items) + 1"))
    for text, answer in (
        ("count(items)", 2),
        ("count", 3),
        ("count + count(items)", 5),
        ("for count in [items] return count[2]", [8]),
    ):
        content = model(counted, undrawn("b", literal(text), "!Decision_1"), namespace=CAMUNDA)
        definitions = dmn.read(content, "a.dmn").definitions
        assert definitions is not None
        assert decide(definitions, "b", {"items": [7, 8]}).output == answer


def test_two_results_by_one_output_name() -> None:
    """The id says which is meant; the other one is then not read by the name that both have."""
    first, second = (
        undrawn(name, table(f"FIRST month || season\n- || {value}"))
        for name, value in (("one", 1), ("season", 2))
    )
    content = model(first, second, undrawn("b", literal("season"), "!one, !season"), namespace=CAMUNDA)
    result = dmn.read(content, "a.dmn")
    assert result.definitions is not None
    assert decide(result.definitions, "b").output == 2
    (finding,) = result.findings
    assert "reads 'one'" in finding.message


def test_what_no_expression_reads_is_a_warning_with_the_names_that_were_tried() -> None:
    content = model(
        "\n", undrawn("Decision_1", TWO, called="The season"), "\n", undrawn("b", literal("1"), "!Decision_1")
    )
    (finding,) = dmn.read(content, "a.dmn").findings
    assert (finding.rule, finding.severity, finding.line, finding.element_id) == (
        "requirement-unread",
        "warning",
        3,
        "b",
    )
    assert "none of the names 'Decision_1', 'season', 'hot', 'The season'." in finding.message


def test_what_is_told_of_the_names_that_were_tried_in_vain_is_not_said_twice() -> None:
    """Names of several words are known only while they are tried; what was no FEEL until then is no fault."""
    required = undrawn("Decision_1", SEASON, called="The season")
    assert (
        decide(
            read(required, undrawn("b", table("FIRST The season || x\n- || 1"), "!Decision_1")), "b"
        ).output
        == 1
    )
    (finding,) = dmn.read(
        model(required, undrawn("b", literal("Decision_1 + )"), "!Decision_1")), "a.dmn"
    ).findings
    assert finding.rule == "expression"


def test_functions_without_a_variable_are_called_by_their_name_or_id() -> None:
    twice = (
        knowledge("twice", "n", literal("n * 2"))
        .replace('<variable name="twice"/>', "")
        .replace('name="twice"', 'name="Two times"')
    )
    for text in ("Two times(4)", "twice(4)"):
        assert decide(read(twice, decision("a", literal(text), "twice()")), "a").output == 8


def test_inputs_without_a_variable_have_their_name() -> None:
    given = input_data("guest count").replace('<variable name="guest count"/>', "")
    assert (
        decide(
            read(given, decision("a", literal("guest count + 1"), "guest count")), "a", {"guest count": 4}
        ).output
        == 5
    )


def test_imported_decisions_without_a_variable() -> None:
    known = read(undrawn("Decision_1", SEASON, called="The season"), namespace="urn:lib")
    importing = '<import name="lib" namespace="urn:lib" importType="DMN"/>'
    for text in ("lib.Decision_1", "lib.The season"):
        content = model(importing, decision("b", literal(text), "!urn:lib#Decision_1"))
        definitions = dmn.read(content, "b.dmn", [known]).definitions
        assert definitions is not None
        assert decide(definitions, "b").output == "Winter"


def test_a_decision_service_of_decisions_without_variables() -> None:
    """Its output has their names; what they require of each other they find as ever, given or not."""
    parts = (
        undrawn("Decision_1", SEASON, called="The season"),
        undrawn("b", literal('Decision_1 + "!"'), "!Decision_1", called="The cry"),
    )
    both = read(*parts, service("both", "Decision_1, b"))
    assert both.evaluate_service("both", {"month": 7}).output == {
        "The season": "Summer",
        "The cry": "Summer!",
    }
    given = read(*parts, service("cry", "b", decisions="Decision_1"))
    assert given.evaluate_service("cry", {"The season": "Spring"}).output == "Spring!"


def test_a_decision_that_nothing_names_is_required_in_vain() -> None:
    content = model(f"<decision>{literal('1')}</decision>", decision("b", literal("2"), "!#"))
    definitions = dmn.read(content, "a.dmn").definitions
    assert definitions is not None
    assert decide(definitions, "b").output == 2
