"""Item definitions: what conforms, what is converted, what becomes null."""

from __future__ import annotations

import msgspec
import pytest

from counterflow import dmn
from tests.dmn.drawing import decide, decision, input_data, item_definition, literal, model, read
from tests.feel.tables import cases, evaluate, shown

TYPES = (
    item_definition("tWord", "string"),
    item_definition("tMoment", "date and time"),
    item_definition("tGrade", "string", allowed='"A", "B"'),
    item_definition("tScore", "number", allowed="[0..100]"),
    item_definition("tScores", "tScore", collection=True),
    item_definition("tPerson", components="name: string, age: number"),
    item_definition("tPeople", "tPerson", collection=True),
    item_definition("tHouse", components="street: string, people: tPerson*"),
    item_definition("tTree", components="label: string, children: tTree*"),
    '<itemDefinition name="tFew"><typeRef>tScores</typeRef><typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>',
)


@pytest.mark.parametrize(
    "declared, answer",
    cases("""
        string: "a"                                                 => "a"
        string: 1                                                   => null
        string: null                                                => null
        string: ["a"]                                               => "a"
        string: ["a", "b"]                                          => null
        string: [1]                                                 => null
        number: 1.5                                                 => 1.5
        number: true                                                => null
        boolean: true                                               => true
        boolean: 1                                                  => null
        Any: [1, "a"]                                               => [1, "a"]
        date: @"2030-01-01"                                         => 2030-01-01
        date: @"2030-01-01T10:00:00"                                => null
        date and time: @"2030-01-01"                                => 2030-01-01T00:00:00Z
        dateTime: @"2030-01-01T10:00:00"                            => 2030-01-01T10:00:00
        time: @"10:00:00"                                           => 10:00:00
        dayTimeDuration: @"P1D"                                     => P1D
        days and time duration: @"P1Y"                              => null
        yearMonthDuration: @"P1Y"                                   => P1Y
        integer: 1                                                  => 1
        feel:number: 1                                              => 1
        tWord: "a"                                                  => "a"
        tWord: 1                                                    => null
        tGrade: "A"                                                 => "A"
        tGrade: "C"                                                 => null
        tGrade: null                                                => null
        tScores: [1, 100]                                           => [1, 100]
        date and time: date("2030-01-31")                           => 2030-01-31T00:00:00Z
        tMoment: date("2030-01-31")                                 => 2030-01-31T00:00:00Z
        tMoment: [@"2030-01-31T10:00:00"]                           => 2030-01-31T10:00:00
        tScores: [1, 101]                                           => null
        tScores: [1, null]                                          => [1, null]
        tScores: 5                                                  => [5]
        tScores: 500                                                => null
        tScores: []                                                 => []
        tFew: [1, 2]                                                => [1, 2]
        tFew: [1, 2, 3]                                             => null
        tPerson: {name: "Ada", age: 36}                             => {name: "Ada", age: 36}
        tPerson: {name: "Ada", age: 36, more: 1}                    => {name: "Ada", age: 36, more: 1}
        tPerson: {name: "Ada"}                                      => null
        tPerson: {name: "Ada", age: null}                           => {name: "Ada", age: null}
        tPerson: {name: "Ada", age: "36"}                           => null
        tPerson: [{name: "Ada", age: 36}]                           => {name: "Ada", age: 36}
        tPeople: {name: "Ada", age: 36}                             => [{name: "Ada", age: 36}]
        tHouse: {street: "s", people: [{name: "Ada", age: 36}]}     => {street: "s", people: [{name: "Ada", age: 36}]}
        tHouse: {street: "s", people: [1]}                          => null
        tTree: {label: "a", children: [{label: "b", children: []}]} => {label: "a", children: [{label: "b", children: []}]}
        tTree: {label: "a", children: [{label: 1, children: []}]}   => null
    """),
)
def test_decisions_have_types(declared: str, answer: str) -> None:
    type_ref, text = declared.split(": ", 1)
    definitions = read(*TYPES, decision("a", literal(text), type_ref=type_ref))
    assert shown(decide(definitions, "a").output) == answer


def test_a_value_that_does_not_conform_is_told() -> None:
    result = decide(read(*TYPES, decision("a", literal("1"), type_ref="tWord")), "a")
    assert [str(warning) for warning in result.warnings] == [
        "the decision 'a' is of type tWord; found a number that does not conform: it is null"
    ]


def test_inputs_have_types() -> None:
    definitions = read(*TYPES, input_data("grade", "tGrade"), decision("a", literal("grade"), needs="grade"))
    given = ['"A"', '"C"', "1", "null", '["B"]']
    assert [decide(definitions, "a", {"grade": msgspec.Raw(each.encode())}).output for each in given] == [
        "A",
        None,
        None,
        None,
        "B",
    ]
    assert decide(definitions, "a").output is None


def test_json_says_dates_as_texts() -> None:
    definitions = read(
        item_definition("tStay", components="from: date, nights: number"),
        item_definition("tStays", "tStay", collection=True),
        input_data("stays", "tStays"),
        decision("a", literal('stays[1].from + duration("P1D")'), needs="stays"),
    )
    raw = msgspec.Raw(b'[{"from": "2030-01-01", "nights": 2}]')
    assert (
        decide(definitions, "a", {"stays": [{"from": "2030-01-01", "nights": 2}]}).output is None
    )  # a string is no date
    assert decide(definitions, "a", {"stays": raw}).output == evaluate('@"2030-01-02"').value


def test_a_type_defined_by_itself_is_any() -> None:
    definitions = read(item_definition("tA", "tB"), item_definition("tB", "tA"), decision("a", literal("1")))
    assert decide(definitions, "a").output == 1


def test_unknown_types_are_told_and_any() -> None:
    result = dmn.read(model(decision("a", literal("1"), type_ref="tNowhere")), "x.dmn")
    assert [(finding.rule, finding.element_id) for finding in result.warnings] == [("type", "tNowhere")]
    assert result.definitions
    assert decide(result.definitions, "a").output == 1


def test_functions_have_result_types() -> None:
    function = '<itemDefinition name="tFunction"><functionItem outputTypeRef="string"/></itemDefinition>'
    definitions = read(
        function,
        decision("a", literal("function(x) x"), type_ref="tFunction"),
        decision("b", literal("1"), type_ref="tFunction"),
    )
    assert shown(decide(definitions, "a").output) == "function(x)"
    assert decide(definitions, "b").output is None


@pytest.mark.parametrize(
    "text, answer",
    cases("""
        "A" instance of tGrade                                      => true
        # the values that a type allows are not asked for, only what they are
        "C" instance of tGrade                                      => true
        3 instance of tGrade                                        => false
        null instance of tGrade                                     => false
        {name: "Ada", age: 36} instance of tPerson                  => true
        {name: "Ada"} instance of tPerson                           => false
        [1, 2] instance of tScores                                  => true
        [1, 2] instance of list<tScore>                             => true
        [1, 200] instance of list<tScore>                           => true
        [1, "a"] instance of list<tScore>                           => false
        [1, 200] instance of tScores                                => true
        ["a"] instance of tScores                                   => false
        {a: 200} instance of context<a: tScore>                     => true
        {a: 1} instance of context<a: tScore>                       => true
        (function(a: tGrade) a)("A")                                => "A"
        (function(a: tGrade) a)("C")                                => null
        1 instance of two words                                     => true
        1 instance of number                                        => true
    """),
)
def test_feel_knows_the_types_of_the_model(text: str, answer: str) -> None:
    definitions = read(*TYPES, item_definition("two words", "number"), decision("a", literal(text)))
    assert shown(decide(definitions, "a").output) == answer
