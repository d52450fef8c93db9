"""BPMN as XML: its namespace, its spellings, the parser, and what authors of diagrams are told."""

from __future__ import annotations

from typing import Final

from lxml import etree

from counterflow.documents import xml
from counterflow.documents.findings import Finding
from counterflow.documents.limits import DEFAULT_LIMITS, DocumentLimits
from counterflow.documents.xml import Advice

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

TRUE = "true"
"""How a boolean attribute says yes, once the spellings of a document are settled."""

_ADVICE: Final = Advice(
    "BPMN", "Split the model into called processes.", "Nest less deeply; call processes instead."
)


def parse(
    content: bytes,
    resource_name: str,
    limits: DocumentLimits = DEFAULT_LIMITS,
    remarks: list[Finding] | None = None,
) -> etree._Element:
    """The root element of the document, or `XmlError`.

    Elements keep their line (`sourceline`); remarks are appended to `remarks`.
    """
    return xml.parse(content, resource_name, _ADVICE, limits, remarks)


def children(element: etree._Element, tag: str, of: str = BPMN) -> list[etree._Element]:
    """The direct children with that local name in that namespace, in document order."""
    return element.findall(f"{{{of}}}{tag}")


def nearest_id(element: etree._Element) -> str:
    """The id of the element, or of the nearest one around it that has one; empty where none has."""
    around: etree._Element | None = element
    while around is not None and not around.get("id"):
        around = around.getparent()
    return around.get("id", "") if around is not None else ""


def text_of(element: etree._Element) -> str:
    """The text directly inside, without surrounding white space."""
    return (element.text or "").strip()
