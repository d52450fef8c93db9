"""Files told apart by their names, read, and judged."""

from __future__ import annotations

import hashlib

import pytest

from counterflow.service.resources import File, is_dmn, read_files, unreadable
from tests.dmn.drawing import decision, literal, model
from tests.kernel.bench import ONE_TASK

DECISIONS = model(decision("answer", literal("42")))


@pytest.mark.parametrize(
    "name, decisions",
    [("a.bpmn", False), ("a.XML", False), ("b.dmn", True), ("c.d.DMN", True), ("dish.dmn11.xml", True)],
)
def test_names_that_say_what_is_inside(name: str, decisions: bool) -> None:
    assert unreadable([File(name, b"")]) == []
    assert is_dmn(name) is decisions


def test_names_that_do_not() -> None:
    assert unreadable([File("a.txt", b""), File("b.bpmn", b""), File("c", b""), File("d.form", b"")]) == [
        "'a.txt': expected a name that ends in .bpmn, .xml, .dmn or .form, found .txt",
        "'c': expected a name that ends in .bpmn, .xml, .dmn or .form, found no suffix",
    ]


def test_processes_and_decisions() -> None:
    judged = read_files([File("one.bpmn", ONE_TASK), File("answer.dmn", DECISIONS)])
    decisions, process = judged.resources
    assert (judged.errors, judged.warnings) == ([], [])
    assert (process.name, [each.id for each in process.processes], process.decisions) == (
        "one.bpmn",
        ["process"],
        None,
    )
    assert decisions.checksum == hashlib.sha256(DECISIONS).digest()
    assert decisions.decisions is not None
    assert (decisions.decisions.requirements_id, decisions.decisions.name, decisions.decisions.imports) == (
        "model",
        "model",
        (),
    )


def test_one_error_and_nothing_is_read() -> None:
    judged = read_files([File("one.bpmn", ONE_TASK), File("answer.dmn", b"<a/>"), File("two.bpmn", b"<a/>")])
    assert judged.resources == ()
    assert [(name, finding.rule) for name, finding in judged.errors] == [
        ("answer.dmn", "dmn-version"),
        ("two.bpmn", "not-bpmn"),
    ]


def test_a_model_without_an_id_is_called_by_its_namespace() -> None:
    (only,) = read_files([File("answer.dmn", DECISIONS.replace(b' id="model"', b""))]).resources
    assert only.decisions is not None
    assert only.decisions.requirements_id == "urn:test"
