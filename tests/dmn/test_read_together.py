"""Models that import each other, in whatever order they are handed in."""

from __future__ import annotations

from counterflow.dmn.read_together import read_together
from tests.dmn.drawing import decision, literal, model


def named(namespace: str, *imports: str, text: str = "1") -> bytes:
    drawn = "".join(
        f'<import name="{each}" namespace="urn:{each}" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
        for each in imports
    )
    return model(drawn + decision(namespace, literal(text)), namespace=f"urn:{namespace}")


def test_a_model_comes_after_those_that_it_imports() -> None:
    read = read_together(
        [("c.dmn", named("c", "b")), ("b.dmn", named("b", "a")), ("a.dmn", named("a")), ("d.dmn", named("d"))]
    )
    assert [(each.position, each.imports) for each in read] == [(2, ()), (3, ()), (1, (2,)), (0, (1,))]
    assert not [finding for each in read for finding in each.result.errors]


def test_what_is_imported_is_there() -> None:
    importing = model(
        '<import name="a" namespace="urn:a" importType="dmn"/>'
        '<decision id="sum" name="sum"><variable name="sum"/><informationRequirement><requiredDecision href="urn:a#a"/>'
        f"</informationRequirement>{literal('a.a + 1')}</decision>",
        namespace="urn:sum",
    )
    _, last = read_together([("sum.dmn", importing), ("a.dmn", named("a", text="41"))])
    assert last.result.definitions is not None
    assert last.result.definitions.evaluate("sum", {}).output == 42


def test_an_import_that_is_not_there_is_an_error() -> None:
    (only,) = read_together([("b.dmn", named("b", "a"))])
    assert [finding.rule for finding in only.result.errors] == ["import"]


def test_a_circle_of_imports_is_an_error() -> None:
    read = read_together([("a.dmn", named("a", "b")), ("b.dmn", named("b", "a"))])
    assert [[finding.rule for finding in each.result.errors] for each in read] == [["import"], ["import"]]


def test_files_of_one_name_are_two_files() -> None:
    assert [each.position for each in read_together([("a.dmn", named("a")), ("a.dmn", b"")])] == [0, 1]
