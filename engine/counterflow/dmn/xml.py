"""DMN as XML: its namespaces, and the parser of documents with what the authors of decisions are told."""

from __future__ import annotations

from typing import Final

from lxml import etree

from counterflow.documents import xml
from counterflow.documents.findings import Finding
from counterflow.documents.limits import DocumentLimits
from counterflow.documents.xml import Advice, namespace

Element = etree._Element

NAMESPACES: Final = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""The namespaces of DMN, and the version of the standard that each belongs to."""

_OMG: Final = ("http://www.omg.org/spec/", "https://www.omg.org/spec/")

_ADVICE: Final = Advice(
    "DMN",
    "Raise decision_elements of the server that is to take it, as one large table needs it; "
    "of many decisions some may move to a model of their own.",
    "Nest less deeply; call functions instead.",
    "Raise resource_bytes and message_bytes of the server that is to take it; of many decisions some may "
    "move to a model of their own.",
)


def parse(content: bytes, resource_name: str, limits: DocumentLimits, remarks: list[Finding]) -> Element:
    """The root element of the document; remarks are appended to `notes`. Raises XmlError."""
    return xml.parse(content, resource_name, _ADVICE, limits, remarks)


def is_feel(uri: str | None) -> bool:
    """Whether a namespace is that of FEEL's own types, in any version of the standard."""
    return uri is not None and uri.startswith(_OMG) and "/FEEL" in uri


def children(element: Element, tag: str) -> list[Element]:
    """The direct children with that name in the element's own namespace, in document order."""
    return element.findall(f"{{{namespace(element)}}}{tag}")


def child(element: Element, tag: str) -> Element | None:
    """The first direct child with that name in the element's own namespace; None if there is none."""
    return element.find(f"{{{namespace(element)}}}{tag}")


def text_of(element: Element | None, tag: str = "text") -> str:
    """The text inside a child, without surrounding white space; empty if there is no such child."""
    inside = None if element is None else child(element, tag)
    return "" if inside is None else (inside.text or "").strip()
