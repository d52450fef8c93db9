"""Hardened parsing: what nobody vouches for is refused before it is a tree, with its place if it has one."""

import pytest

from counterflow.documents.findings import Finding, Severity
from counterflow.documents.limits import DocumentLimits
from counterflow.documents.xml import Advice, XmlError, boolean, line_of, local_name, namespace, parse

ADVICE = Advice("DRAWN", "Take it apart.", "Nest it less.")

BOMB = (
    "<!DOCTYPE a [<!ENTITY l0 'lol'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 20}'>" for n in range(1, 9))
    + "]>"
)


def refusal(content: str | bytes, limits: DocumentLimits | None = None) -> tuple[str, int]:
    """Rule and line of the refusal."""
    with pytest.raises(XmlError) as caught:
        parse(
            content if isinstance(content, bytes) else content.encode(),
            "model.bpmn",
            ADVICE,
            limits or DocumentLimits(),
        )
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
        parse(b"<a>\n<b></a>", "model.bpmn", ADVICE)


@pytest.mark.parametrize(
    "content, limits, expected",
    [
        ("<a>" + " " * 100 + "</a>", DocumentLimits(resource_bytes=99), ("resource-size", 0)),
        ("<a>\n<b>\n<c/></b></a>", DocumentLimits(depth=2), ("xml-depth", 3)),
        ("<a>\n<b/>\n<b/>\n<b/></a>", DocumentLimits(elements=3), ("xml-elements", 4)),
        ('<a>\n<b id="xyz"/></a>', DocumentLimits(id_length=2), ("id-length", 2)),
        ("<a>" * 300 + "</a>" * 300, DocumentLimits(), ("xml-depth", 1)),
        ("<a>" + "<b/>" * 20_000 + "</a>", DocumentLimits(), ("xml-elements", 1)),
    ],
)
def test_every_limit_has_its_own_refusal(
    content: str, limits: DocumentLimits, expected: tuple[str, int]
) -> None:
    assert refusal(content, limits) == expected


@pytest.mark.parametrize(
    "content, limits",
    [
        ("<a></a>", DocumentLimits(resource_bytes=7)),
        ("<a><b/></a>", DocumentLimits(depth=2)),
        ("<a><b/><b/></a>", DocumentLimits(elements=3)),
        ('<a><b id="xy"/></a>', DocumentLimits(id_length=2)),
        ("<a><![CDATA[<!DOCTYPE a>]]></a>", DocumentLimits()),
        ("\ufeff<a/>", DocumentLimits()),
    ],
)
def test_up_to_its_limits_a_document_is_read(content: str, limits: DocumentLimits) -> None:
    assert local_name(parse(content.encode(), "model.bpmn", ADVICE, limits)) == "a"


def test_a_document_longer_than_one_chunk_is_read_whole() -> None:
    root = parse(b"<a>" + b"<b/>\n" * 15_000 + b"<c/></a>", "model.bpmn", ADVICE)
    assert len(root) == 15_001
    assert line_of(root[-1]) == 15_001


def test_authors_are_advised_in_the_words_of_their_kind_of_document() -> None:
    with pytest.raises(XmlError, match="DRAWN needs none"):
        parse(b"<!DOCTYPE a><a/>", "model.bpmn", ADVICE)
    with pytest.raises(XmlError, match="Take it apart"):
        parse(b"<a><b/></a>", "model.bpmn", ADVICE, DocumentLimits(elements=1))
    with pytest.raises(XmlError, match="Nest it less"):
        parse(b"<a><b/></a>", "model.bpmn", ADVICE, DocumentLimits(depth=1))


def test_other_encodings_are_read() -> None:
    assert (
        parse('<?xml version="1.0" encoding="UTF-16"?><a>ü</a>'.encode("utf-16"), "model.bpmn", ADVICE).text
        == "ü"
    )


def test_names_and_namespaces() -> None:
    root = parse(b'<a xmlns="urn:one" xmlns:o="urn:other"><b/><o:b/><c> text </c></a>', "model.bpmn", ADVICE)
    assert [(local_name(child), namespace(child)) for child in root] == [
        ("b", "urn:one"),
        ("b", "urn:other"),
        ("c", "urn:one"),
    ]
    assert line_of(root[1]) == 1


@pytest.mark.parametrize("uri", ["http://für.example/ä", "c:\\temp", "[brackets]", "a b"])
def test_a_namespace_whose_name_is_no_uri_is_remarked_on_and_read(uri: str) -> None:
    notes: list[Finding] = []
    root = parse(f'<a xmlns:p="{uri}">\n<p:b/></a>'.encode(), "model.bpmn", ADVICE, remarks=notes)
    assert namespace(root[0]) == uri
    assert [(finding.rule, finding.line, finding.severity) for finding in notes] == [
        ("xml-namespace", 1, Severity.WARNING)
    ]
    assert uri in notes[0].message


@pytest.mark.parametrize(
    "content, expected",
    [
        ("<a xmlns:p='ü'>\n<b></a>", ("xml", 2)),
        ("<a xmlns:p='ü'><q:b/></a>", ("xml", 1)),
        ("<a xmlns:p='ü' xmlns:p='x'/>", ("xml", 1)),
        (BOMB + "<a xmlns:p='ü' b='&l8;'/>", ("xml", 1)),
        ("<!DOCTYPE a><a xmlns:p='ü'/>", ("xml-doctype", 1)),
    ],
)
def test_beside_such_a_name_nothing_else_is_repaired(content: str, expected: tuple[str, int]) -> None:
    with pytest.raises(XmlError) as caught:
        parse(content.encode(), "model.bpmn", ADVICE)
    assert (caught.value.finding.rule, caught.value.finding.line) == expected
    assert "URI" not in caught.value.finding.message


def test_limits_hold_beside_such_a_name() -> None:
    assert refusal("<a xmlns:p='ü'>\n<b/>\n<b/></a>", DocumentLimits(elements=2)) == ("xml-elements", 3)
    assert refusal("<a xmlns:p='ü'>" + "<b>" * 300 + "</b>" * 300 + "</a>", DocumentLimits()) == (
        "xml-depth",
        1,
    )


@pytest.mark.parametrize(
    "text, expected", [("true", True), (" 1\n", True), ("TRUE", True), ("0", False), ("False", False)]
)
def test_booleans_are_read_as_java_reads_them(text: str, expected: bool) -> None:
    assert boolean(text) is expected


@pytest.mark.parametrize("text", [None, "", "yes", "2", "tru e"])
def test_what_is_no_boolean_is_none(text: str | None) -> None:
    assert boolean(text) is None
