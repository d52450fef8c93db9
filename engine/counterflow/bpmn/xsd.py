"""What OMG's own XML schema says about a model.

Warnings only, since tools write artifacts out of order and engines read them all the same.

The schema (BPMN20.xsd of formal/2010-05) comes with SpiffWorkflow; only its file is used, nothing of
SpiffWorkflow is imported. It is compiled at the first call, which takes some ten milliseconds, and kept.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Protocol, cast

from lxml import etree

from counterflow.bpmn.elements import ELEMENTS
from counterflow.bpmn.spellings import settle
from counterflow.bpmn.xml import nearest_id, parse
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.limits import DEFAULT_LIMITS, DocumentLimits
from counterflow.documents.notes import reported_once
from counterflow.documents.xml import XmlError, local_name

RULE = "xsd"

MAX_FINDINGS = 50
"""A file that is wrong in more ways is told so; the rest would not be read."""

_MOST_LOOKED_AT = 500

_SCHEMA = Path("bpmn", "parser", "schema", "BPMN20.xsd")
OTHERWISE = "Write it as the schema says, or save the file with a modeler; the schema alone refuses nothing."
_NOT_EXPECTED = "This element is not expected"
_ARTIFACTS = {"association", "group", "textAnnotation"}
_NAMESPACES = re.compile(r"\{[^}]*\}")
_one_at_a_time = threading.Lock()  # a compiled schema keeps the log of its last validation


class _LogEntry(Protocol):
    line: int
    message: str
    path: str | None


def schema_findings(
    content: bytes, resource_name: str, limits: DocumentLimits = DEFAULT_LIMITS
) -> tuple[Finding, ...]:
    """The schema's complaints as warnings with line numbers; none where the bytes are no XML.

    That is told by `read`.

    Values are judged as they are read: of spellings that are accepted there is nothing to complain.
    """
    try:
        root = parse(content, resource_name, limits)
    except XmlError:
        return ()
    settle(root)
    schema = _schema()
    with _one_at_a_time:
        if schema.validate(root):
            return ()
        log = cast("Iterable[_LogEntry]", schema.error_log)
        findings = [_finding(root, resource_name, entry) for entry in islice(log, _MOST_LOOKED_AT)]
        return tuple(reported_once(findings, frozenset({RULE}))[:MAX_FINDINGS])


@cache
def _schema() -> etree.XMLSchema:
    package = find_spec("SpiffWorkflow")
    folders = package.submodule_search_locations if package is not None else None
    if not folders:
        raise RuntimeError(
            "expected SpiffWorkflow with OMG's BPMN20.xsd, found no such package; install counterflow with "
            "its dependencies"
        )
    return etree.XMLSchema(etree.parse(Path(folders[0], _SCHEMA)))


def _finding(root: etree._Element, resource_name: str, entry: _LogEntry) -> Finding:
    element = _element_at(root, entry.path)
    return Finding(
        line=entry.line,
        element_id=(nearest_id(element) if element is not None else None) or resource_name,
        rule=RULE,
        message=_NAMESPACES.sub("", entry.message),
        remedy=_remedy(element, entry.message),
        severity=Severity.WARNING,
    )


def _element_at(root: etree._Element, path: str | None) -> etree._Element | None:
    """The element that the schema complains about."""
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        elements = root.getroottree().xpath(path or ".", namespaces=prefixes)
    except etree.XPathError:
        return None  # the path uses a prefix that is declared further inside
    if not isinstance(elements, list) or not elements or not isinstance(elements[0], etree._Element):
        return None
    return elements[0]


def _remedy(element: etree._Element | None, message: str) -> str:
    """Flow elements stand before artifacts (BPMN 2.0.2, tables 10.1 and 10.20: the order of their schema)."""
    if element is None or _NOT_EXPECTED not in message or not _is_flow_element(element):
        return OTHERWISE
    above = next((one for one in element.itersiblings(preceding=True) if _tag(one) in _ARTIFACTS), None)
    if above is None:
        return OTHERWISE
    return (
        "Artifacts (association, text annotation, group) come after all flow elements: move "
        f"{_tag(above)} '{above.get('id', '')}' to the end."
    )


def _is_flow_element(element: etree._Element) -> bool:
    return _tag(element) in {
        "sequenceFlow",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        *ELEMENTS,
    }


def _tag(element: etree._Element) -> str:
    """Empty for a comment."""
    return "" if isinstance(element, etree._Comment) else local_name(element)
