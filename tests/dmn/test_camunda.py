"""Files of Camunda's tools: how they are known, that their columns are typed loosely, and what their cells
may call an input.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from counterflow import dmn
from counterflow.dmn.camunda import is_camundas
from counterflow.dmn.xml import parse
from counterflow.documents.limits import DEFAULT_LIMITS
from counterflow.feel import iso
from counterflow.feel.run import Value
from tests.dmn.drawing import (
    CAMUNDA,
    decide,
    decision,
    input_data,
    item_definition,
    knowledge,
    literal,
    model,
    read,
    table,
)
from tests.feel.tables import cases, shown

PLAIN = model(decision("a", literal("1")))


@pytest.mark.parametrize(
    "at, mark, answer",
    [
        ("<definitions ", "", False),
        ("<definitions ", 'exporter="jBPM Process Modeler" ', False),
        ("<definitions ", 'xmlns:feel="https://www.omg.org/spec/DMN/20191111/FEEL/" ', False),
        ("<definitions ", 'exporter="Camunda Modeler" exporterVersion="5.30.0" ', True),
        ("<definitions ", 'exporter="dmn-js (https://demo.bpmn.io/dmn)" ', True),
        ("<definitions ", 'xmlns:camunda="http://camunda.org/schema/1.0/dmn" ', True),
        ("<decision ", 'xmlns:o="http://operaton.org/schema/1.0/dmn" o:historyTimeToLive="P1D" ', True),
        ("<literalExpression", ' xmlns:b="http://bpmn.io/schema/dmn/biodi/2.0" b:width="192" ', True),
        ("<decision ", 'xmlns:m="http://camunda.org/schema/modeler/1.0" m:x="1" ', True),
    ],
)
def test_a_file_of_camundas_is_known_by_its_marks(at: str, mark: str, answer: bool) -> None:
    content = PLAIN.replace(at.encode(), f"{at}{mark}".encode())
    assert is_camundas(parse(content, "a.dmn", DEFAULT_LIMITS, [])) is answer


def test_the_namespace_and_elements_of_extensions_are_marks_too() -> None:
    tagged = decision(
        "a",
        '<extensionElements><z:versionTag xmlns:z="http://camunda.org/schema/zeebe/1.0" value="1"/></extensionElements>',
    )
    for content in (model(namespace=CAMUNDA), model(tagged)):
        assert is_camundas(parse(content, "a.dmn", DEFAULT_LIMITS, []))


# Types


@pytest.mark.parametrize(
    "declared, answer",
    cases("""
        string: {foo: "bar"}                        => {foo: "bar"}
        string: 3                                   => 3
        string: ["a"]                               => ["a"]
        number: "many"                              => "many"
        number: "3"                                 => "3"
        boolean: 1                                  => 1
        integer: "12"                               => 12
        integer: " -3 "                             => -3
        long: "12"                                  => 12
        double: "1.5e1"                             => 15
        double: "1_000"                             => "1_000"
        double: "NaN"                               => "NaN"
        boolean: "True"                             => true
        boolean: "yes"                              => "yes"
        date: "2030-01-31"                          => 2030-01-31
        date: "2030-01-31T10:00:00"                 => 2030-01-31T10:00:00
        date: @"2030-01-31T10:00:00"                => 2030-01-31T10:00:00
        date: "soon"                                => "soon"
        date: 20300131                              => 20300131
        time: "10:00:00"                            => 10:00:00
        dateTime: "2030-01-31T10:00:00"             => 2030-01-31T10:00:00
        dateTime: @"2030-01-31"                     => 2030-01-31
        dayTimeDuration: "P1D"                      => P1D
        yearMonthDuration: "P1Y"                    => P1Y
        Integer: "12"                               => 12
        datetime: "2030-01-31T10:00:00"             => 2030-01-31T10:00:00
        String: 1                                   => 1
        tDates: ["2030-01-31", 5]                   => ["2030-01-31", 5]
        tDates: ["2030-01-31"]                      => [2030-01-31]
        tGrade: "C"                                 => "C"
        tPerson: {name: "Ada"}                      => {name: "Ada"}
    """),
)
@pytest.mark.parametrize("place", ["input", "output", "decision", "argument"])
def test_values_of_another_type_are_kept(declared: str, answer: str, place: str) -> None:
    type_ref, text = declared.split(": ", 1)
    types = (
        item_definition("tDates", "date", collection=True),
        item_definition("tGrade", "string", allowed='"A", "B"'),
        item_definition("tPerson", components="name: string, age: number"),
    )
    drawn = {
        "input": decision(
            "a", table(f"FIRST {text if ': ' not in text else 'given'}: {type_ref} || x\n- || 1"), "!given"
        ),
        "output": decision("a", table(f"FIRST 1 || x: {type_ref}\n- || {text}")),
        "decision": decision("a", literal(text), type_ref=type_ref),
        "argument": decision("a", literal(f"same({text})"), "same()"),
    }
    known = decision("given", literal(text)) + knowledge("same", f"x: {type_ref}", literal("x"))
    result = dmn.read(model(*types, known, drawn[place], namespace=CAMUNDA), "a.dmn")
    assert result.definitions is not None
    assert not result.errors
    decided = decide(result.definitions, "a")
    found = decided.inputs[0].value if place == "input" else decided.output
    assert shown(found) == answer


def read_table(text: str, *, namespace: str = CAMUNDA) -> dmn.Definitions:
    return read(decision("a", table(text)), namespace=namespace)


@pytest.mark.parametrize(
    "column, cell, given",
    [
        ("roles: string", 'list contains(?, "admin")', ["user", "admin"]),
        ("roles: string", "? instance of list<string>", ["admin"]),
        ("amount: string", "> 100", 500),
        ("customer: string", "?.vip", {"vip": True}),
        ("paid: boolean", "true", "TRUE"),
        ("seats: integer", "[3..5]", "4"),
        ("due: date", '< date("2030-02-01")', "2030-01-31"),
        ("at: date", '< date and time("2030-02-01T00:00:00")', "2030-01-31T10:00:00"),
        ('grade: string {"A", "B"}', '"C"', "C"),
    ],
)
def test_inputs_of_another_type_find_their_rule(column: str, cell: str, given: Any) -> None:
    name = column.partition(":")[0]
    text = f'FIRST {column} || hit\n{cell} || "yes"\n- || "no"'
    assert decide(read_table(text), "a", {name: given}).output == "yes"
    assert decide(read_table(text, namespace="urn:neutral"), "a", {name: given}).output != "yes"


@pytest.mark.parametrize(
    "text, given, message",
    [
        (
            "FIRST x: string || y\n- || 1",
            3,
            "the input 'x' is of type string; found a number that does not conform: it is kept as it is",
        ),
        (
            "FIRST x || y: string\n- || 3",
            0,
            "the output 'y' is of type string; found a number that does not conform: it is kept as it is",
        ),
        (
            'FIRST x: string {"A"} || y\n- || 1',
            "B",
            "the input 'x' is not among its allowed values: it is kept as it is",
        ),
    ],
)
def test_what_is_kept_is_told(text: str, given: Value, message: str) -> None:
    decided = decide(read_table(text), "a", {"x": given})
    assert [each.message for each in decided.warnings] == [message]
    assert decided.failure is None


def test_a_conversion_is_no_warning() -> None:
    decided = decide(read_table("FIRST x: integer || y: date\n- || z"), "a", {"x": "3", "z": "2030-01-31"})
    assert (decided.warnings, decided.output) == ((), iso.date("2030-01-31"))


def test_input_data_is_typed_as_loosely() -> None:
    definitions = read(input_data("x", "date"), decision("a", literal("x"), "x"), namespace=CAMUNDA)
    assert decide(definitions, "a", {"x": msgspec.Raw(b'"2030-01-31"')}).output == iso.date("2030-01-31")
    assert decide(definitions, "a", {"x": 3}).output == 3


def test_an_unknown_type_is_told_in_any_file() -> None:
    (finding,) = dmn.read(
        model(decision("a", table("FIRST x: java.util.List || y\n- || 1")), namespace=CAMUNDA), "a.dmn"
    ).findings
    assert (finding.rule, finding.severity) == ("type", "warning")


# What cells call the input


def named(
    cell: str, variable: str = "", expression: str = "a + b", namespace: str = CAMUNDA
) -> dmn.Definitions:
    said = (
        f'<input xmlns:c="http://camunda.org/schema/1.0/dmn" c:inputVariable="{variable}">'
        if variable
        else "<input>"
    )
    return read(
        decision("a", table(f"FIRST {expression} || x\n{cell} || 1\n- || 2")).replace("<input>", said),
        namespace=namespace,
    )


@pytest.mark.parametrize(
    "cell, variable, output",
    [
        ("score > 5", "score", 1),
        ("score > 50", "score", 2),
        ("cellInput > 5", "", 1),
        ("cellInput > 50", "", 2),
        ("? > 5 and cellInput < 9", "", 1),
        ("total score > 5", "total score", 1),
        ("a > 5", "a", 1),  # the input hides a variable of the same name, and only in its cells
        ("cellInput", "score", 2),  # another name is given, so this one means a variable
        ("> 5", "score", 1),
        ('date("2030-01-31")', "date", 2),
    ],
)
def test_cells_name_their_input(cell: str, variable: str, output: int) -> None:
    assert decide(named(cell, variable), "a", {"a": 4, "b": 4}).output == output


def test_by_the_standard_cells_have_no_such_name() -> None:
    assert (
        decide(named("cellInput > 5", namespace="urn:neutral"), "a", {"a": 4, "b": 4, "cellInput": 1}).output
        == 2
    )


def test_a_required_result_is_reached_beside_the_name_of_the_input() -> None:
    limit = decision("limit", literal("7"), variable=False)
    asking = decision("a", table("FIRST x || y\ncellInput > limit || 1\n- || 2"), "!limit", variable=False)
    definitions = read(limit, asking, namespace=CAMUNDA)
    assert [decide(definitions, "a", {"x": x}).output for x in (7, 8)] == [2, 1]


@pytest.mark.parametrize(
    "cell, given, output",
    [
        ('> date("2020-01-01")', "2021-05-05T10:00:00", 1),
        ('> date("2021-05-05")', "2021-05-05T10:00:00", 2),
        ('[date("2021-05-01")..date("2021-05-05")]', "2021-05-05T23:00:00Z", 1),
        ('date("2021-05-05")', "2021-05-05T10:00:00", 1),
        ('not(date("2021-05-05"))', "2021-05-05T10:00:00", 2),
        ('> date("2020-01-01")', "2021-05-05", 1),
        ('> date and time("2021-05-05T09:00:00")', "2021-05-05T10:00:00", 1),
        ('> date and time("2021-05-05T10:00:00")', "2021-05-05T10:00:00", 2),
    ],
)
def test_a_column_of_dates_compares_a_date_and_time_by_its_date_with_dates(
    cell: str, given: str, output: int
) -> None:
    definitions = read(decision("a", table(f"FIRST x: date || y\n{cell} || 1\n- || 2")), namespace=CAMUNDA)
    decided = decide(definitions, "a", {"x": msgspec.Raw(f'"{given}"'.encode())})
    assert (decided.output, decided.warnings) == (output, ())
