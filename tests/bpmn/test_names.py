"""Names of variables, and paths of them."""

import pytest

from counterflow.bpmn.names import is_name, is_path, target_path
from counterflow.bpmn.outline import Drawn
from counterflow.bpmn.xml import parse
from counterflow.documents.notes import Notes


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a", ("a",)),
        (" order.total ", ("order", "total")),
        ("_a.b_1.größe", ("_a", "b_1", "größe")),
        ("", None),
        ("a.", None),
        ("a..b", None),
        ("1a", None),
        ("a b", None),
        ("a-b", None),
        ("= a", None),
    ],
)
def test_paths(text: str, expected: tuple[str, ...] | None) -> None:
    notes = Notes()
    drawn = Drawn(id="task", tag="serviceTask", line=7, xml=parse(b"<a/>", "model.bpmn"))
    assert target_path(text, "input mapping", drawn, notes) == expected
    assert [(note.line, note.element_id) for note in notes] == ([] if expected else [(7, "task")])
    assert is_path(text) == (expected is not None)
    assert is_name(text) == (expected is not None and len(expected) == 1)
