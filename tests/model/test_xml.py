"""Hardened parsing: what nobody vouches for is refused before it is a tree, with the place where one can be told."""

import pytest

from counterflow.documents.limits import Limits
from counterflow.documents.xml import XmlError, line_of, local_name, namespace
from counterflow.model.xml import children, parse, text_of

BOMB = "<!DOCTYPE a [<!ENTITY l0 'lol'>" + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 20}'>" for n in range(1, 9)) + "]>"


def refusal(content: str | bytes, limits: Limits | None = None) -> tuple[str, int]:
    """Rule and line of the refusal."""
    with pytest.raises(XmlError) as caught:
        parse(content if isinstance(content, bytes) else content.encode(), "model.bpmn", limits or Limits())
    finding = caught.value.finding
    assert finding.element_id == "model.bpmn"
    assert finding.remedy
    return finding.rule, finding.line


@pytest.mark.parametrize(
    "content, expected",
    [
        ("", ("xml", 1)),
        ("a process", ("xml", 1)),
        ("\0\0", ("xml", 1)),
        ("<a>\n<b></a>", ("xml", 2)),
        ("<a>\n\n<b attribute></b></a>", ("xml", 3)),
        ("<a></a><b/>", ("xml", 1)),
        ("<a>&nbsp;</a>", ("xml", 1)),
        ("<a><n:b/></a>", ("xml", 1)),
        (b"<a>\xff\xfe</a>", ("xml", 1)),
        ("<!DOCTYPE a><a/>", ("xml-doctype", 1)),
        ("<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>", ("xml-doctype", 1)),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>", ("xml-doctype", 1)),
        ("<!DOCTYPE a [<!ENTITY % p '<!ENTITY x \"1\">'> %p;]><a/>", ("xml-doctype", 1)),
        (BOMB + "<a>&l8;</a>", ("xml-doctype", 1)),
        (BOMB + "<a b='&l8;'/>", ("xml", 1)),
    ],
)
def test_what_is_not_plain_xml_is_refused(content: str | bytes, expected: tuple[str, int]) -> None:
    assert refusal(content) == expected


def test_the_column_of_a_mistake_is_told() -> None:
    with pytest.raises(XmlError, match="at column 8: Opening and ending tag mismatch"):
        parse(b"<a>\n<b></a>", "model.bpmn")


@pytest.mark.parametrize(
    "content, limits, expected",
    [
        ("<a>" + " " * 100 + "</a>", Limits(resource_bytes=99), ("resource-size", 0)),
        ("<a>\n<b>\n<c/></b></a>", Limits(depth=2), ("xml-depth", 3)),
        ("<a>\n<b/>\n<b/>\n<b/></a>", Limits(elements=3), ("xml-elements", 4)),
        ("<a>" * 300 + "</a>" * 300, Limits(), ("xml-depth", 1)),
        ("<a>" + "<b/>" * 20_000 + "</a>", Limits(), ("xml-elements", 1)),
    ],
)
def test_every_limit_has_its_own_refusal(content: str, limits: Limits, expected: tuple[str, int]) -> None:
    assert refusal(content, limits) == expected


@pytest.mark.parametrize(
    "content, limits",
    [
        ("<a></a>", Limits(resource_bytes=7)),
        ("<a><b/></a>", Limits(depth=2)),
        ("<a><b/><b/></a>", Limits(elements=3)),
        ("<a><![CDATA[<!DOCTYPE a>]]></a>", Limits()),
        ("\ufeff<a/>", Limits()),
    ],
)
def test_up_to_its_limits_a_document_is_read(content: str, limits: Limits) -> None:
    assert local_name(parse(content.encode(), "model.bpmn", limits)) == "a"


def test_a_document_longer_than_one_chunk_is_read_whole() -> None:
    root = parse(b"<a>" + b"<b/>\n" * 15_000 + b"<c/></a>", "model.bpmn")
    assert len(root) == 15_001
    assert line_of(root[-1]) == 15_001


def test_other_encodings_are_read() -> None:
    assert text_of(parse('<?xml version="1.0" encoding="UTF-16"?><a>ü</a>'.encode("utf-16"), "model.bpmn")) == "ü"


def test_names_namespaces_and_children() -> None:
    root = parse(b'<a xmlns="urn:one" xmlns:o="urn:other"><b/><o:b/><c> text </c></a>', "model.bpmn")
    assert [(local_name(child), namespace(child)) for child in root] == [("b", "urn:one"), ("b", "urn:other"), ("c", "urn:one")]
    assert [line_of(child) for child in children(root, "b", "urn:other")] == [1]
    assert text_of(root[2]) == "text"
