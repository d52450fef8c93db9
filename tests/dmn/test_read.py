"""Reading: every version of DMN, and input that nobody vouches for."""

from __future__ import annotations

import pytest

from counterflow import dmn
from counterflow.dmn.xml import NAMESPACES
from counterflow.documents.limits import DocumentLimits
from tests.dmn.drawing import (
    NAMESPACE,
    decide,
    decision,
    input_data,
    item_definition,
    literal,
    model,
    read,
    table,
)
from tests.documents.work import work_of
from tests.feel.tables import shown


@pytest.mark.parametrize("namespace", NAMESPACES, ids=NAMESPACES.get)
def test_every_version(namespace: str) -> None:
    result = dmn.read(model(decision("a", literal("1 + 1")), version=namespace), "a.dmn")
    assert not result.findings
    assert result.definitions
    assert result.definitions.model.version == NAMESPACES[namespace]
    assert decide(result.definitions, "a").output == 2


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    "content, rule",
    [
        (b"", "xml"),
        (b"not xml", "xml"),
        (b"<definitions", "xml"),
        (b"<definitions/>", "dmn-version"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "dmn-version"),
        (b'<decision xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "dmn-version"),
        (BOMB, "xml-doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml-doctype"),
        (b"<a>" * 200 + b"</a>" * 200, "xml-depth"),
        (b"<a>" + b"<b/>" * 200_000 + b"</a>", "xml-elements"),
        (b"<a>" + b" " * 5_000_000 + b"</a>", "resource-size"),
        (model(decision("a", table("ALWAYS x || y\n- || 1"))), "dmn-word"),
        (model(decision("a", table("COLLECT x || y\n- || 1", aggregation="MEAN"))), "dmn-word"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, rule: str) -> None:
    result = dmn.read(content, "a.dmn")
    assert result.definitions is None
    assert [finding.rule for finding in result.errors] == [rule]
    assert "expected" in result.errors[0].message
    assert str(result.errors[0]).startswith("line " if result.errors[0].line else f"[{rule}]: ")


def test_types_of_feel_have_whatever_prefix_their_namespace_has() -> None:
    typed = item_definition("tWord", "f:string") + decision("a", literal('"x"'), type_ref="f:string")
    content = model(typed).replace(
        b"<definitions ", b'<definitions xmlns:f="http://www.omg.org/spec/FEEL/20140401" '
    )
    assert not dmn.read(content, "a.dmn").findings
    (unknown, _) = dmn.read(model(typed), "a.dmn").findings
    assert "found 'f:string'" in unknown.message


def test_other_languages_than_feel_are_told_once_each() -> None:
    marked = (
        decision("a", literal("1 + 1"))
        + "\n"
        + decision("b", literal("a"))
        + decision("c", "<literalExpression><text/></literalExpression>")
    )
    content = model(marked).replace(
        b"<literalExpression>", b'<literalExpression expressionLanguage="groovy">'
    )
    (finding,) = dmn.read(content, "a.dmn").findings
    assert (finding.rule, finding.severity, finding.element_id, finding.line) == (
        "expression-language",
        "warning",
        "a",
        1,
    )
    assert (
        finding.message
        == "expected FEEL, found the expression language 'groovy' here first, 2 times in all; it is read as FEEL."
    )


@pytest.mark.parametrize(
    "language",
    ["feel", "FEEL", "https://www.omg.org/spec/DMN/20191111/FEEL/", "http://www.omg.org/spec/FEEL/20140401"],
)
def test_feel_is_named_in_several_ways(language: str) -> None:
    content = model(decision("a", literal("1"))).replace(
        b"<definitions ", f'<definitions expressionLanguage="{language}" '.encode()
    )
    assert not dmn.read(content, "a.dmn").findings


def _large(rules: int, inputs: int) -> bytes:
    """A table as a modeler writes it: with an id on every cell."""
    columns = "".join(
        f'<input id="i{at}"><inputExpression typeRef="number"><text>x{at}</text></inputExpression></input>'
        for at in range(inputs)
    )
    rows = "".join(_row(rule, inputs) for rule in range(rules))
    drawn = f'<decisionTable hitPolicy="FIRST">{columns}<output id="o" name="o"/>{rows}</decisionTable>'
    return model(decision("a", drawn, variable=False))


def _row(rule: int, inputs: int) -> str:
    tests = "".join(
        f'<inputEntry id="c{rule}-{at}"><text>[{rule}..{rule + at}]</text></inputEntry>'
        for at in range(inputs)
    )
    return f'<rule id="r{rule}">{tests}<outputEntry id="e{rule}"><text>{rule}</text></outputEntry></rule>'


def test_a_table_of_a_thousand_rules_and_ten_inputs() -> None:
    result = dmn.read(_large(1_000, 10), "a.dmn")
    assert not result.findings
    assert result.definitions
    assert decide(result.definitions, "a", {f"x{at}": 999 for at in range(10)}).output == 999


def test_the_remedy_for_one_large_table_is_no_smaller_model() -> None:
    (elements,) = dmn.read(_large(20, 10), "a.dmn", limits=DocumentLimits(elements=100)).findings
    (size,) = dmn.read(_large(20, 10), "a.dmn", limits=DocumentLimits(resource_bytes=1_000)).findings
    assert (elements.rule, size.rule) == ("xml-elements", "resource-size")
    assert elements.remedy.startswith("Raise decision_elements of the server that is to take it")
    assert size.remedy.startswith("Raise resource_bytes and message_bytes of the server that is to take it")


def test_limits_may_be_set() -> None:
    result = dmn.read(model(decision("a", literal("1"))), "a.dmn", limits=DocumentLimits(elements=2))
    assert [finding.rule for finding in result.findings] == ["xml-elements"]


def test_findings_name_line_and_element() -> None:
    content = model("\n\n", decision("a", literal("1")), "\n", decision("b", literal("= 1")))
    (finding,) = dmn.read(content, "a.dmn").findings
    assert (finding.line, finding.element_id) == (4, "b")


def test_an_id_is_given_once() -> None:
    content = model(
        "\n", decision("a", literal("1")), "\n", input_data("b"), "\n", decision("a", literal("2"))
    )
    (finding,) = dmn.read(content, "a.dmn").errors
    assert (finding.rule, finding.element_id, finding.line) == ("duplicate-id", "a", 4)
    assert "the element in line 2" in finding.message


def test_summaries() -> None:
    zeebe = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    tagged = f'<decision id="a" name="A"><extensionElements><zeebe:versionTag {zeebe} value="v1"/></extensionElements></decision>'
    camunda = '<decision id="b" name="B" xmlns:c="http://camunda.org/schema/1.0/dmn" c:versionTag="v2"/>'
    definitions = dmn.read(model(tagged, camunda), "a.dmn").definitions
    assert definitions
    assert [(each.id, each.name, each.version_tag) for each in definitions.decisions] == [
        ("a", "A", "v1"),
        ("b", "B", "v2"),
    ]


@pytest.mark.parametrize("text", ["for i in 1..1000000000 return i", "{f: function() f(), r: f()}.r"])
def test_decisions_run_on_fuel(text: str) -> None:
    definitions = dmn.read(model(decision("a", literal(text))), "a.dmn").definitions
    assert definitions
    result = decide(definitions, "a")
    assert result.failure
    assert result.failure.kind in {"fuel", "nesting"}
    assert result.output is None


def test_fuel_is_shared_by_all_decisions() -> None:
    steps = literal("count(for i in 1..40000 return i)")
    chain = [decision(f"d{n}", steps, needs=f"!d{n - 1}" if n else "") for n in range(5)]
    definitions = dmn.read(model(*chain), "a.dmn").definitions
    assert definitions
    assert decide(definitions, "d2").failure is None
    failure = decide(definitions, "d4").failure
    assert failure
    assert failure.kind == "fuel"


@pytest.mark.parametrize("depth, rules", [(39, []), (100, ["nesting"])])
def test_boxes_inside_each_other(depth: int, rules: list[str]) -> None:
    deep = "<list>" * depth + literal("(" * 150 + "1" + ")" * 150) + "</list>" * depth
    result = dmn.read(model(decision("a", deep)), "a.dmn")
    assert [finding.rule for finding in result.findings] == rules
    assert result.definitions
    assert decide(result.definitions, "a").failure is None


def test_types_behind_each_other_are_no_recursion_error() -> None:
    chain = "".join(
        f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>' for n in range(5000)
    )
    result = dmn.read(model(chain, decision("a", literal("1"), type_ref="t0")), "a.dmn")
    assert [finding.rule for finding in result.errors] == ["nesting"]


def test_an_assertion_that_does_not_hold_is_a_failure() -> None:
    decided = decide(read(decision("a", literal('assert(1, 1 > 2, "one is not more")'))), "a")
    assert decided.failure is not None
    assert (decided.failure.kind, decided.failure.message) == ("assertion", "one is not more")
    assert decided.output is None


@pytest.mark.parametrize(
    "written, expected",
    [("true", "[1]"), ("1", "[1]"), ("TRUE", "[1]"), (" false ", "1"), ("0", "1"), ("False", "1")],
)
def test_booleans_are_read_in_every_spelling(written: str, expected: str) -> None:
    item = (
        f'<itemDefinition name="tNumbers" isCollection="{written}"><typeRef>number</typeRef></itemDefinition>'
    )
    definitions = read(item, decision("a", literal("1"), type_ref="tNumbers"))
    assert shown(decide(definitions, "a").output) == expected


@pytest.mark.parametrize("written", ["yes", "", "2"])
def test_what_is_no_boolean_is_refused(written: str) -> None:
    component = f'<itemComponent name="n" isCollection="{written}"><typeRef>number</typeRef></itemComponent>'
    result = dmn.read(model(f'<itemDefinition name="tNumbers">{component}</itemDefinition>'), "test.dmn")
    assert [(finding.rule, finding.element_id) for finding in result.errors] == [("boolean-attribute", "n")]
    assert result.definitions is not None, "what was deployed with it is read again"


@pytest.mark.parametrize("written", ["number", "feel:number", "f:number", "tAge", "own:tAge", " own:tAge "])
def test_types_are_qualified_names(written: str) -> None:
    names = f'xmlns:f="https://www.omg.org/spec/DMN/20191111/FEEL/" xmlns:own="{NAMESPACE}"'
    content = model(
        item_definition("tAge", "number"), decision("a", literal('"x"'), type_ref=written)
    ).replace(b"<definitions", f"<definitions {names}".encode())
    definitions = dmn.read(content, "test.dmn").definitions
    assert definitions is not None
    result = decide(definitions, "a")
    assert result.output is None, "a text is no number"


def test_qualified_types_are_read_in_passing_however_many_there_are() -> None:
    def file(types: int) -> bytes:
        own = "".join(item_definition(f"t{number}", "own:tAge") for number in range(types))
        return model(item_definition("tAge", "number"), own).replace(
            b"<definitions", f'<definitions xmlns:own="{NAMESPACE}"'.encode()
        )

    few, many = (work_of(dmn.read, file(types), "test.dmn") for types in (100, 200))
    assert many < 2.5 * few


@pytest.mark.parametrize(
    "imported_as, written", [("ages", "ages.tAge"), ("ages", "other:tAge"), ("", "other:tAge")]
)
def test_a_type_of_an_imported_model_is_named_by_its_prefix_or_by_its_namespace(
    imported_as: str, written: str
) -> None:
    other = dmn.read(model(item_definition("tAge", "number"), namespace="urn:other"), "other.dmn").definitions
    assert other is not None
    imported = f'<import name="{imported_as}" namespace="urn:other" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    content = model(imported, decision("a", literal('"x"'), type_ref=written)).replace(
        b"<definitions", b'<definitions xmlns:other="urn:other"'
    )
    result = dmn.read(content, "test.dmn", [other])
    assert result.findings == ()
    assert result.definitions is not None
    assert decide(result.definitions, "a").output is None


def test_a_namespace_whose_name_is_no_uri_is_told_and_the_model_read() -> None:
    content = model(decision("a", literal("1"))).replace(
        b"<definitions", '<definitions xmlns:p="für"'.encode()
    )
    result = dmn.read(content, "test.dmn")
    assert [(finding.rule, finding.severity) for finding in result.findings] == [("xml-namespace", "warning")]
    assert result.definitions is not None
    assert decide(result.definitions, "a").output == 1
