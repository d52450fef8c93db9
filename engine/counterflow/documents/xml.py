"""Bytes to an XML tree, for input that nobody vouches for.

No DOCTYPE, so no entities, internal or external; no network; libxml2's own ceilings stay in force
(`huge_tree` off) and ours lie below them. The document is fed in chunks and counted while it is parsed, so
that a bomb is refused before it is a tree. What cannot be read raises `XmlError`, which carries the one
finding to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypedDict

from lxml import etree

from counterflow.documents.findings import Finding, Severity
from counterflow.documents.limits import DEFAULT_LIMITS, DocumentLimits

_CHUNK_BYTES = 64 * 1024
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_NO_URI: Final = etree.ErrorTypes.WAR_NS_URI


class _Hardened(TypedDict):
    resolve_entities: bool
    load_dtd: bool
    no_network: bool
    huge_tree: bool


_HARDENED: _Hardened = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}


@dataclass(frozen=True, slots=True)
class Advice:
    """What the authors of one kind of document are told: its name, and what to do with one out of bounds.

    That is one that has too many elements, nests too deeply, or is too large.
    """

    kind: str
    when_long: str
    when_deep: str
    when_large: str = (
        "Split the model, or raise resource_bytes and message_bytes of the server that is to take it."
    )


class XmlError(Exception):
    """The bytes are not an XML document that we read; `finding` says why and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def parse(
    content: bytes,
    resource_name: str,
    advice: Advice,
    limits: DocumentLimits = DEFAULT_LIMITS,
    remarks: list[Finding] | None = None,
) -> etree._Element:
    """The root element of the document, or `XmlError`. Elements keep their line (`sourceline`).

    What the parser remarks on and reads all the same is appended to `remarks`.
    """
    if len(content) > limits.resource_bytes:
        message = f"expected at most {limits.resource_bytes} bytes, found {len(content)}."
        raise _refused(resource_name, "resource-size", 0, message, advice.when_large)
    try:
        return _fed(content, _Guard(resource_name, advice, limits), recover=False)
    except etree.XMLSyntaxError as error:
        harmless = _remarks(content, resource_name, error)
    if remarks is not None:
        remarks += harmless
    return _fed(content, _Guard(resource_name, advice, limits), recover=True)


def _fed(content: bytes, guard: _Guard, *, recover: bool) -> etree._Element:
    """`recover` is for documents of which it is known that there is nothing to repair in them."""
    parser = etree.XMLPullParser(
        events=("start", "end"), remove_comments=True, remove_pis=True, recover=recover, **_HARDENED
    )
    try:
        for start in range(0, len(content), _CHUNK_BYTES):
            parser.feed(content[start : start + _CHUNK_BYTES])
            guard.inspect(parser)
        return parser.close()
    except etree.XMLSyntaxError:
        guard.inspect(parser)  # what passes our limits may also pass those of libxml2; ours say what to do
        raise


def _remarks(content: bytes, resource_name: str, error: etree.XMLSyntaxError) -> list[Finding]:
    """What a parser that reads the whole has to say, if that is only the odd name of a namespace.

    Else raises `XmlError`. A namespace is told from others by its characters (Namespaces in XML 1.0, 2.3), so
    that any name will do. A parser that is fed in chunks may forget the place of an error; one that reads the
    whole tells it.
    """
    parser = etree.XMLParser(**_HARDENED)
    try:
        etree.fromstring(content, parser)
    except etree.XMLSyntaxError as better:
        error = better
    remarks = [_namespace_remark(entry, resource_name) for entry in parser.error_log if entry.type == _NO_URI]
    broken = next((entry for entry in parser.error_log if entry.type != _NO_URI), None)
    if broken is None and remarks:
        return remarks
    (line, column), text = (
        (error.position, str(error.msg)) if broken is None else ((broken.line, broken.column), broken.message)
    )
    reason = text.partition(", line ")[0].rstrip(".")
    message = f"expected an XML document, found at column {column}: {reason}."
    raise _refused(
        resource_name, "xml", line, message, "Export the model again, or repair the XML there."
    ) from error


def _namespace_remark(entry: etree._LogEntry, resource_name: str) -> Finding:
    """The parser's own words: the prefix, and what it stands for."""
    message = (
        f"expected a URI as the name of every namespace, found {entry.message}; it is read as it is written."
    )
    return Finding(
        entry.line, resource_name, "xml-namespace", message, "Correct it if it is mistyped.", Severity.WARNING
    )


class _Guard:
    """Counts what has been parsed so far and stops at the first limit that is passed."""

    def __init__(self, resource_name: str, advice: Advice, limits: DocumentLimits) -> None:
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

        if len(element.get("id", "")) > self.limits.id_length:
            message = (
                f"expected ids of at most {self.limits.id_length} characters, found one of "
                f"{len(element.get('id', ''))}."
            )
            remedy = "Shorten it: an id is kept with whatever happens at its element."
            raise _refused(self.resource_name, "id-length", line, message, remedy)

    def _check_prolog(self, root: etree._Element) -> None:
        declared: object = root.getroottree().docinfo.internalDTD
        if declared is not None:
            message = (
                f"expected no DOCTYPE, found one; {self.advice.kind} needs none, and entities are not "
                "resolved."
            )
            raise _refused(
                self.resource_name, "xml-doctype", 1, message, "Remove the <!DOCTYPE …> declaration."
            )


def _refused(resource_name: str, rule: str, line: int, message: str, remedy: str) -> XmlError:
    return XmlError(Finding(line=line, element_id=resource_name, rule=rule, message=message, remedy=remedy))


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """The namespace of the tag, empty where it has none."""
    return str(element.tag).rpartition("}")[0][1:]


def boolean(text: str | None) -> bool | None:
    """True or False as XML Schema writes them, in any case, as Java reads them; None where it is neither."""
    return _BOOLEANS.get((text or "").strip().lower())


def line_of(element: etree._Element) -> int:
    """The line in which the element begins, from 1; 0 where it is not known."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0
