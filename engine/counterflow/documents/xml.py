"""Bytes to an XML tree, for input that nobody vouches for.

No DOCTYPE, so no entities, internal or external; no network; libxml2's own ceilings stay in force (`huge_tree` off) and
ours lie below them. The document is fed in chunks and counted while it is parsed, so that a bomb is refused before it is
a tree. What cannot be read raises `XmlError`, which carries the one finding to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from lxml import etree

from counterflow.documents.findings import Finding
from counterflow.documents.limits import DEFAULT_LIMITS, Limits

_CHUNK_BYTES = 64 * 1024


class _Hardened(TypedDict):
    resolve_entities: bool
    load_dtd: bool
    no_network: bool
    huge_tree: bool


_HARDENED: _Hardened = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}


@dataclass(frozen=True, slots=True)
class Advice:
    """What the authors of one kind of document are told: its name, and what to do with one that has too many elements, nests too deeply,
    or is too large."""

    kind: str
    when_long: str
    when_deep: str
    when_large: str = "Split the model, or raise the server's settings resource_bytes and message_bytes."


class XmlError(Exception):
    """The bytes are not an XML document that we read; `finding` says why and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def parse(content: bytes, resource_name: str, advice: Advice, limits: Limits = DEFAULT_LIMITS) -> etree._Element:
    """The root element of the document, or `XmlError`. Elements keep their line (`sourceline`)."""
    if len(content) > limits.resource_bytes:
        message = f"expected at most {limits.resource_bytes} bytes, found {len(content)}."
        raise _refused(resource_name, "resource-size", 0, message, advice.when_large)
    parser = etree.XMLPullParser(events=("start", "end"), remove_comments=True, remove_pis=True, **_HARDENED)
    guard = _Guard(resource_name, advice, limits)
    try:
        for start in range(0, len(content), _CHUNK_BYTES):
            parser.feed(content[start : start + _CHUNK_BYTES])
            guard.inspect(parser)
        return parser.close()
    except etree.XMLSyntaxError as error:
        guard.inspect(parser)  # what passes our limits may also pass those of libxml2; ours say what to do
        raise _malformed(content, resource_name, error) from error


def _malformed(content: bytes, resource_name: str, error: etree.XMLSyntaxError) -> XmlError:
    """A parser that is fed in chunks may forget the place of an error; one that reads the whole tells it."""
    try:
        etree.fromstring(content, etree.XMLParser(**_HARDENED))
    except etree.XMLSyntaxError as better:
        error = better
    line, column = error.position
    reason = str(error.msg).partition(", line ")[0].rstrip(".")
    message = f"expected an XML document, found at column {column}: {reason}."
    return _refused(resource_name, "xml", line, message, "Export the model again, or repair the XML there.")


class _Guard:
    """Counts what has been parsed so far and stops at the first limit that is passed."""

    def __init__(self, resource_name: str, advice: Advice, limits: Limits) -> None:
        self.resource_name = resource_name
        self.advice = advice
        self.limits = limits
        self.elements = 0
        self.depth = 0

    def inspect(self, parser: etree.XMLPullParser) -> None:
        """Look at what has come in since the last time."""
        for event, element in parser.read_events():
            if event == "end":
                self.depth -= 1
            elif isinstance(element, etree._Element):
                self._enter(element)

    def _enter(self, element: etree._Element) -> None:
        if self.elements == 0:
            self._check_prolog(element)
        self.elements += 1
        self.depth += 1
        line = line_of(element)
        if self.elements > self.limits.elements:
            message = f"expected at most {self.limits.elements} XML elements, found more."
            raise _refused(self.resource_name, "xml-elements", line, message, self.advice.when_long)
        if self.depth > self.limits.depth:
            message = f"expected at most {self.limits.depth} levels of nested XML elements, found more."
            raise _refused(self.resource_name, "xml-depth", line, message, self.advice.when_deep)

    def _check_prolog(self, root: etree._Element) -> None:
        declared: object = root.getroottree().docinfo.internalDTD
        if declared is not None:
            message = f"expected no DOCTYPE, found one; {self.advice.kind} needs none, and entities are not resolved."
            raise _refused(self.resource_name, "xml-doctype", 1, message, "Remove the <!DOCTYPE …> declaration.")


def _refused(resource_name: str, rule: str, line: int, message: str, remedy: str) -> XmlError:
    return XmlError(Finding(line=line, element_id=resource_name, rule=rule, message=message, remedy=remedy))


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """The namespace of the tag, empty where it has none."""
    return str(element.tag).rpartition("}")[0][1:]


def line_of(element: etree._Element) -> int:
    """The line in which the element begins, from 1; 0 where it is not known."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0
