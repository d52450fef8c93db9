"""Expressions in JUEL in decisions: what they mean, where they are taken for JUEL, and which are refused."""

from __future__ import annotations

import re

import pytest

from counterflow import dmn
from counterflow.feel.run import Value
from tests.dmn.drawing import CAMUNDA, decide, decision, literal, model, read, table

ENTRY = re.compile(r"<(inputExpression|inputEntry|outputEntry)([^>]*)>(?=<text>(?:[^-25<]|[^<]{2,})</text>)")


def in_juel(drawn: str) -> str:
    """Every expression but `-`, 2 and 5 is marked."""
    return ENTRY.sub(r'<\1\2 expressionLanguage="juel">', drawn)


def asking(cell: str, output: str = "1", expression: str = "a") -> dmn.Definitions:
    """A table with one rule that asks, and one for the rest."""
    drawn = decision("d", table(f"FIRST {expression} || x\n{cell} || {output}\n- || 2"))
    return read(in_juel(drawn), namespace=CAMUNDA)


@pytest.mark.parametrize(
    "cell, given, output",
    [
        ("${cellInput == 5}", 5, 1),
        ("${cellInput == 5}", 6, 2),
        ("cellInput eq 5 or b eq 3", 6, 1),  # without braces
        ("${b == 3}", None, 1),  # nothing is compared with the input
        ("${b}", 3, 2),  # and what is no condition does not pass
        ("${flag}", False, 2),
        ("${not flag}", False, 1),
        ("-", 1, 1),
    ],
)
def test_a_cell_of_an_input_is_a_condition(cell: str, given: Value, output: int) -> None:
    variables = {"a": given, "b": 3, "flag": False}
    assert decide(asking(cell), "d", variables).output == output


@pytest.mark.parametrize(
    "output, expected", [("${b + 1}", 4), ("b + 1", 4), ("'text'", "text"), ("${empty b ? 1 : 5}", 5)]
)
def test_inputs_and_outputs_are_values(output: str, expected: Value) -> None:
    definitions = asking("${cellInput == 6}", output, "b * 2")
    assert decide(definitions, "d", {"b": 3}).output == expected


def test_without_a_language_braces_are_juel_in_a_file_of_camundas_but_in_cells_of_inputs() -> None:
    drawn = decision("d", table("FIRST a || x\n5 || ${b && true}\n- || 2"))
    assert decide(read(drawn, namespace=CAMUNDA), "d", {"a": 5, "b": True}).output is True
    given = decision("d", literal("${a lt 6}"))
    assert decide(read(given, namespace=CAMUNDA), "d", {"a": 5}).output is True
    cell = decision("d", table("FIRST a || x\n${a} || 1"))
    for content in (model(drawn), model(cell, namespace=CAMUNDA)):
        assert dmn.read(content, "a.dmn").errors


def test_a_whole_file_may_be_in_juel() -> None:
    content = model(decision("d", literal("a && !b"))).replace(
        b"<definitions ", b'<definitions expressionLanguage="JUEL" '
    )
    result = dmn.read(content, "a.dmn")
    assert not result.findings
    assert result.definitions is not None
    assert decide(result.definitions, "d", {"a": True, "b": False}).output is True


@pytest.mark.parametrize("cell, output", [("${bean.check(a)}", "1"), ("${a > 1}", "${bean.price()}")])
def test_what_has_no_counterpart_is_refused_where_it_stands(cell: str, output: str) -> None:
    drawn = decision("d", table(f"FIRST a || x\n{cell} || {output}"))
    (finding,) = dmn.read(model(in_juel(drawn), namespace=CAMUNDA), "a.dmn").errors
    assert finding.rule == "expression"
    assert "has no counterpart in FEEL: " in finding.message
