"""What XML Schema and Java let be written in several ways is written in one before anybody reads it.

Booleans become `true` or `false`: XML Schema knows `true`, `1`, `false` and `0`, with space around them (part
2, 3.2.2), and the engines that models come from take any case (`Boolean.parseBoolean`). What is none of these
stays as it is, for the rule `boolean-attribute`.

References become the id alone: they are qualified names (BPMN 2.0.2, 8.2 and its schema; xsd:QName, part 2,
3.2.18), and tools write the prefix of the target namespace, or of BPMN's own, before the id. A name in any
other namespace is another file's, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.namespaces import CAMUNDA, ZEEBE
from counterflow.bpmn.xml import BPMN
from counterflow.documents.xml import boolean, local_name, namespace

_DIAGRAM: Final = "http://www.omg.org/spec/BPMN/20100524/DI"

BOOLEANS: Final[Mapping[str, frozenset[str]]] = {
    BPMN: frozenset({
        "isExecutable", "triggeredByEvent", "isForCompensation", "cancelActivity", "isInterrupting",
        "instantiate", "waitForCompletion", "isSequential", "parallelMultiple", "testBefore",
        "cancelRemainingInstances",
    }),
    ZEEBE: frozenset({"propagateAllParentVariables", "propagateAllChildVariables"}),
    CAMUNDA: frozenset({"local"}),
}  # fmt: skip
"""Boolean attributes that change how a process runs, by the namespace of the elements that have them."""

_REFERENCES: Final = frozenset({
    "sourceRef", "targetRef", "attachedToRef", "default", "messageRef", "errorRef", "signalRef",
    "escalationRef", "activityRef", "operationRef", "calledElement", "processRef", "itemSubjectRef",
    "partitionElementRef", "dataObjectRef", "dataStoreRef", "bpmnElement",
})  # fmt: skip
_REFERENCES_AS_TEXT: Final = frozenset({
    "incoming", "outgoing", "flowNodeRef", "eventDefinitionRef", "loopDataInputRef", "loopDataOutputRef",
    "sourceRef", "targetRef",
})  # fmt: skip


def settle(root: etree._Element) -> None:
    """Write booleans and references of a document in one way; the document itself was kept as it came."""
    names = _Names(root)
    for xml in root.iter():
        of = namespace(xml)
        for name in BOOLEANS.get(of, frozenset()) & set(xml.attrib):
            value = boolean(xml.get(name))
            if value is not None:
                xml.set(name, "true" if value else "false")
        if of in {BPMN, _DIAGRAM}:
            for name in _REFERENCES & set(xml.attrib):
                xml.set(name, names.meant(xml.get(name, ""), xml))
            if local_name(xml) in _REFERENCES_AS_TEXT and xml.text:
                xml.text = names.meant(xml.text, xml)


def undecided(xml: etree._Element) -> Iterator[tuple[str, str]]:
    """An element's boolean attributes that are neither true nor false, with what is written there."""
    for name in sorted(BOOLEANS.get(namespace(xml), frozenset()) & set(xml.attrib)):
        if boolean(xml.get(name)) is None:
            yield name, xml.get(name, "")


class _Names:
    """Which ids a file has, and in which namespaces its names are."""

    def __init__(self, root: etree._Element) -> None:
        self.ids = {xml.get("id") for xml in root.iter()}
        self.own = {root.get("targetNamespace"), BPMN}

    def meant(self, written: str, xml: etree._Element) -> str:
        """The id that a reference names; what is an id as it stands is that id."""
        text = written.strip()
        prefix, colon, name = text.partition(":")
        if not colon or text in self.ids:
            return text
        bound = xml.nsmap.get(prefix)
        return name if bound is not None and bound in self.own else text
