"""BPMN as XML: children by name and namespace, and what the authors of diagrams are told."""

import pytest

from counterflow.bpmn.xml import BPMN, children, parse, text_of
from counterflow.documents.limits import DocumentLimits
from counterflow.documents.xml import XmlError, line_of


def test_children_of_a_namespace_and_their_text() -> None:
    root = parse(
        f'<a xmlns="{BPMN}" xmlns:o="urn:other"><b> text </b>\n<o:b/><b/></a>'.encode(), "model.bpmn"
    )
    assert [text_of(child) for child in children(root, "b")] == ["text", ""]
    assert [line_of(child) for child in children(root, "b", "urn:other")] == [2]


def test_the_author_of_a_long_diagram_is_told_to_call_processes() -> None:
    with pytest.raises(XmlError, match="Split the model into called processes"):
        parse(b"<a><b/></a>", "model.bpmn", DocumentLimits(elements=1))
