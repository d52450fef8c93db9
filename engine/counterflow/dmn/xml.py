"""Bytes to an XML tree, for input that nobody vouches for, and what is the same for all who read such a tree.

No DOCTYPE, so no entities, internal or external; no network; libxml2's own ceilings stay in force. The document is fed in
chunks and counted while it is parsed, so that a bomb is refused before it is a tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypedDict

from lxml import etree

from counterflow.dmn.findings import Finding

Element = etree._Element

NAMESPACES: Final = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""The namespaces of DMN, and the version of the standard that each belongs to."""

_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one resource; the defaults are those of the server."""

    resource_bytes: int = 4 * 1024 * 1024
    depth: int = 128
    elements: int = 20_000


class _Hardened(TypedDict):
    resolve_entities: bool
    load_dtd: bool
    no_network: bool
    huge_tree: bool


_HARDENED: Final[_Hardened] = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}


class XmlError(Exception):
    """The bytes are no XML document that we read; `finding` says why and where."""

    def __init__(self, line: int, resource_name: str, rule: str, message: str, remedy: str) -> None:
        self.finding = Finding(line, resource_name, rule, message, remedy)
        super().__init__(str(self.finding))


def parse(content: bytes, resource_name: str, limits: Limits) -> Element:
    """The root element of the document. Raises XmlError."""
    if len(content) > limits.resource_bytes:
        message = f"expected at most {limits.resource_bytes} bytes, found {len(content)}."
        raise XmlError(0, resource_name, "resource-size", message, "Split the model, or raise the limit of the server.")
    parser = etree.XMLPullParser(events=("start", "end"), remove_comments=True, remove_pis=True, **_HARDENED)
    guard = _Guard(resource_name, limits)
    try:
        for start in range(0, len(content), _CHUNK_BYTES):
            parser.feed(content[start : start + _CHUNK_BYTES])
            guard.inspect(parser)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        guard.inspect(parser)  # what passes our limits may also pass those of libxml2; ours say what to do
        message = f"expected an XML document, found: {str(error.msg).rstrip('.')}."
        raise XmlError(error.position[0], resource_name, "xml", message, "Export the model again, or repair the XML there.") from error
    return root


class _Guard:
    """Counts what has been parsed so far and stops at the first limit that is passed."""

    def __init__(self, resource_name: str, limits: Limits) -> None:
        self.resource_name = resource_name
        self.limits = limits
        self.elements = 0
        self.depth = 0

    def inspect(self, parser: etree.XMLPullParser) -> None:
        for event, element in parser.read_events():
            if event == "end":
                self.depth -= 1
            elif isinstance(element, etree._Element):
                self._enter(element)

    def _enter(self, element: Element) -> None:
        declared: object = element.getroottree().docinfo.internalDTD if self.elements == 0 else None
        if declared is not None:
            message = "expected no DOCTYPE, found one; DMN needs none, and entities are not resolved."
            raise XmlError(1, self.resource_name, "xml-doctype", message, "Remove the <!DOCTYPE …> declaration.")
        self.elements += 1
        self.depth += 1
        if self.elements > self.limits.elements:
            message = f"expected at most {self.limits.elements} XML elements, found more."
            raise XmlError(line_of(element), self.resource_name, "xml-elements", message, "Split the model into imported ones.")
        if self.depth > self.limits.depth:
            message = f"expected at most {self.limits.depth} levels of nested XML elements, found more."
            raise XmlError(line_of(element), self.resource_name, "xml-depth", message, "Nest less deeply; call functions instead.")


def local_name(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: Element) -> str:
    """The namespace of the tag, empty where it has none."""
    return str(element.tag).rpartition("}")[0][1:]


def children(element: Element, tag: str) -> list[Element]:
    """The direct children with that name in the element's own namespace, in document order."""
    return element.findall(f"{{{namespace(element)}}}{tag}")


def child(element: Element, tag: str) -> Element | None:
    """The first such child."""
    return element.find(f"{{{namespace(element)}}}{tag}")


def text_of(element: Element | None, tag: str = "text") -> str:
    """The text inside a child, without surrounding white space; empty if there is no such child."""
    found = None if element is None else child(element, tag)
    return "" if found is None else (found.text or "").strip()


def line_of(element: Element) -> int:
    """The line in which the element begins, from 1; 0 where it is not known."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0
