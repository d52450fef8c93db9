"""Which extensions of which namespaces a document has.

BPMN 2.0.2, 8.2.3: tools and engines may add elements and attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.documents.xml import local_name, namespace

FOR_TOOLS: Final[Mapping[str, frozenset[str]]] = {CAMUNDA: frozenset({"diagramRelationId"})}
"""Attributes that a modeler writes into every file, whoever is to execute it. They say nothing of a process.
"""

_SHOWN: Final = 20


@dataclass(slots=True)
class Extensions:
    """What a document has of one namespace: the element where it begins, and the names in document order.

    Each name stands there once.
    """

    first: etree._Element
    elements: dict[str, None] = field(default_factory=dict)
    attributes: dict[str, None] = field(default_factory=dict)

    def __str__(self) -> str:
        kinds = (("elements", self.elements), ("attributes", self.attributes))
        return " and ".join(f"the {kind} {_listed(list(names))}" for kind, names in kinds if names)


def extensions_by_namespace(
    inside: Iterable[etree._Element], is_wanted: Callable[[str], bool]
) -> dict[str, Extensions]:
    """The extensions inside these elements whose namespace is wanted; what is inside of one is part of it."""
    extensions: dict[str, Extensions] = {}
    waiting = list(inside)[::-1]
    while waiting:
        xml = waiting.pop()
        of = namespace(xml)
        if is_wanted(of):
            extensions.setdefault(of, Extensions(xml)).elements[local_name(xml)] = None
            continue
        for where, name in _attributes(xml):
            if is_wanted(where):
                extensions.setdefault(where, Extensions(xml)).attributes[name] = None
        waiting += reversed(xml)
    return extensions


def _attributes(xml: etree._Element) -> Iterator[tuple[str, str]]:
    """Namespace and name of those that have a namespace, but for what is for tools alone."""
    for key in map(str, xml.attrib):
        where, _, name = key.rpartition("}")
        if where and name not in FOR_TOOLS.get(where[1:], frozenset()):
            yield where[1:], name


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
