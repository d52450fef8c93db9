"""Texts as FEEL and as JSON, and complaints with their place."""

import json

import pytest

from counterflow.bpmn.expressions import RULE, compile_feel, constant, headers_json, json_list
from counterflow.bpmn.outline import Drawn
from counterflow.bpmn.xml import parse
from counterflow.documents.notes import Notes

DRAWN = Drawn(id="task", tag="serviceTask", line=7, xml=parse(b"<a/>", "model.bpmn"))


@pytest.mark.parametrize(
    "text",
    ["", "text", "= a", 'say "hi"', "C:\\temp", "two\nlines", "tab\t", "größe 😀", "it's", "${a}", "\u2028"],
)
def test_a_constant_is_the_text_itself(text: str) -> None:
    evaluation = constant(text).evaluate({})
    assert (evaluation.value, evaluation.warnings) == (text, ())


@pytest.mark.parametrize(
    "text, place, found",
    [
        ("a +", "column 4", "the end of the expression"),
        ("a\n  = = b", "line 2, column 5", "`=`"),
        ("", "column 1", "the end of the expression"),
    ],
)
def test_what_is_not_feel_is_told_with_its_place(text: str, place: str, found: str) -> None:
    notes = Notes()
    assert compile_feel(text, "condition", DRAWN, notes) is None
    (note,) = notes
    assert (note.rule, note.line, note.element_id) == (RULE, 7, "task")
    assert f"the condition `{text}` is not FEEL: at {place} expected" in note.message
    assert f"found {found}." in note.message
    assert note.remedy


def test_of_a_very_long_expression_only_the_beginning_is_shown() -> None:
    notes = Notes()
    assert compile_feel("1 " * 5_000, "condition", DRAWN, notes) is None
    (note,) = notes
    assert "1 1…`" in note.message or "1 …`" in note.message
    assert len(note.message) < 400


def test_what_is_feel_is_compiled_without_a_word() -> None:
    notes = Notes()
    expression = compile_feel("1 + 1", "condition", DRAWN, notes)
    assert expression is not None
    assert (expression.evaluate({}).value, notes.findings) == (2, [])


def test_headers_are_one_compact_json_object() -> None:
    headers = {"a": "ü", 'q"': "line\n"}
    assert headers_json(headers) == '{"a":"ü","q\\"":"line\\n"}'.encode()
    assert json.loads(headers_json(headers)) == headers
    assert headers_json({}) == b"{}"


@pytest.mark.parametrize("text, expected", [("a", '["a"]'), ("a, b ,c", '["a","b","c"]'), ("ü", '["ü"]')])
def test_lists_in_headers(text: str, expected: str) -> None:
    assert json_list(text) == expected
